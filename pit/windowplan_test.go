package pit_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// above is a filter that selects rows whose column is greater than 1000, or fails.
type above struct {
	column string
	err    error
}

func (a above) Columns() []value.Field {
	return []value.Field{{Name: a.column, Type: value.Scalar(value.Float64)}}
}
func (a above) String() string { return a.column + " > 1000" }

func (a above) Select(_ context.Context, cols []*value.Column, rows int, keep []uint64) error {
	clear(keep[:(rows+63)/64])
	for i := range rows {
		if !cols[0].Null(i) && cols[0].Float64s[i] > 1000 {
			keep[i>>6] |= 1 << (i & 63)
		}
	}
	return a.err
}

func TestBadWindowPlansAreRefusedOnBothWays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*pit.WindowScan)
		want   string
	}{
		"deletes":                         {func(w *pit.WindowScan) { w.Layout.Deleted = "gone" }, "over a source with deletes"},
		"features of the layout":          {func(w *pit.WindowScan) { w.Layout.Features = []string{"x"} }, "columns of their own"},
		"a negative refresh":              {func(w *pit.WindowScan) { w.Refresh = -1 }, "negative lengths"},
		"a negative window":               {func(w *pit.WindowScan) { w.Features[0].Window.Offset = -1 }, "negative lengths"},
		"an unknown function":             {func(w *pit.WindowScan) { w.Features[0].Spec.Function = "summ" }, `no function "summ"`},
		"a column without a type":         {func(w *pit.WindowScan) { w.Features[0].Spec = agg.Spec{Function: agg.Count} }, `reads column "x" as ""`},
		"a column of another type":        {func(w *pit.WindowScan) { w.Features[0].Column = "id" }, `column "id" has type Int64, expected Float64`},
		"a column that is not there":      {func(w *pit.WindowScan) { w.Features[0].Column = "nope" }, `no column "nope"`},
		"groups of floats":                {func(w *pit.WindowScan) { w.Features[0].By = "x" }, `column "x" has type Float64, expected String, Int32 or Int64`},
		"a float that identifies":         {func(w *pit.WindowScan) { w.EventID = "x" }, "to identify events"},
		"a filter of another type":        {func(w *pit.WindowScan) { w.Features[0].Where = above{column: "id"} }, `column "id" has type Int64, expected Float64`},
		"a filter that fails":             {func(w *pit.WindowScan) { w.Features[0].Where = above{"x", errors.New("the filter broke")} }, "the filter broke"},
		"an entity column that is absent": {func(w *pit.WindowScan) { w.Spine = []string{"nope"} }, `no column "nope"`},
		"fewer entity columns than keys":  {func(w *pit.WindowScan) { w.Spine = nil }, "1 join keys and 0 spine columns"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := row17(1000, 10).plan()
			c.change(&p.Windows[0])
			if _, err := pit.EvalWindows(t.Context(), p, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("EvalWindows: got %v, want an error with %q", err, c.want)
			}
			if _, err := pit.NaiveWindows(t.Context(), p); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("NaiveWindows: got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestASnapshotPlanNeedsARefresh(t *testing.T) {
	t.Parallel()
	p := &pit.WindowsPlan{Scan: row17(100, 10).plan().Windows[0], End: eventtime.Max, Previous: eventtime.None}
	if _, err := pit.NewestWindows(t.Context(), p, nil); err == nil || !strings.Contains(err.Error(), "no snapshots") {
		t.Errorf("got %v, want an error with %q", err, "no snapshots")
	}
}

// TestWindowsReadOnlyWhatTheyPick gives parts that answer for picked rows only, and fill the others with rubbish.
func TestWindowsReadOnlyWhatTheyPick(t *testing.T) {
	t.Parallel()
	p := row17(2000, 10).plan()
	for i := range p.Windows[0].Features {
		p.Windows[0].Features[i].Where = above{column: "x"}
	}
	want, err := pit.EvalWindows(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	var parts table
	for _, part := range p.Windows[0].Table.Parts() {
		parts = append(parts, sparing{part})
	}
	p.Windows[0].Table = parts
	got, err := pit.EvalWindows(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pittest.SameWindows(got, want); err != nil {
		t.Error(err)
	}
}

func TestProgressOfWindowsReachesItsTotal(t *testing.T) {
	t.Parallel()
	var done, total int64
	p := row17(5000, 10).plan()
	_, err := pit.Eval(t.Context(), p, &pit.EvalOptions{Workers: 1, Progress: func(d, n int64) { done, total = d, n }})
	if err != nil || done != total || total != 10000 {
		t.Errorf("%d of %d (%v), want 10000 of 10000", done, total, err)
	}
}

func TestAHistoryWithoutPartsHasEmptyWindows(t *testing.T) {
	t.Parallel()
	p := row17(100, 10).plan()
	p.Windows[0].Table, p.Windows[0].EventID = pit.MemTable(), "id"
	if got := wantNaive(t, p); got[0].Status[0] != value.NotFound {
		t.Errorf("status %v", got[0].Status[0])
	}
}
