package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/sample"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// The data comes from PyPI. Where it cannot be had the test is skipped, unless this variable is set.
const required = "TRUEPOINT_FLIGHTS"

// every is the distance of the rows that the quick suite compares; with TRUEPOINT_LONG set all are.
const every = 101

// features is everything that delay_model has.
var features = []string{
	"aircraft_history:last_dep_delay", "aircraft_history:last_arr_delay", "aircraft_history:last_distance",
	"carrier_at_origin:mean_arr_delay_20", "carrier_at_origin:late_share_20",
	"origin_weather:temp", "origin_weather:humid", "origin_weather:wind_speed", "origin_weather:wind_gust", "origin_weather:precip", "origin_weather:visib",
}

// flights returns a repository with applied definitions.
func flights(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "flights")
	err := sample.Init(t.Context(), dir, &sample.Options{Template: "flights", Definitions: "yaml"})
	if errs.CodeOf(err) == errs.Unavailable && os.Getenv(required) == "" {
		t.Skipf("the flights data cannot be had, and %s is not set: %v", required, err)
	}
	if err == nil {
		err = command(t.Context(), "-c", dir, "apply", "--yes")
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLongFlights(t *testing.T) {
	t.Parallel()
	readme, picture := read(t, "README.md"), read(t, "leak.svg") // before commands go to the repository
	dir := flights(t)
	t.Run("TrainingSetOfTheCommandLineEqualsNaive", func(t *testing.T) { equalsNaive(t, dir) })
	t.Run("JoinByEventTimeAloneLeaksOutcomes", func(t *testing.T) { leaks(t, dir, readme, picture) })
	t.Run("WindowsEqualLoopsOverTheArrivals", func(t *testing.T) { windows(t, dir) })
	t.Run("CommandsOfTheReadmeRun", func(t *testing.T) { readmeRuns(t, dir) })
}

func equalsNaive(t *testing.T, dir string) {
	all, err := spine(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if all.Rows != 336_776 {
		t.Fatalf("got %d flights, want 336,776", all.Rows)
	}
	out := filepath.Join(dir, "out.parquet")
	args := []string{"-c", dir, "get-historical-features", "--entities", "data/flights_spine.parquet", "--on-null", "null_features", "--out", out}
	for _, f := range features {
		args = append(args, "-f", f)
	}
	if err := command(t.Context(), args...); err != nil {
		t.Fatal(err)
	}
	got, err := offline.ReadTable(t.Context(), out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rows != all.Rows || len(got.Columns) != len(all.Columns)+len(features) {
		t.Fatalf("got %d rows of %d columns, want %d of %d", got.Rows, len(got.Columns), all.Rows, len(all.Columns)+len(features))
	}
	step := every
	if os.Getenv("TRUEPOINT_LONG") != "" {
		step = 1
	}
	rows, part := sampleRows(all, step)
	answer, want := join(t, dir, all, historical.Fast), join(t, dir, part, historical.Naive)
	for n := range features {
		sameFeature(t, rows, got, answer, want, n)
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

// sameFeature compares the values that the command wrote, and the statuses and event times that Eval gives, with those
// of Naive for the given rows.
func sameFeature(t *testing.T, rows []int, got *value.Batch, answer, want *historical.Result, n int) {
	t.Helper()
	w, a := want.Features[n], answer.Features[n]
	for i, row := range rows {
		if g, w := got.Column(w.Name).At(row), want.Batch.Column(w.Name).At(i); !g.Identical(w) {
			t.Fatalf("%s of row %d: got %v, want %v", a.Name, row, g, w)
		}
		if a.Status[row] != w.Status[i] || a.Event[row] != w.Event[i] {
			t.Fatalf("%s of row %d: got %v of %s, want %v of %s", a.Name, row, a.Status[row], a.Event[row], w.Status[i], w.Event[i])
		}
	}
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

func join(t *testing.T, dir string, spine *value.Batch, engine historical.Engine) *historical.Result {
	t.Helper()
	src, done, err := repository(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	res, err := historical.Join(t.Context(), src, &historical.Request{Spine: spine, OnNull: historical.NullFeatures, Engine: engine, Features: features})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// leaks checks what the example claims, and that the README and its picture show what the program prints today.
func leaks(t *testing.T, dir, readme, picture string) {
	c, err := compare(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(c.features, func(f featureComparison) bool { return f.name == "last_arr_delay" })
	f := c.features[at]
	if f.share() < 0.9 {
		t.Errorf("got %.2f of the cells of last_arr_delay leaked, want more than 0.9: the flight's own delay", f.share())
	}
	if f.honestCorr > 0.2 || f.leakyCorr < 0.7 {
		t.Errorf("got correlations %.3f honest and %.3f leaky, want below 0.2 and above 0.7", f.honestCorr, f.leakyCorr)
	}
	for line := range strings.Lines(c.String()) {
		if !strings.Contains(readme, strings.TrimRight(line, "\n")) {
			t.Errorf("README.md lacks the line\n%s", line)
		}
	}
	if picture != c.svg() {
		t.Error("leak.svg is not the picture of today: go run ./examples/flights -svg examples/flights/leak.svg")
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// readmeRuns runs the commands of the README that init wrote.
func readmeRuns(t *testing.T, dir string) {
	commands := 0
	for line := range strings.Lines(read(t, filepath.Join(dir, "README.md"))) {
		words := strings.Fields(line)
		if !strings.HasPrefix(line, "    truepoint ") {
			continue
		}
		if err := command(t.Context(), append([]string{"-c", dir}, words[1:]...)...); err != nil {
			t.Error(err)
		}
		commands++
	}
	if commands < 3 {
		t.Errorf("the README has %d commands", commands)
	}
}
