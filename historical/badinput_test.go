package historical_test

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/value"
)

// refused runs a request that must fail with a code, say some words and change nothing.
func refused(t *testing.T, req *truepoint.HistoricalRequest, code errs.Code, words ...string) {
	t.Helper()
	r := rig(t, nil)
	defer datatest.Stores(t, &r.Options)()
	_, err := r.Store.Historical(t.Context(), req)
	if errs.CodeOf(err) != code {
		t.Errorf("got %v (%v), want %v", errs.CodeOf(err), err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func TestBadInput_76_null_key_or_time_in_the_entity_rows(t *testing.T) {
	t.Parallel()
	s := spine([]any{1, "a", noon}, []any{1, nil, noon}, []any{1, "b", nil})
	refused(t, &truepoint.HistoricalRequest{Spine: s, Features: []string{"v:f"}}, errs.InvalidArgument, "1")
	res, err := rig(t, nil).Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: s, Features: []string{"v:f"}, OnNull: historical.NullFeatures,
	})
	if err != nil || column(res.Batch, "f") != "2 null null" {
		t.Errorf("on_null: null_features: %v", err)
	}
}

func TestBadInput_76_null_key_or_time_in_the_history(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
		[]any{"a", noon - 10, nil, 1, "x"}, []any{nil, noon - 10, nil, 2, "x"}, []any{"a", nil, nil, 3, "x"}, []any{nil, nil, nil, 4, "x"}))
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine([]any{1, "a", noon}), Features: []string{"v:f"}})
	if err != nil || column(res.Batch, "f") != "1" {
		t.Fatalf("got %v", err)
	}
	if v := res.Views[0]; v.Rows != 4 || v.RejectedKey+v.RejectedEvent != 3 || v.RejectedKey == 0 || v.RejectedEvent == 0 {
		t.Errorf("rejected rows are counted: %+v", v)
	}
}

func TestBadInput_81_duplicates_unsorted_empty_and_mismatched_keys(t *testing.T) {
	t.Parallel()
	res, err := rig(t, nil).Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine(), Features: []string{"v:f"}})
	if err != nil || res.Batch.Rows != 0 || res.Batch.Column("f") == nil {
		t.Errorf("an empty spine: %v", err)
	}
	res, err = rig(t, nil).Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{2, "b", noon}, []any{1, "a", noon - 6}, []any{2, "b", noon}, []any{3, "a", noon}), Features: []string{"v:f"},
	})
	if err != nil || column(res.Batch, "label") != "2 1 2 3" || column(res.Batch, "f") != "3 1 3 2" {
		t.Errorf("rows that are unsorted and repeated keep their number and order: %v", err)
	}
	refused(t, &truepoint.HistoricalRequest{
		Spine: batch([]string{"k:Int64", "event_timestamp:UnixTimestamp"}, []any{1, noon}), Features: []string{"v:f"},
	}, errs.InvalidArgument, "Int64", "String", "row 1")
	refused(t, &truepoint.HistoricalRequest{Spine: &value.Batch{}, Features: []string{"v:f"}}, errs.InvalidArgument, `"k"`, "event_timestamp")
}

func TestBadInput_82_entity_column_named_like_a_feature(t *testing.T) {
	t.Parallel()
	s := batch([]string{"k:String", "event_timestamp:UnixTimestamp", "f:Int64"}, []any{"a", noon, 5})
	refused(t, &truepoint.HistoricalRequest{Spine: s, Features: []string{"v:f"}}, errs.InvalidArgument, `"f"`, "full")
	res, err := rig(t, nil).Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: s, Features: []string{"v:f"}, Names: feature.FullNames})
	if err != nil || column(res.Batch, "f") != "5" || column(res.Batch, "v__f") != "2" {
		t.Errorf("full names: %v", err)
	}
}

func TestBadInput_78_two_entity_columns_of_one_name(t *testing.T) {
	t.Parallel()
	refused(t, &truepoint.HistoricalRequest{
		Spine: batch([]string{"k:String", "event_timestamp:UnixTimestamp", "x:Int64", "x:Int64"}, []any{"a", noon, 5, 6}), Features: []string{"v:f"},
	}, errs.InvalidArgument, `"x"`)
}

func TestBadInput_58_missing_join_key(t *testing.T) {
	t.Parallel()
	refused(t, &truepoint.HistoricalRequest{
		Spine: batch([]string{"kk:String", "event_timestamp:UnixTimestamp"}, []any{"a", noon}), Features: []string{"v:f"},
	}, errs.InvalidArgument, `"k"`, "kk")
}

func TestBadInput_59_unknown_names(t *testing.T) {
	t.Parallel()
	s := spine([]any{1, "a", noon})
	refused(t, &truepoint.HistoricalRequest{Spine: s, Features: []string{"v:ff"}}, errs.NotFound, "did you mean f?")
	refused(t, &truepoint.HistoricalRequest{Spine: s, Features: []string{"w:f"}}, errs.NotFound, "did you mean v?")
	refused(t, &truepoint.HistoricalRequest{Spine: s, Service: "s"}, errs.NotFound)
	refused(t, &truepoint.HistoricalRequest{Spine: s}, errs.InvalidArgument)
	refused(t, &truepoint.HistoricalRequest{Spine: s, Service: "s", Features: []string{"v:f"}}, errs.InvalidArgument, "either")
}

func TestBadInput_80_rows_that_tie_are_refused_where_ties_are_errors(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
		[]any{"a", noon - 10, nil, 1, "x"}, []any{"a", noon - 10, nil, 2, "x"}))
	req := &truepoint.HistoricalRequest{Spine: spine([]any{1, "a", noon}), Features: []string{"v:f", "v:g"}}
	res, err := r.Store.Historical(t.Context(), req)
	if err != nil || column(res.Batch, "f") != "2" || res.Views[0].Ambiguous != 1 {
		t.Errorf("ties: last: %v", err)
	}
	req.TiesError = true
	unchanged := datatest.Stores(t, &r.Options)
	_, err = r.Store.Historical(t.Context(), req)
	unchanged()
	if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), "v") {
		t.Errorf("ties: error gives %v, want failed_precondition that names the view", err)
	}
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
		[]any{"a", noon - 10, noon, 1, "x"}, []any{"a", noon - 10, noon - 1, 2, "x"}, []any{"a", noon - 10, nil, 3, "x"}))
	if res, err := r.Store.Historical(t.Context(), req); err != nil || column(res.Batch, "f") != "1" {
		t.Errorf("the newest created time decides, whatever the order: %v", err)
	}
}

// TestBadInput_87_one_key_for_all_rows joins 200,000 entity rows with 200,000 history rows of one key, 40 billion pairs.
// It is not parallel, because it measures what is allocated.
func TestBadInput_87_one_key_for_all_rows(t *testing.T) {
	const n = 200_000
	r := rig(t, nil)
	key, event := value.NewColumn(value.Scalar(value.String), n), value.NewColumn(value.Scalar(value.UnixTimestamp), n)
	created, f, g := value.NewColumn(event.Type, n), value.NewColumn(value.Scalar(value.Int64), n), value.NewColumn(key.Type, n)
	asOf := value.NewColumn(event.Type, n)
	for i := range n {
		key.Append(value.OfString("a"))
		event.Append(value.OfInstant(noon - eventtime.Instant(n-i)))
		created.Append(value.Value{})
		f.Append(value.OfInt64(int64(i)))
		g.Append(value.OfString("x"))
		asOf.Append(value.OfInstant(noon - eventtime.Instant(i)))
	}
	history, entities := &value.Batch{}, &value.Batch{}
	for name, c := range map[string]*value.Column{"k": key, "event": event, "created": created, "f": f, "g": g} {
		history.Add(name, c)
	}
	entities.Add("k", key)
	entities.Add("event_timestamp", asOf)
	r.Offline.Put("src", history)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: entities, Features: []string{"v:f"}})
	runtime.ReadMemStats(&after)
	if err != nil || res.Batch.Rows != n {
		t.Fatalf("got %v, want %d rows", err, n)
	}
	for _, i := range []int{0, 1, n / 2, n - 1} {
		if c := res.Batch.Column("f"); i > 0 && c.Ints[i] != int64(n-i) || i == 0 && c.Ints[0] != n-1 {
			t.Errorf("row %d has %d", i, c.Ints[i])
		}
	}
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 256 {
		t.Errorf("%d MiB were allocated, at most 256 are expected for %d rows", mib, n)
	} else {
		t.Logf("%d MiB were allocated", mib)
	}
}

// TestBadInput_97_sums_that_overflow_and_windows_of_too_little asks for windows whose values do not exist, of both
// engines: a sum beyond Int64 is an error that names view and feature, what nothing gives is null, and of equal event
// times the greater created time is the last.
func TestBadInput_97_sums_that_overflow_and_windows_of_too_little(t *testing.T) {
	t.Parallel()
	const most = 1<<63 - 1
	integer, float := value.Scalar(value.Int64), value.Scalar(value.Float64)
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	set := storetest.Set("created")
	v := set.Views[0]
	v.Online, v.Inputs = false, []value.Field{{Name: "x", Type: integer}}
	for _, a := range []struct {
		function string
		result   value.Type
	}{{"sum", integer}, {"mean", float}, {"stddev_samp", float}, {"last", integer}} {
		v.Aggregations = append(v.Aggregations, feature.Aggregation{Name: a.function, Function: agg.Function(a.function), Column: "x", Window: eventtime.Hour})
		v.Schema = append(v.Schema, feature.Field{Name: a.function, Type: a.result})
	}
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "x:Int64"},
		[]any{"over", noon - 9, noon - 9, most}, []any{"over", noon - 8, noon - 8, 1},
		[]any{"edge", noon - 9, noon - 9, most}, []any{"edge", noon - 8, noon - 8, 1}, []any{"edge", noon - 7, noon - 7, -1},
		[]any{"one", noon - 9, noon - 9, 4}, []any{"nulls", noon - 9, noon - 9, nil},
		[]any{"tie", noon - 9, noon - 1, 7}, []any{"tie", noon - 9, noon - 2, 8}))
	r.Apply(t, set)
	all := []string{"v:sum", "v:mean", "v:stddev_samp", "v:last"}
	for _, engine := range []historical.Engine{historical.Fast, historical.Naive} {
		res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
			Spine: spine([]any{1, "edge", noon}, []any{2, "one", noon}, []any{3, "nulls", noon}, []any{4, "nobody", noon}, []any{5, "tie", noon}), Features: all, Engine: engine})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"sum": fmt.Sprint(most) + " 4 null null 15", "last": "-1 4 null null 7"} {
			if got := column(res.Batch, name); got != want {
				t.Errorf("%q: %s is %s, want %s", engine, name, got, want)
			}
		}
		mean, deviation := res.Batch.Column("mean"), res.Batch.Column("stddev_samp")
		if mean.At(1).Float() != 4 || !mean.Null(2) || !mean.Null(3) || !deviation.Null(1) || !deviation.Null(2) || deviation.Null(4) {
			t.Errorf("%q: means %v and deviations %v", engine, mean, deviation)
		}
		unchanged := datatest.Stores(t, &r.Options)
		_, err = r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine([]any{1, "one", noon}, []any{2, "over", noon}), Features: all, Engine: engine})
		unchanged()
		if errs.CodeOf(err) != errs.OutOfRange || !strings.Contains(err.Error(), `"v"`) || !strings.Contains(err.Error(), `"sum"`) {
			t.Errorf("%q: a sum beyond Int64: %v (%v), want out_of_range that names view and feature", engine, err, errs.CodeOf(err))
		}
	}
}

// TestBadInput_44_expressions_of_training_rows computes on-demand features that have no value: these are cells of their
// own status, and the set is made.
func TestBadInput_44_expressions_of_training_rows(t *testing.T) {
	t.Parallel()
	r := rig(t, func(set *feature.Set) {
		view := &feature.OnDemandView{Name: "now", Sources: []feature.OnDemandSource{{View: "v"}, {Request: "request", Schema: []feature.Field{
			{Name: "n", Type: value.Scalar(value.Int64)}, {Name: "note", Type: value.Scalar(value.String)}}}}}
		for _, f := range []struct {
			name string
			kind value.Kind
			text string
		}{{"floor", value.Int64, "f // n"}, {"share", value.Float64, "f / n"}, {"many", value.Int64, "(f + 7) * n"}, {"bomb", value.Bool, `matches(note, '(a|aa)+b')`}} {
			view.Features = append(view.Features, feature.OnDemandFeature{Field: feature.Field{Name: f.name, Type: value.Scalar(f.kind)}, Expression: f.text})
		}
		set.OnDemand = []*feature.OnDemandView{view}
	})
	unchanged := datatest.Stores(t, &r.Options)
	note := strings.Repeat("a", 10_000)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: batch([]string{"k:String", "event_timestamp:UnixTimestamp", "n:Int64", "note:String"},
			[]any{"b", noon, 0, "aab"}, []any{"b", noon, 1<<63 - 1, note}, []any{"b", noon, 3, nil}),
		Features: []string{"now:floor", "now:share", "now:many", "now:bomb"},
	})
	unchanged()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"[ERROR PRESENT PRESENT]", "[PRESENT PRESENT PRESENT]", "[PRESENT ERROR PRESENT]"} {
		if got := fmt.Sprint(res.Features[i].Status); got != want {
			t.Errorf("%s: got %s, want %s", res.Features[i].Name, got, want)
		}
	}
	if got := res.Batch.Column("share").At(0).Float(); !math.IsInf(got, 1) {
		t.Errorf("3 / 0 is %v", got)
	}
	if bomb := res.Features[3].Status; bomb[0] != value.Present || bomb[2] != value.NullValue || !res.Batch.Column("bomb").At(0).Bool() {
		t.Errorf("a pattern made to backtrack: %v", bomb)
	}
}
