package derive_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/derive"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

var (
	int64s   = value.Scalar(value.Int64)
	int32s   = value.Scalar(value.Int32)
	float64s = value.Scalar(value.Float64)
)

// A cell is one expected answer.
type cell struct {
	value     value.Value
	status    value.Status
	event     eventtime.Instant
	defaulted bool
	reason    string
}

func (c cell) same(d cell) bool {
	return c.value.Identical(d.value) && c.status == d.status && c.event == d.event && c.defaulted == d.defaulted && c.reason == d.reason
}

func cells(c *derive.Column) []cell {
	out := make([]cell, c.Values.Len())
	for i := range out {
		out[i] = cell{value: c.Values.At(i), status: c.Status[i], event: eventtime.None}
		if c.Event != nil {
			out[i].event = c.Event[i]
		}
		if c.Defaulted != nil {
			out[i].defaulted = c.Defaulted[i]
		}
		for _, f := range c.Faults {
			if f.Row == i {
				out[i].reason = f.Reason
			}
		}
	}
	return out
}

func column(t value.Type, values ...value.Value) *value.Column {
	c := value.NewColumn(t, len(values))
	for _, v := range values {
		c.Append(v)
	}
	return c
}

// A formula is a derived feature over the columns a and b of the request and of use 0, in that order of fields.
type formula struct {
	text   string
	of     value.Type
	null   string // default; empty for none
	inputs map[string]feature.Cell
}

func compile(t *testing.T, scope []value.Field, formulas ...formula) *derive.Plan {
	t.Helper()
	sel := &feature.Selection{}
	view := &feature.OnDemandView{Name: "ratios"}
	for i, f := range formulas {
		p, err := expr.Compile(f.text, expr.Scope{Columns: scope, AsOf: true}, f.of)
		if err != nil {
			t.Fatalf("%s: %v", f.text, err)
		}
		d := feature.Derived{View: view, Field: feature.Field{Name: string(rune('p' + i)), Type: f.of}, Program: p}
		if f.null != "" {
			d.Field.Default = &feature.Default{Null: &f.null}
		}
		for _, name := range p.Inputs() {
			d.Inputs = append(d.Inputs, f.inputs[name])
		}
		sel.Derived = append(sel.Derived, d)
	}
	plan, err := derive.Compile(sel)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

var (
	scope = []value.Field{{Name: "a", Type: int64s}, {Name: "b", Type: int64s}}
	ab    = map[string]feature.Cell{"a": {Use: feature.FromRequest, Field: 0}, "b": {Use: 0, Field: 0}}
)

func check(t *testing.T, got []cell, want ...cell) {
	t.Helper()
	if !slices.EqualFunc(got, want, cell.same) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestNullIsNullValueAndItsDefaultApplies(t *testing.T) {
	t.Parallel()
	plan := compile(t, scope, formula{text: "a + b", of: int64s, inputs: ab}, formula{text: "a + b", of: int64s, null: "7", inputs: ab})
	in := []derive.Column{
		{Values: column(int64s, value.OfInt64(1), value.OfInt64(2))},
		{Values: column(int64s, value.OfInt64(10), value.Value{}), Status: []value.Status{value.Present, value.NotFound},
			Event: []eventtime.Instant{5, eventtime.None}},
	}
	out, err := plan.Eval(context.Background(), in, []eventtime.Instant{100, 100})
	if err != nil {
		t.Fatal(err)
	}
	sum := cell{value: value.OfInt64(11), status: value.Present, event: 5}
	check(t, cells(&out[0]), sum, cell{status: value.NullValue, event: eventtime.None})
	check(t, cells(&out[1]), sum, cell{value: value.OfInt64(7), status: value.NullValue, event: eventtime.None, defaulted: true})
}

func TestFaultsAreCellsThatLeaveOthersAlone(t *testing.T) {
	t.Parallel()
	plan := compile(t, scope, formula{text: "a * b", of: int64s, null: "7", inputs: ab},
		formula{text: "coalesce(a, 1)", of: int32s, inputs: map[string]feature.Cell{"a": {Use: feature.FromDerived, Field: 0}}})
	in := []derive.Column{
		{Values: column(int64s, value.OfInt64(math.MaxInt64), value.OfInt64(3), value.OfInt64(4))},
		{Values: column(int64s, value.OfInt64(2), value.OfInt64(2), value.Value{}), Event: []eventtime.Instant{1, 2, 3},
			Status: []value.Status{value.Present, value.Present, value.Error}, Faults: expr.Faults{{Row: 2, Reason: "store_unavailable"}}},
	}
	out, err := plan.Eval(context.Background(), in, make([]eventtime.Instant, 3))
	if err != nil {
		t.Fatal(err)
	}
	overflow := cell{status: value.Error, event: 1, reason: "expression: the result does not fit Int64"}
	outage := cell{status: value.Error, event: 3, reason: "store_unavailable"}
	check(t, cells(&out[0]), overflow, cell{value: value.OfInt64(6), status: value.Present, event: 2}, outage)
	check(t, cells(&out[1]), overflow, cell{value: value.OfInt32(6), status: value.Present, event: 2}, outage)
}

func TestReasonIsThatOfTheFirstInputThatFailed(t *testing.T) {
	t.Parallel()
	plan := compile(t, scope, formula{text: "a * b", of: int64s, inputs: ab})
	great := column(int64s, value.OfInt64(math.MaxInt64), value.OfInt64(math.MaxInt64), value.OfInt64(math.MaxInt64), value.OfInt64(math.MaxInt64))
	in := []derive.Column{
		{Values: great, Status: []value.Status{value.Error, value.Present, value.Error, value.Present},
			Faults: expr.Faults{{Row: 0, Reason: "row_unreadable"}}},
		{Values: great, Status: []value.Status{value.Error, value.Error, value.Present, value.Present},
			Faults: expr.Faults{{Row: 0, Reason: "store_unavailable"}, {Row: 1, Reason: "store_unavailable"}}},
	}
	out, err := plan.Eval(context.Background(), in, make([]eventtime.Instant, 4))
	if err != nil {
		t.Fatal(err)
	}
	failed := func(reason string) cell {
		return cell{status: value.Error, event: eventtime.None, reason: reason}
	}
	check(t, cells(&out[0]), failed("row_unreadable"), failed("store_unavailable"), failed(""), failed("expression: the result does not fit Int64"))
}

func TestEventTimeIsTheLatestOfTheInputs(t *testing.T) {
	t.Parallel()
	inputs := map[string]feature.Cell{"a": {Use: 1, Field: 0}, "b": {Use: 0, Field: 0}}
	plan := compile(t, scope, formula{text: "a + b", of: int64s, inputs: inputs},
		formula{text: "1", of: int64s}, formula{text: "hours(as_of - as_of)", of: float64s})
	ones := column(int64s, value.OfInt64(1), value.OfInt64(1), value.OfInt64(1))
	in := []derive.Column{
		{Values: ones, Event: []eventtime.Instant{9, 1, eventtime.None}},
		{Values: ones, Event: []eventtime.Instant{2, 8, eventtime.None}},
	}
	out, err := plan.Eval(context.Background(), in, []eventtime.Instant{0, 1, eventtime.None})
	if err != nil {
		t.Fatal(err)
	}
	two := value.OfInt64(2)
	check(t, cells(&out[0]), cell{value: two, status: value.Present, event: 9}, cell{value: two, status: value.Present, event: 8},
		cell{value: two, status: value.Present, event: eventtime.None})
	one := cell{value: value.OfInt64(1), status: value.Present, event: eventtime.None}
	check(t, cells(&out[1]), one, one, one)
	zero := cell{value: value.OfFloat64(0), status: value.Present, event: eventtime.None}
	check(t, cells(&out[2]), zero, zero, cell{status: value.NullValue, event: eventtime.None})
}

// Any split of rows into batches gives the same cells: that is why training and serving agree.
func TestOneRowAndManyGiveTheSameBits(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	inputs := map[string]feature.Cell{"a": ab["a"], "b": ab["b"], "c": {Use: feature.FromDerived, Field: 0}}
	wide := append(slices.Clone(scope), value.Field{Name: "c", Type: float64s})
	plan := compile(t, wide, formula{text: "a / b", of: float64s, inputs: inputs}, formula{text: "a * b", of: int64s, null: "3", inputs: inputs},
		formula{text: "if(c > 1.0, c * c, float(a))", of: float64s, null: "0.5", inputs: inputs})
	const rows = 3000
	in := []derive.Column{{Values: value.NewColumn(int64s, rows)}, {Values: value.NewColumn(int64s, rows)}}
	asOf := make([]eventtime.Instant, rows)
	for i := range rows {
		in[0].Values.Append(number(r))
		in[1].Values.Append(number(r))
		in[1].Event = append(in[1].Event, eventtime.Instant(r.IntN(9)))
		in[1].Status = append(in[1].Status, value.Status(r.IntN(5)))
		if in[1].Status[i] == value.Error && r.IntN(2) == 0 {
			in[1].Faults = append(in[1].Faults, expr.Fault{Row: i, Reason: "row_unreadable"})
		}
	}
	whole, err := plan.Eval(context.Background(), in, asOf)
	if err != nil {
		t.Fatal(err)
	}
	var want [][]cell
	for f := range whole {
		want = append(want, cells(&whole[f]))
	}
	seen := map[value.Status]int{}
	for i := range rows {
		one := []derive.Column{{Values: column(int64s, in[0].Values.At(i))},
			{Values: column(int64s, in[1].Values.At(i)), Event: in[1].Event[i : i+1], Status: in[1].Status[i : i+1]}}
		for _, f := range in[1].Faults {
			if f.Row == i {
				one[1].Faults = expr.Faults{{Reason: f.Reason}}
			}
		}
		got, err := plan.Eval(context.Background(), one, asOf[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		for f := range got {
			seen[got[f].Status[0]]++
			if a, b := cells(&got[f])[0], want[f][i]; !a.same(b) {
				t.Fatalf("feature %d, row %d of (%v, %v): alone %+v, among others %+v", f, i, in[0].Values.At(i), in[1].Values.At(i), a, b)
			}
		}
	}
	if seen[value.Present] == 0 || seen[value.NullValue] == 0 || seen[value.Error] == 0 || len(seen) != 3 {
		t.Errorf("statuses met: %v", seen)
	}
}

func number(r *rand.Rand) value.Value {
	switch r.IntN(6) {
	case 0:
		return value.Value{}
	case 1:
		return value.OfInt64(0)
	case 2:
		return value.OfInt64(math.MaxInt64 - int64(r.IntN(3)))
	}
	return value.OfInt64(int64(r.IntN(100)) - 50)
}

func TestInputsAreListedOnce(t *testing.T) {
	t.Parallel()
	plan := compile(t, scope, formula{text: "a + b", of: int64s, inputs: ab}, formula{text: "b - a", of: int64s, inputs: ab})
	if got, want := plan.Inputs(), []feature.Cell{ab["a"], ab["b"]}; !slices.Equal(got, want) {
		t.Errorf("inputs %v, want %v", got, want)
	}
	if plan, err := derive.Compile(&feature.Selection{}); plan != nil || err != nil {
		t.Errorf("a selection without on-demand features has the plan %v, %v", plan, err)
	}
}

func TestCancelEndsIt(t *testing.T) {
	t.Parallel()
	plan := compile(t, scope, formula{text: "a + b", of: int64s, inputs: ab})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ones := derive.Column{Values: column(int64s, value.OfInt64(1))}
	if _, err := plan.Eval(ctx, []derive.Column{ones, ones}, make([]eventtime.Instant, 1)); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}
