package dataset_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

func TestExplainNamesTheSourceRowOfEveryValue(t *testing.T) {
	t.Parallel()
	for _, split := range []*dataset.Split{nil, {By: dataset.ByKey, Share: 0.5}} {
		r, m, files := saved(t, "parquet", split)
		want := map[string]string{"b": ":2 3", "a": ":1 2", "c": "none"}
		seen := 0
		for row := int64(1); row <= m.Rows; row++ {
			tr, err := r.Store.ExplainDataset(t.Context(), "s", row, "v:f", files)
			if err != nil {
				t.Fatal(err)
			}
			if len(tr.Values) != 1 || len(tr.Keys) != 1 || tr.Row != row || !strings.HasSuffix(tr.Path, ".parquet") || len(tr.Causes) != 0 {
				t.Fatalf("%+v", tr)
			}
			v := tr.Values[0]
			if !v.Saved.Identical(v.Offline.Value) {
				t.Errorf("row %d: saved %v, explained %v", row, v.Saved, v.Offline.Value)
			}
			got := "none"
			if w := v.Offline.Winner; w != nil {
				got = fmt.Sprintf("%s:%d %d", w.File, w.Position, v.Saved.Int())
			}
			if tr.At == noon {
				seen++
				if key := tr.Keys[0].Value.Text(); got != want[key] {
					t.Errorf("key %s: got %s, want %s", key, got, want[key])
				}
			}
		}
		if seen != 3 {
			t.Errorf("%d rows at noon", seen)
		}
	}
}

func TestExplainObeysWhatTheSetMayKnow(t *testing.T) {
	t.Parallel()
	r, m, files := saved(t, "csv", nil)
	r.Offline.Put("src", storetest.Batch(history, []any{"a", noon - 10, noon - 10, 1, "x"}, []any{"a", noon - 5, noon + 5, 2, "y"}))
	for _, known := range []struct {
		rule pit.KnownAtRule
		at   eventtime.Instant
		want int64
	}{{pit.KnownNow, 0, 2}, {pit.KnownAtAsOf, 0, 1}, {pit.KnownAtInstant, noon + 4, 1}, {pit.KnownAtInstant, noon + 5, 2}} {
		res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
			Spine:    storetest.Batch([]string{"label:Int64", "k:String", "event_timestamp:UnixTimestamp"}, []any{9, "a", noon}),
			Features: []string{"v:f", "v:g"}, Known: known.rule, KnownAt: known.at,
		})
		if err != nil || res.Batch.Column("f").At(0).Int() != known.want {
			t.Fatalf("%+v: %v", known, err)
		}
		m.Sources = nil
		m.Request.KnownAsOf, m.Request.KnownAt = known.rule == pit.KnownAtAsOf, nil
		if known.rule == pit.KnownAtInstant {
			m.Request.KnownAt = &known.at
		}
		if err := r.Store.Datasets().Replace(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		tr, err := r.Store.ExplainDataset(t.Context(), "s", 3, "", files)
		if err != nil {
			t.Fatal(err)
		}
		f := tr.Values[0].Offline
		if len(tr.Values) != 2 || f.Value.Int() != known.want || f.Winner.Value.Int() != known.want || len(f.Others) != 1 {
			t.Errorf("%+v: %+v", known, f)
		}
		if late := strings.Contains(f.Others[0].Reason, "created later"); late != (known.want == 1) {
			t.Errorf("%+v: %s", known, f.Others[0].Reason)
		}
	}
}

func TestExplainRefusesRowsAndFeaturesThatTheSetDoesNotHave(t *testing.T) {
	t.Parallel()
	r, _, files := saved(t, "csv", nil)
	for _, row := range []int64{-1, 0, 5} {
		if _, err := r.Store.ExplainDataset(t.Context(), "s", row, "", files); errs.CodeOf(err) != errs.OutOfRange || !strings.Contains(err.Error(), fmt.Sprint(row)) {
			t.Errorf("row %d: %v", row, err)
		}
	}
	for _, ref := range []string{"v:h", "f"} {
		if _, err := r.Store.ExplainDataset(t.Context(), "s", 1, ref, files); errs.CodeOf(err) != errs.NotFound {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestExplainOfARowWithoutKeySaysSo(t *testing.T) {
	t.Parallel()
	r, m, files := saved(t, "csv", nil)
	m.Request.NullFeatures = true
	spine := storetest.Batch([]string{"label:Int64", "k:String", "event_timestamp:UnixTimestamp", "f:Int64", "g:String"}, []any{1, nil, noon, nil, nil}, []any{2, "a", nil, nil, nil})
	m.Files, m.Rows = []dataset.File{write(t, files, "nulls.csv", spine)}, 2
	if err := r.Store.Datasets().Replace(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	for row, word := range map[int64]string{1: "null join key", 2: "no time"} {
		tr, err := r.Store.ExplainDataset(t.Context(), "s", row, "v:f", files)
		if err != nil || tr.Values[0].Offline.Status != value.NotFound || !strings.Contains(tr.Values[0].Offline.Rule, word) {
			t.Errorf("row %d: %+v, %v", row, tr, err)
		}
	}
}
