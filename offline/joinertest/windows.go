package joinertest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// windowPlans is the number of random plans with windows that an engine must answer itself.
const windowPlans = 300

// RunWindows draws random plans with windows. The tables carry a position, by which rows that tie are settled, so that every
// cell must be equal: bit for bit, or, for sums, means and moments of floats, within a relative 1e-12.
func RunWindows(t *testing.T, e Engine) {
	t.Helper()
	var seen pittest.WindowCoverage
	answered, elsewhere := 0, 0
	for answered < windowPlans && elsewhere < windowPlans && !t.Failed() {
		rapid.Check(t, func(t *rapid.T) {
			c := pittest.RandomWindows(t)
			prepareWindows(c)
			if differWindows(t, e, c, &seen) {
				answered++
			} else {
				elsewhere++
			}
		})
	}
	if answered < windowPlans && !t.Failed() {
		t.Errorf("the engine answered %d plans and left %d to others", answered, elsewhere)
	}
	t.Logf("%d plans with windows agree, %d are answered elsewhere: %+v", answered, elsewhere, seen)
}

// differWindows reports whether the engine answered a case.
func differWindows(t *rapid.T, e Engine, c *pittest.Case, seen *pittest.WindowCoverage) bool {
	ctx := context.Background()
	want, wantErr := pit.NaiveWindows(ctx, c.Plan())
	j, err := joinWindows(ctx, e, c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Join(ctx, j)
	text := ""
	if err == nil {
		text = script(ctx, e, j)
	}
	if err := e.Clear(ctx); err != nil {
		t.Fatal(err)
	}
	if errs.CodeOf(err) == errs.Unimplemented {
		return false
	}
	if errs.CodeOf(err) != errs.CodeOf(wantErr) {
		t.Fatalf("got error %v, want %v\n%s", err, wantErr, text)
	}
	if err != nil {
		return true
	}
	seen.Add(c, want)
	for i, v := range c.Views {
		if err := approach(v, &got.Windows[i], &want[i]); err != nil {
			t.Fatalf("windows %d: %v\n%s", i, err, text)
		}
	}
	if err := pittest.SameWindows(got.Windows, want); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return true
}

// approximate are the functions whose floats are not equal bit for bit.
var approximate = []agg.Function{agg.Sum, agg.Mean, agg.VarPop, agg.VarSamp, agg.StddevPop, agg.StddevSamp}

// approach makes cells that are near enough those of want. Inputs that are floats are near 1, so that what cancels in a sum
// is too.
func approach(v *pittest.View, got, want *pit.WindowResult) error {
	for f := range v.Windows.Features {
		g, w := got.Columns[f], want.Columns[f]
		if !slices.Contains(approximate, v.Windows.Features[f].Spec.Function) || !floats(w.Type) || g.Len() != w.Len() {
			continue
		}
		for row := range w.Len() {
			a, b := g.At(row), w.At(row)
			if !near(v.Windows.Features[f].Spec.Function, a, b) {
				return fmt.Errorf("row %d, feature %d, %s: got %s, want %s", row, f, v.Windows.Features[f].Spec.Function, pittest.Text(a), pittest.Text(b))
			}
		}
		got.Columns[f] = w
	}
	return nil
}

// floats reports whether a type is Float64, or a map of it.
func floats(t value.Type) bool {
	return t.Kind == value.Float64 || t.Kind == value.Map && t.Elem.Kind == value.Float64
}

// near compares floats, alone or as the values of maps.
func near(f agg.Function, a, b value.Value) bool {
	if a.IsNull() || b.IsNull() || a.Kind() != value.Map {
		return a.IsNull() == b.IsNull() && (a.IsNull() || close(f, a.Float(), b.Float()))
	}
	x, y := a.List(), b.List()
	if len(x) != len(y) {
		return false
	}
	for i := 0; i < len(x); i += 2 {
		if !x[i].Identical(y[i]) || !near(f, x[i+1], y[i+1]) {
			return false
		}
	}
	return true
}

func close(f agg.Function, a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return a == b || math.IsNaN(a) && math.IsNaN(b)
	}
	if f == agg.StddevPop || f == agg.StddevSamp { // the root of almost nothing is not almost nothing
		a, b = a*a, b*b
	}
	return math.Abs(a-b) <= 1e-12*max(1, math.Abs(b))
}

// joinWindows gives the tables of a case to an engine.
func joinWindows(ctx context.Context, e Engine, c *pittest.Case) (*offline.Join, error) {
	j := &offline.Join{Plan: c.Plan()}
	position := []value.Field{{Name: "position", Type: value.Scalar(value.Int64)}}
	for i, v := range c.Views {
		s, err := e.Table(ctx, v.Columns, v.Parts)
		if err != nil {
			return nil, err
		}
		j.Plan.Windows[i].Table = nil
		j.WindowSources, j.WindowSettle = append(j.WindowSources, s), append(j.WindowSettle, position)
	}
	return j, nil
}

// prepareWindows makes a case one that engines can hold and answer: without distinct series and series by a secondary key, with floats
// of one size, and with an arrival sequence that follows the position, as that of pushes does.
func prepareWindows(c *pittest.Case) {
	prepare(c, false)
	for _, v := range c.Views {
		for i := range v.Windows.Features {
			f := &v.Windows.Features[i]
			if f.Spec.N > 0 {
				f.By = ""
			}
			switch f.Spec.Function {
			case agg.FirstDistinctN:
				f.Spec.Function = agg.FirstN
			case agg.LastDistinctN:
				f.Spec.Function = agg.LastN
			}
		}
		for _, b := range v.Parts {
			moderate(b)
		}
	}
}

func moderate(b *value.Batch) {
	for i, column := range b.Columns {
		for row, x := range column.Float64s {
			if math.Abs(x) > 10 {
				column.Float64s[row] = 8
			}
		}
		if b.Names[i] != "arrival" {
			continue
		}
		sequence := value.NewColumn(column.Type, b.Rows)
		for row := range b.Rows {
			if at := b.Column("position").At(row); at.Int() < 10 {
				sequence.Append(value.Value{})
			} else {
				sequence.Append(at)
			}
		}
		b.Columns[i] = sequence
	}
}
