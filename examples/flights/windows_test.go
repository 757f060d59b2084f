package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// An arrival is a row of the raw events, as this test reads it.
type arrival struct {
	at       int64 // microseconds
	origin   string
	delay    float64 // minutes, whole
	distance float64 // miles, whole
}

// The windows of the definitions, once more in plain numbers.
const (
	hourUs  = 3_600_000_000
	delayUs = 5 * 60_000_000
)

// windows compares the window features of the flights with loops over the raw arrivals.
func windows(t *testing.T, dir string) {
	raw, err := offline.ReadTable(t.Context(), filepath.Join(dir, "data", "arrivals.parquet"), nil)
	if err != nil {
		t.Fatal(err)
	}
	carriers, aircraft := map[string][]arrival{}, map[string][]arrival{}
	for i := range raw.Rows {
		a := arrival{int64(raw.Column("arrived_timestamp").Instant(i)), raw.Column("origin").At(i).Text(), raw.Column("arr_delay").At(i).Float(), raw.Column("distance").At(i).Float()}
		carrier := raw.Column("carrier").At(i).Text()
		carriers[carrier] = append(carriers[carrier], a)
		if tail := raw.Column("tailnum").At(i); !tail.IsNull() {
			aircraft[tail.Text()] = append(aircraft[tail.Text()], a)
		}
	}
	all, err := spine(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	step := 10 * every
	if os.Getenv("TRUEPOINT_LONG") != "" {
		step = every
	}
	rows, part := sampleRows(all, step)
	res := windowSet(t, dir, all)
	for i, row := range rows {
		at := int64(part.Column("event_timestamp").Instant(i))
		end := (at - delayUs) / hourUs * hourUs // all of 2013 is after the epoch
		want := carrierFeatures(carriers[part.Column("carrier").At(i).Text()], end)
		if tail := part.Column("tailnum").At(i); !tail.IsNull() {
			n, miles := 0, 0.0
			for _, a := range within(aircraft[tail.Text()], end, 24) {
				n, miles = n+1, miles+a.distance
			}
			want["flights_24h"], want["miles_24h"] = fmt.Sprint(n), number(miles, n)
		}
		for name, w := range want {
			if got := string(jsonvalue.AppendOwn(nil, res.Batch.Column(name).At(row))); got != w {
				t.Fatalf("%s of row %d at %s: got %s, want %s", name, row, eventtime.Instant(at), got, w)
			}
		}
	}
	t.Logf("%d rows compared", len(rows))
}

func windowSet(t *testing.T, dir string, spine *value.Batch) *historical.Result {
	t.Helper()
	src, done, err := repository(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	res, err := historical.Join(t.Context(), src, &historical.Request{Spine: spine, OnNull: historical.NullFeatures, Service: "delay_windows"})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// within returns the arrivals of the hours before end, end included.
func within(all []arrival, end int64, hours int64) (out []arrival) {
	for _, a := range all {
		if a.at > end-hours*hourUs && a.at <= end {
			out = append(out, a)
		}
	}
	return out
}

// carrierFeatures returns the features of a carrier as JSON by name. Sums of whole minutes are exact.
func carrierFeatures(all []arrival, end int64) map[string]string {
	out := map[string]string{}
	for name, hours := range map[string]int64{"mean_delay_3h": 3, "mean_delay_24h": 24, "mean_delay_7d": 7 * 24} {
		sum, n := 0.0, 0
		for _, a := range within(all, end, hours) {
			sum, n = sum+a.delay, n+1
		}
		out[name] = number(sum/float64(n), n)
	}
	late, origins := 0, map[string]int{}
	for _, a := range within(all, end, 24) {
		if a.delay > 15 {
			late++
		}
		origins[a.origin]++
	}
	out["late_24h"] = fmt.Sprint(late)
	text := ""
	for _, o := range []string{"EWR", "JFK", "LGA"} { // in order of text
		if origins[o] > 0 {
			if text != "" {
				text += ","
			}
			text += fmt.Sprintf("%q:%d", o, origins[o])
		}
	}
	out["arrivals_by_origin"] = "{" + text + "}"
	return out
}

// number returns a float of n rows as JSON, null of none.
func number(f float64, n int) string {
	if n == 0 {
		return "null"
	}
	return string(jsonvalue.AppendOwn(nil, value.OfFloat64(f)))
}
