package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/sample"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// The data comes from PyPI. Where it cannot be had the tests are skipped, unless this variable is set.
const required = "TRUEPOINT_FLIGHTS"

// every is the distance of the rows that the quick suite compares; with TRUEPOINT_LONG set all are.
const every = 37

// flights returns a repository with applied definitions.
func flights(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "flights")
	err := sample.Init(t.Context(), dir, &sample.Options{Template: "flights", Definitions: "yaml"})
	if errs.CodeOf(err) == errs.Unavailable && os.Getenv(required) == "" {
		t.Skipf("the flights data cannot be had: %v", err)
	}
	if err == nil {
		err = command(t.Context(), "-c", dir, "apply", "--yes")
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLongTrainingSetOfTheCommandLineEqualsNaiveOnTheFlights(t *testing.T) {
	t.Parallel()
	dir := flights(t)
	all, err := spine(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if all.Rows != 336_776 {
		t.Fatalf("got %d flights, want 336,776", all.Rows)
	}
	out := filepath.Join(dir, "out.parquet")
	if err := command(t.Context(), "-c", dir, "get-historical-features", "--entities", "data/flights_spine.parquet",
		"-f", "aircraft_history:last_arr_delay", "-f", "aircraft_history:last_distance", "-f", "carrier_at_origin:late_share_20",
		"-f", "origin_weather:temp", "-f", "origin_weather:wind_gust", "--on-null", "null_features", "--out", out); err != nil {
		t.Fatal(err)
	}
	got, err := offline.ReadTable(t.Context(), out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != all.Rows {
		t.Fatalf("got %d rows, want %d", got.Rows, all.Rows)
	}
	step := every
	if os.Getenv("TRUEPOINT_LONG") != "" {
		step = 1
	}
	rows, part := sampleRows(all, step)
	want := naive(t.Context(), t, dir, part)
	for _, f := range want.Features {
		a, b := got.Column(f.Name), want.Batch.Column(f.Name)
		for i, row := range rows {
			if !a.At(row).Identical(b.At(i)) {
				t.Fatalf("%s of row %d: got %v, want %v", f.Name, row, a.At(row), b.At(i))
			}
		}
	}
	for _, name := range all.Names {
		for i, row := range rows {
			if !got.Column(name).At(row).Identical(part.Column(name).At(i)) {
				t.Fatalf("column %s of row %d is not the spine's", name, row)
			}
		}
	}
	t.Logf("%d rows compared", len(rows))
}

// sampleRows returns every step-th row of a batch, and its numbers.
func sampleRows(b *value.Batch, step int) ([]int, *value.Batch) {
	var rows []int
	for i := 0; i < b.Rows; i += step {
		rows = append(rows, i)
	}
	out := &value.Batch{}
	for n, name := range b.Names {
		c := value.NewColumn(b.Columns[n].Type, len(rows))
		for _, i := range rows {
			c.Append(b.Columns[n].At(i))
		}
		out.Add(name, c)
	}
	return rows, out
}

func naive(ctx context.Context, t *testing.T, dir string, spine *value.Batch) *historical.Result {
	src, done, err := repository(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	res, err := historical.Join(ctx, src, &historical.Request{Spine: spine, OnNull: historical.NullFeatures, Engine: historical.Naive,
		Features: []string{"aircraft_history:last_arr_delay", "aircraft_history:last_distance", "carrier_at_origin:late_share_20",
			"origin_weather:temp", "origin_weather:wind_gust"}})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestJoinByEventTimeAloneLeaksOutcomes(t *testing.T) {
	t.Parallel()
	c, err := compare(t.Context(), flights(t))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(c.features, func(f featureComparison) bool { return f.name == "last_arr_delay" })
	f := c.features[at]
	if share := float64(f.leaked) / float64(f.cells); share < 0.9 {
		t.Errorf("got %.2f of the cells of last_arr_delay leaked, want more than 0.9: the flight's own delay", share)
	}
	if f.honestCorr > 0.2 || f.leakyCorr < 0.7 {
		t.Errorf("got correlations %.3f honest and %.3f leaky, want below 0.2 and above 0.7", f.honestCorr, f.leakyCorr)
	}
}
