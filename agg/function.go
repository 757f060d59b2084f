package agg

import (
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A Function is the name of a function as definitions write it.
type Function string

// The functions.
const (
	Count          Function = "count"
	Sum            Function = "sum"
	Mean           Function = "mean"
	Min            Function = "min"
	Max            Function = "max"
	VarPop         Function = "var_pop"
	VarSamp        Function = "var_samp"
	StddevPop      Function = "stddev_pop"
	StddevSamp     Function = "stddev_samp"
	First          Function = "first"
	Last           Function = "last"
	FirstN         Function = "first_n"
	LastN          Function = "last_n"
	FirstDistinctN Function = "first_distinct_n"
	LastDistinctN  Function = "last_distinct_n"
	CountDistinct  Function = "count_distinct"
)

// CountMax is the greatest N of a function that gives several values.
const CountMax = 1000

// An entry is what there is to know about a function.
type entry struct {
	name    Function
	inputs  []value.Kind // of its column
	bare    bool         // the column may be left out
	series  bool         // it gives N values
	result  func(in value.Type) value.Type
	state   func(s Spec) State
	formula Formula // of functions of Totals, whose state is newTotals
	squares bool    // the formula needs Σx²
}

var (
	integers = []value.Kind{value.Int32, value.Int64}
	numbers  = append([]value.Kind{value.Float32, value.Float64}, integers...)
	ordered  = append([]value.Kind{value.Decimal, value.String, value.UnixTimestamp, value.Date}, numbers...)
	equal    = append([]value.Kind{value.Bool, value.Bytes, value.Uuid}, ordered...)
	scalars  = append([]value.Kind{value.Json}, equal...)
	all      = append([]value.Kind{value.Array, value.Set, value.Map, value.Struct, value.Vector}, scalars...)
)

// functions is the one table: which inputs a function takes, what it gives, and how it is computed.
var functions = [...]entry{
	{name: Count, inputs: all, bare: true, result: always(value.Int64), formula: (*Totals).count},
	{name: Sum, inputs: numbers, result: sumType, formula: (*Totals).total},
	{name: Mean, inputs: numbers, result: always(value.Float64), formula: (*Totals).mean},
	{name: Min, inputs: ordered, result: same, state: newLeast},
	{name: Max, inputs: ordered, result: same, state: newGreatest},
	{name: VarPop, inputs: numbers, result: always(value.Float64), formula: (*Totals).varPop, squares: true},
	{name: VarSamp, inputs: numbers, result: always(value.Float64), formula: (*Totals).varSamp, squares: true},
	{name: StddevPop, inputs: numbers, result: always(value.Float64), formula: (*Totals).stddevPop, squares: true},
	{name: StddevSamp, inputs: numbers, result: always(value.Float64), formula: (*Totals).stddevSamp, squares: true},
	{name: First, inputs: all, result: same, state: newOldest},
	{name: Last, inputs: all, result: same, state: newNewest},
	{name: FirstN, inputs: scalars, series: true, result: value.ArrayOf, state: newOldest},
	{name: LastN, inputs: scalars, series: true, result: value.ArrayOf, state: newNewest},
	{name: FirstDistinctN, inputs: equal, series: true, result: value.ArrayOf, state: newOldestDistinct},
	{name: LastDistinctN, inputs: equal, series: true, result: value.ArrayOf, state: newNewestDistinct},
	{name: CountDistinct, inputs: equal, result: always(value.Int64), state: newDistinct},
}

func always(k value.Kind) func(value.Type) value.Type {
	return func(value.Type) value.Type { return value.Scalar(k) }
}

func same(in value.Type) value.Type { return in }

func sumType(in value.Type) value.Type {
	if slices.Contains(integers, in.Kind) {
		return value.Scalar(value.Int64)
	}
	return value.Scalar(value.Float64)
}

// Functions returns the names of all functions in the order of the documentation.
func Functions() []string {
	out := make([]string, len(functions))
	for i := range functions {
		out[i] = string(functions[i].name)
	}
	return out
}

// A Spec is a function with the type of its column. It is plain data; Result says whether it makes sense.
type Spec struct {
	Function Function
	Input    value.Type // the zero Type is no column, for count alone: it counts rows
	N        int        // 1 to CountMax for first_n, last_n and their distinct variants, else 0
}

// Result returns the type of the function's value. Errors: InvalidArgument for an unknown function, one that does not
// take the column's type, and an N out of bounds or where none belongs; hints name what fits.
func (s Spec) Result() (value.Type, error) {
	e, err := s.entry()
	if err != nil {
		return value.Type{}, err
	}
	return e.result(s.Input), nil
}

// entry returns the function's line of the table once s has been checked against it.
func (s Spec) entry() (*entry, error) {
	at := slices.IndexFunc(functions[:], func(e entry) bool { return e.name == s.Function })
	if at < 0 {
		hint := errs.DidYouMean(string(s.Function), Functions())
		if hint == "" {
			hint = "use " + list(Functions())
		}
		return nil, errs.New(errs.InvalidArgument, "there is no function %q", string(s.Function)).WithID("T0700").WithHint("%s", hint)
	}
	e := &functions[at]
	switch {
	case s.Input.IsZero() && !e.bare:
		return nil, errs.New(errs.InvalidArgument, "%s needs a column", e.name).WithID("T0701").WithHint("only count may be without one")
	case !s.Input.IsZero() && !slices.Contains(e.inputs, s.Input.Kind):
		return nil, errs.New(errs.InvalidArgument, "%s does not take a column of type %s", e.name, s.Input).WithID("T0701").
			WithHint("it takes %s; for type %s there are %s", kindList(e.inputs), s.Input.Kind, list(functionsOf(s.Input.Kind)))
	case e.series && (s.N < 1 || s.N > CountMax):
		return nil, errs.New(errs.InvalidArgument, "%s needs a number of values from 1 to %d, not %d", e.name, CountMax, s.N).WithID("T0702")
	case !e.series && s.N != 0:
		return nil, errs.New(errs.InvalidArgument, "%s takes no number of values", e.name).WithID("T0702").
			WithHint("first_n, last_n, first_distinct_n and last_distinct_n do")
	}
	return e, nil
}

// functionsOf returns the functions that take a column of kind k.
func functionsOf(k value.Kind) []string {
	var out []string
	for i := range functions {
		if slices.Contains(functions[i].inputs, k) {
			out = append(out, string(functions[i].name))
		}
	}
	return out
}

func kindList(kinds []value.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.String()
	}
	slices.Sort(names)
	return list(names)
}

// list returns "a, b or c".
func list(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
