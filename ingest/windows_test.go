package ingest_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// windowed makes "w" a window view of the push source, which reads g.
func windowed(set *feature.Set) {
	w := set.Views[1]
	w.Schema, w.Refresh = nil, eventtime.Hour
	w.Inputs = []value.Field{{Name: "g", Type: value.Scalar(value.Float64)}}
	w.Aggregations = []feature.Aggregation{{Name: "total", Function: "sum", Column: "g", Window: eventtime.Day}}
	if err := feature.Complete(set); err != nil {
		panic(err)
	}
}

func TestPushedEventsAreInWindowsFromTheNextRunOn(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, windowed)
	res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.OnlineAndOffline})
	if len(res.Views) != 1 || read(t, r, "v:f", "a") != "1" || read(t, r, "w:total", "a") != "NOT_FOUND" {
		t.Errorf("a push writes views of columns alone: %+v", res)
	}
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: noon, Views: []string{"w"}})
	if got := read(t, r, "w:total", "a"); got != "1.5" {
		t.Errorf("after the run: got %s", got)
	}
}

func TestPushThatExtendsTheHistoryOfWindowsNeedsTheirColumns(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, windowed)
	columns := good()
	delete(columns, "g")
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(columns), To: ingest.Offline})
	if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), `"g"`) {
		t.Errorf("got %v", err)
	}
	if _, err := r.Store.Push(t.Context(), &truepoint.PushRequest{View: "w", Rows: rows(good())}); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("to the window view: got %v", err)
	}
}

func TestEventsCanBePushedToASourceOfWindowsAlone(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, func(set *feature.Set) {
		windowed(set)
		set.Views = set.Views[1:]
	})
	columns := good()
	delete(columns, "f")
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(columns), To: ingest.Offline})
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: noon})
	if got := read(t, r, "w:total", "a"); got != "1.5" {
		t.Errorf("got %s", got)
	}
}
