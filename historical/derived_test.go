package historical_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// derivedRig returns a store with an ordinary view "v", a window view "w" over the same rows, and on-demand features of
// both and of the request.
func derivedRig(t *testing.T) *storetest.Rig {
	t.Helper()
	set := storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	w := *set.Views[0]
	w.Name, w.Schema, w.Refresh = "w", nil, eventtime.Hour
	w.Inputs = []value.Field{{Name: "f", Type: value.Scalar(value.Int64)}}
	w.Aggregations = []feature.Aggregation{{Name: "total", Function: "sum", Column: "f", Window: eventtime.Day}, {Name: "n", Function: "count", Window: eventtime.Day}}
	set.Views = append(set.Views, &w)
	null := "-1"
	set.OnDemand = []*feature.OnDemandView{{
		Name:    "d",
		Sources: []feature.OnDemandSource{{View: "v"}, {View: "w"}, {Request: "req", Schema: []feature.Field{{Name: "x", Type: value.Scalar(value.Int64)}}}},
		Features: []feature.OnDemandFeature{
			{Field: feature.Field{Name: "sum", Type: value.Scalar(value.Int64), Default: &feature.Default{Null: &null}}, Expression: "f + total"},
			{Field: feature.Field{Name: "product", Type: value.Scalar(value.Int64)}, Expression: "n * x"},
		},
	}}
	if err := feature.Complete(set); err != nil {
		t.Fatal(err)
	}
	r := storetest.New(t, noon, nil)
	at := func(before eventtime.Duration) eventtime.Instant { return noon.Add(-before) }
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64"},
		[]any{"a", at(3 * eventtime.Hour), at(3 * eventtime.Hour), 1}, []any{"a", at(2 * eventtime.Hour), at(-eventtime.Hour), 10}, []any{"b", at(5 * eventtime.Hour), at(5 * eventtime.Hour), 7}))
	r.Apply(t, set)
	return r
}

func derivedSpine(x ...any) *value.Batch {
	var rows [][]any
	for i, v := range x {
		rows = append(rows, []any{string(rune('a' + i)), noon, v})
	}
	return storetest.Batch([]string{"k:String", "event_timestamp:UnixTimestamp", "x:Int64"}, rows...)
}

func TestOnDemandFeaturesAreComputedFromViewsWindowsAndTheEntityRows(t *testing.T) {
	t.Parallel()
	r := derivedRig(t)
	for _, memory := range []int64{0, 1} { // in one chunk, and row by row
		res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: derivedSpine(3, nil, 9_000_000_000_000_000_000), Features: []string{"d:sum", "d:product"}, MemoryMax: memory})
		if err != nil {
			t.Fatal(err)
		}
		sum, product := res.Batch.Column("sum"), res.Batch.Column("product")
		if sum.At(0).Int() != 21 || sum.At(1).Int() != 14 || sum.At(2).Int() != -1 || !res.Features[0].Defaulted[2] {
			t.Errorf("f + total: got %v, %v, %v", sum.At(0), sum.At(1), sum.At(2))
		}
		if product.At(0).Int() != 6 || !product.Null(1) || product.At(2).Int() != 0 || res.Features[1].Status[1] != value.NullValue {
			t.Errorf("n * x: got %v, %v, %v", product.At(0), product.At(1), product.At(2))
		}
		if len(res.Batch.Columns) != 5 {
			t.Errorf("got columns %v: those that expressions need are not answered", res.Batch.Names)
		}
	}
}

func TestOnDemandFeatureThatCannotBeComputedIsAnError(t *testing.T) {
	t.Parallel()
	r := derivedRig(t)
	req := &truepoint.HistoricalRequest{Spine: derivedSpine(9_000_000_000_000_000_000, 1), Features: []string{"d:product"}, MemoryMax: 1} // in two chunks
	res, err := r.Store.Historical(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	f := res.Features[0]
	if f.Status[0] != value.Error || !res.Batch.Column("product").Null(0) || res.Views[len(res.Views)-1].Failed != 1 {
		t.Errorf("2 × 9e18: got %v %v, %+v", f.Status[0], res.Batch.Column("product").At(0), res.Views)
	}
	if f.Status[1] != value.Present || f.Defaulted != nil {
		t.Errorf("without a default nothing is defaulted: got %v, %v", f.Status[1], f.Defaulted)
	}
}

func TestOnDemandFeaturesNeedTheColumnsOfTheRequest(t *testing.T) {
	t.Parallel()
	r := derivedRig(t)
	spine := derivedSpine(1)
	bare := &value.Batch{}
	bare.Add("k", spine.Column("k"))
	bare.Add("event_timestamp", spine.Column("event_timestamp"))
	for name, req := range map[string]*truepoint.HistoricalRequest{"entity rows": {Spine: bare}, "all keys": {AllKeys: "v", AsOf: noon}} {
		req.Features = []string{"d:product"}
		if _, err := r.Store.Historical(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), `"x"`) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	far := storetest.Batch([]string{"k:String", "event_timestamp:UnixTimestamp", "x:String"}, []any{"a", noon, "far"})
	if _, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: far, Features: []string{"d:product"}}); errs.CodeOf(err) != errs.InvalidArgument ||
		!strings.Contains(err.Error(), `request column "x" is Int64`) {
		t.Errorf("got %v", err)
	}
}

func TestLeaksOfWindowsReachOnDemandFeatures(t *testing.T) {
	t.Parallel()
	r := derivedRig(t)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: derivedSpine(1, 1), Features: []string{"w:total", "d:sum"}, Leaks: true, LeaksMax: 9, Known: pit.KnownNow})
	if err != nil {
		t.Fatal(err)
	}
	l := res.Leaks
	if l.Cells != 4 || l.Changed != 2 || l.Rows != 1 || len(l.First) != 2 {
		t.Fatalf("got %+v", l)
	}
	if a, b := l.First[0], l.First[1]; a.Used.Value.Int() != 11 || a.Known.Value.Int() != 1 || b.Used.Value.Int() != 21 || b.Known.Value.Int() != 2 || len(b.Key) != 1 {
		t.Errorf("got %+v", l.First)
	}
}

func TestKeysLeaveOutWhatOnlyTheRequestHas(t *testing.T) {
	t.Parallel()
	key := value.Field{Name: "k", Type: value.Scalar(value.String)}
	use := feature.Use{Keys: []value.Field{key}, Columns: []string{"buyer"}}
	sel := &feature.Selection{
		Uses:    []feature.Use{use, use},
		Request: []value.Field{{Name: "buyer", Type: key.Type}, {Name: "amount", Type: value.Scalar(value.Float64)}},
	}
	if got := historical.Keys(sel.Uses); len(got) != 1 || got[0].Name != "buyer" || !got[0].Type.Equal(key.Type) {
		t.Errorf("got %v", got)
	}
}
