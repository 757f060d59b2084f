package explain_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// windowRig returns a store with a window view at 12:10, which the run of 12:00 has filled.
func windowRig(t *testing.T) *storetest.Rig {
	t.Helper()
	set := storetest.Set("created")
	set.Sources[0].EventID = "id"
	v := set.Views[0]
	v.Refresh, v.Delay = eventtime.Hour, 5*eventtime.Minute
	v.Inputs = []value.Field{{Name: "f", Type: value.Scalar(value.Int64)}}
	v.Aggregations = []feature.Aggregation{
		{Name: "few", Function: "sum", Column: "f", Window: 3 * eventtime.Hour, Where: "f < 100"},
		{Name: "newest", Function: "last_n", N: 2, Column: "f", Last: 2},
		{Name: "n", Function: "count", Window: eventtime.Hour},
	}
	if err := feature.Complete(set); err != nil {
		t.Fatal(err)
	}
	r := storetest.New(t, noon.Add(10*eventtime.Minute), nil)
	row := func(key string, id int, before, late eventtime.Duration, f int) []any {
		return []any{key, id, noon.Add(-before), noon.Add(-before).Add(late), f}
	}
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "id:Int64", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64"},
		row("a", 1, 4*eventtime.Hour, 0, 1), row("a", 2, 150*eventtime.Minute, 0, 2), row("a", 3, 100*eventtime.Minute, 0, 300),
		row("a", 3, 100*eventtime.Minute, eventtime.Minute, 300), row("a", 4, 90*eventtime.Minute, 0, 4), row("a", 5, -eventtime.Minute, 0, 5)))
	r.Apply(t, set)
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: noon.Add(10 * eventtime.Minute)})
	return r
}

func explainOne(t *testing.T, r *storetest.Rig, ref, key string) *truepoint.Explanation {
	t.Helper()
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: ref, Keys: []input.Column{input.FromTexts("k", []string{key})}, At: eventtime.None})
	if err != nil {
		t.Fatal(err)
	}
	if !e.Agree {
		t.Errorf("%s of %s: offline %v %v, online %v %v", ref, key, e.Offline.Status, e.Offline.Value, e.Online.Status, e.Online.Value)
	}
	return e
}

func TestExplainNamesTheRowsThatCountInAWindow(t *testing.T) {
	t.Parallel()
	r := windowRig(t)
	e := explainOne(t, r, "v:few", "a")
	w := e.Offline.Window
	if w.Of != noon || w.Usable != noon.Add(5*eventtime.Minute) || w.Bounds.Start != noon.Add(-3*eventtime.Hour)+1 || w.Bounds.End != noon {
		t.Errorf("got window %+v", w)
	}
	if w.Counted != 2 || len(w.Rows) != 2 || w.Rows[0].Value.Int() != 4 || w.Rows[1].Value.Int() != 2 || w.Rows[1].Position != 1 {
		t.Errorf("got rows %+v", w.Rows)
	}
	var reasons []string
	for _, o := range e.Offline.Others {
		reasons = append(reasons, o.Reason)
	}
	want := []string{"it happened 1m after the window", "where does not select it", "its event was delivered again, and the newer delivery counts", "it happened 1h1us before the window"}
	if got := strings.Join(reasons, "; "); got != strings.Join(want, "; ") {
		t.Errorf("got reasons %q", got)
	}
	if w := explainOne(t, r, "v:newest", "a").Offline.Window; w.Counted != 2 || w.Rows[1].Value.Int() != 300 || w.Bounds.Start != eventtime.Min {
		t.Errorf("got the newest two %+v", w)
	}
}

// Whether a key has a value depends on every window of the view: a count of nothing is PRESENT beside a fuller window.
func TestExplainAgreesOnAnEmptyWindowBesideAFullOne(t *testing.T) {
	t.Parallel()
	r := windowRig(t)
	if e := explainOne(t, r, "v:n", "a"); e.Offline.Status != value.Present || e.Offline.Value.Int() != 0 {
		t.Errorf("got %+v", e.Offline)
	}
	if e := explainOne(t, r, "v:n", "b"); e.Offline.Status != value.NotFound || e.Online.Value.Int() != 0 {
		t.Errorf("got %+v", e.Offline)
	}
}

func TestVerifyComparesWindows(t *testing.T) {
	t.Parallel()
	r := windowRig(t)
	req := &truepoint.VerifyRequest{Entities: []input.Column{input.FromTexts("k", []string{"a", "b"})}, Features: []string{"v:few", "v:newest", "v:n"}, AsOf: eventtime.None}
	got, err := r.Store.Verify(t.Context(), req)
	if err != nil || got.Cells != 6 || got.Agreed != 6 {
		t.Fatalf("got %+v, %v", got, err)
	}
	r.Clock.Add(eventtime.Hour) // the run of 13:00 is missing
	if got, err = r.Store.Verify(t.Context(), req); err != nil || got.Agreed == got.Cells {
		t.Errorf("got %+v, %v", got, err)
	}
}
