package postgresoffline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// windowed makes the join of pushed one of windows over the same history: the sum and the last two values of all events.
func windowed(j *offline.Join) *offline.Join {
	v := j.Plan.Views[0]
	v.Layout.Features, v.Layout.FeatureTypes = nil, nil
	j.Plan.Views = nil
	j.Plan.Windows = []pit.WindowScan{{Name: v.Name, Layout: v.Layout, Spine: v.Spine, Availability: v.Availability, Features: []pit.WindowFeature{
		{Name: "sum", Column: "v", Spec: agg.Spec{Function: agg.Sum, Input: value.Scalar(value.Int32)}},
		{Name: "last", Column: "v", Spec: agg.Spec{Function: agg.LastN, Input: value.Scalar(value.Int32), N: 2}},
	}}}
	j.WindowSources, j.Sources = j.Sources, nil
	j.WindowSettle, j.Settle = j.Settle, nil
	return j
}

func TestPushedRowsCountInWindowsInTheDatabase(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	j := windowed(pushed(t, s, nil))
	got, err := s.driver.Join(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	open, err := s.driver.Open(t.Context(), j.WindowSources[0], []value.Field{
		{Name: "k", Type: value.Scalar(value.String)}, {Name: "at", Type: value.Scalar(value.UnixTimestamp)}, {Name: "v", Type: value.Scalar(value.Int32)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	p := *j.Plan
	p.Windows[0].Table, p.Windows[0].Layout.Sequence = open, offline.SequenceColumn
	want, err := pit.NaiveWindows(t.Context(), &p)
	if err != nil {
		t.Fatal(err)
	}
	for row := range 2 {
		for f := range 2 {
			if g, w := got.Windows[0].Columns[f].At(row), want[0].Columns[f].At(row); !g.Identical(w) {
				t.Errorf("row %d, feature %d: got %v, want %v", row, f, g, w)
			}
		}
	}
	if sum := got.Windows[0].Columns[0].At(0); sum.IsNull() || fmt.Sprint(got.Windows[0].Status) != "[PRESENT NOT_FOUND]" {
		t.Errorf("got %v, %v", sum, got.Windows[0].Status)
	}
}

func TestSumsThatDoNotFitAreOutOfRange(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	j := windowed(pushed(t, s, nil))
	for f := range j.Plan.Windows[0].Features {
		j.Plan.Windows[0].Features[f].Spec.Input = value.Scalar(value.Int64)
	}
	j.WindowSources[0].Table, j.WindowSources[0].Query = "", "SELECT 'a'::text AS k, '2026-01-01'::timestamptz AS at, 9223372036854775807 AS v FROM generate_series(1, 2)"
	_, err := s.driver.Join(t.Context(), j)
	if errs.CodeOf(err) != errs.OutOfRange || !strings.Contains(err.Error(), `view "v"`) {
		t.Errorf("got %v, want OutOfRange with the view", err)
	}
	j.WindowSources[0].Query = "SELECT 'a'::text AS k, 'infinity'::timestamptz AS at, 1::bigint AS v"
	if _, err := s.driver.Join(t.Context(), j); errs.CodeOf(err) != errs.OutOfRange || !strings.Contains(err.Error(), "0001 to 9999") {
		t.Errorf("an infinite time: got %v, want OutOfRange", err)
	}
}

func TestWindowsThatTheDatabaseWouldAnswerOtherwiseGoElsewhere(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(j *offline.Join){
		"a time to group by":      func(j *offline.Join) { j.Plan.Windows[0].Features[0].By = "at" },
		"an input to convert":     func(j *offline.Join) { j.Plan.Windows[0].Features[0].Spec.Input = value.Scalar(value.Int64) },
		"an id that is missing":   func(j *offline.Join) { j.Plan.Windows[0].EventID = "nope" },
		"sources that are absent": func(j *offline.Join) { j.WindowSources = nil },
		"a length beyond time":    func(j *offline.Join) { j.Plan.Windows[0].Features[0].Window.Offset = eventtime.Duration(1) << 62 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			j := windowed(pushed(t, s, nil))
			change(j)
			if _, err := s.driver.Join(t.Context(), j); errs.CodeOf(err) != errs.Unimplemented {
				t.Errorf("got %v, want Unimplemented", err)
			}
		})
	}
}
