package historical_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/value"
)

// refused runs a request that must fail with a code and say some words.
func refused(t *testing.T, req *truepoint.HistoricalRequest, code errs.Code, words ...string) {
	t.Helper()
	_, err := rig(t, nil).Store.Historical(t.Context(), req)
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

func TestBadInput_81_duplicates_unsorted_empty_and_mismatched_keys(t *testing.T) {
	t.Parallel()
	res, err := rig(t, nil).Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine(), Features: []string{"v:f"}})
	if err != nil || res.Batch.Rows != 0 || res.Batch.Column("f") == nil {
		t.Errorf("an empty spine: %v", err)
	}
	refused(t, &truepoint.HistoricalRequest{
		Spine: batch([]string{"k:Int64", "event_timestamp:UnixTimestamp"}, []any{1, noon}), Features: []string{"v:f"},
	}, errs.InvalidArgument, "Int64", "String", "row 0")
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
	if _, err := r.Store.Historical(t.Context(), req); err == nil {
		t.Error("ties: error accepted an ambiguous cell")
	}
}
