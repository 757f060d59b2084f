package materialize_test

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// lookback returns a store whose history has a row of key "a" at each of events, with f counting from 1.
func lookback(t *testing.T, change func(*feature.Set), events ...eventtime.Instant) *storetest.Rig {
	t.Helper()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	putEvents(r, events...)
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	if change != nil {
		change(set)
	}
	r.Apply(t, set)
	return r
}

func putEvents(r *storetest.Rig, events ...eventtime.Instant) {
	var rows [][]any
	for i, e := range events {
		rows = append(rows, []any{"a", e, i + 1, 10 * (i + 1)})
	}
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64", "g:Int64"}, rows...))
}

// runAt sets the clock to end and runs up to it: an interval from start, an incremental run where start is None.
func runAt(t *testing.T, r *storetest.Rig, start, end eventtime.Instant) *truepoint.Run {
	t.Helper()
	r.Clock.Set(end)
	mode := materialize.Interval
	if start == eventtime.None {
		mode = materialize.Incremental
	}
	return r.Materialize(t, &truepoint.MaterializeRequest{Mode: mode, Start: start, End: end})["v"]
}

func readA(t *testing.T, r *storetest.Rig, ref string) string {
	t.Helper()
	res, err := r.Store.Online(t.Context(), &truepoint.OnlineRequest{Features: []string{ref}, AsOf: eventtime.None,
		Entities: []input.Column{input.FromTexts("k", []string{"a"})}})
	if err != nil {
		t.Fatal(err)
	}
	c := res.Columns[0].Cells[0]
	if c.Status != value.Present {
		return c.Status.String()
	}
	return fmt.Sprint(c.Value.Int())
}

func TestIntervalRunDoesNotHideRowsThatBecameAvailableMeanwhile(t *testing.T) {
	t.Parallel()
	r := lookback(t, func(s *feature.Set) {
		s.Sources[0].Availability = eventtime.Availability{Rule: eventtime.ByDelay, Delay: eventtime.Hour}
	}, noon.Add(-3*eventtime.Hour), noon.Add(-30*eventtime.Minute)) // the second is available half an hour after noon
	runAt(t, r, eventtime.None, noon)
	moved := runAt(t, r, noon, noon.Add(eventtime.Hour))
	if moved.Watch.After != noon.Add(eventtime.Hour) || moved.Written != 0 {
		t.Fatalf("the interval run: %+v", moved)
	}
	runAt(t, r, eventtime.None, noon.Add(2*eventtime.Hour))
	if got := readA(t, r, "v:f"); got != "2" {
		t.Errorf("got %s, want the row that became available at 12:30", got)
	}
}

func TestIntervalRunDoesNotHideLateRowsOfASourceWithoutCreatedTime(t *testing.T) {
	t.Parallel()
	first, late := noon.Add(-3*eventtime.Hour), noon.Add(-30*eventtime.Minute)
	r := lookback(t, nil, first)
	runAt(t, r, eventtime.None, noon)
	putEvents(r, first, late) // within the lateness of an hour
	runAt(t, r, noon, noon.Add(2*eventtime.Hour))
	runAt(t, r, eventtime.None, noon.Add(3*eventtime.Hour))
	if got := readA(t, r, "v:f"); got != "2" {
		t.Errorf("got %s, want the late row", got)
	}
}

func TestFirstIncrementalRunAfterAnAddedFieldRewritesWhatMayBeServed(t *testing.T) {
	t.Parallel()
	for _, interval := range []bool{false, true} { // an interval run with the new schema rewrites its interval only
		t.Run(fmt.Sprintf("AfterAnInterval=%t", interval), func(t *testing.T) {
			t.Parallel()
			r := lookback(t, func(s *feature.Set) { s.Views[0].TTL = 2 * eventtime.Day }, noon.Add(-eventtime.Day))
			runAt(t, r, eventtime.None, noon)
			set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.Int64)})
			set.Views[0].TTL = 2 * eventtime.Day
			r.Apply(t, set)
			if interval {
				runAt(t, r, noon, noon.Add(eventtime.Minute))
			}
			if got := readA(t, r, "v:g"); got != "NOT_FOUND" {
				t.Errorf("before: %s", got)
			}
			runAt(t, r, eventtime.None, noon.Add(eventtime.Hour))
			if got := readA(t, r, "v:g"); got != "10" {
				t.Errorf("after: %s", got)
			}
		})
	}
}
