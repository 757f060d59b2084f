package derive

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// ReasonExpression begins the reason of an ERROR that an expression makes itself; a colon and what went wrong follow.
const ReasonExpression = "expression"

// A Column is the cells of one feature or one request column, one a row.
type Column struct {
	Values    *value.Column       // after defaults; null where nothing is known
	Status    []value.Status      // nil: no cell is an ERROR, as in request columns
	Event     []eventtime.Instant // nil: no cell has an event time, as in request columns
	Defaulted []bool              // nil: no default was applied
	Faults    expr.Faults         // reasons of ERROR cells, by row; an ERROR may lack one
}

// finish judges what an expression made of inputs, by row, and applies the default of null.
func finish(made *value.Column, faults expr.Faults, inputs []Column, defaults feature.Defaults) Column {
	out := Column{Values: made, Status: make([]value.Status, made.Len()), Event: newest(inputs, made.Len())}
	reasons := map[int]string{}
	for i := range inputs {
		inputs[i].failed(reasons)
	}
	for _, f := range faults {
		if _, inherited := reasons[f.Row]; !inherited {
			reasons[f.Row] = ReasonExpression + ": " + f.Reason
		}
	}
	for row := range out.Status {
		out.Status[row] = value.Present.Of(made.Null(row))
		if len(reasons) == 0 {
			continue
		}
		if reason, failed := reasons[row]; failed {
			out.Status[row] = value.Error
			out.Faults = append(out.Faults, expr.Fault{Row: row, Reason: reason})
		}
	}
	if len(reasons) > 0 || defaults.Null != nil && made.HasNulls() {
		out.settle(defaults)
	}
	return out
}

// settle makes the values of ERROR cells null and applies defaults to the others.
func (c *Column) settle(defaults feature.Defaults) {
	made := c.Values
	c.Values = value.NewColumn(made.Type, made.Len())
	c.Defaulted = make([]bool, made.Len())
	for row, st := range c.Status {
		var v value.Value
		if st != value.Error {
			v, c.Defaulted[row] = defaults.Apply(made.At(row), st)
		}
		c.Values.Append(v)
	}
}

// failed adds the reasons of the ERROR cells of c by row, where there is none yet.
func (c *Column) failed(reasons map[int]string) {
	at := 0
	for row, st := range c.Status {
		if st != value.Error {
			continue
		}
		for at < len(c.Faults) && c.Faults[at].Row < row {
			at++
		}
		if _, known := reasons[row]; known {
			continue
		}
		reasons[row] = ""
		if at < len(c.Faults) && c.Faults[at].Row == row {
			reasons[row] = c.Faults[at].Reason
		}
	}
}

// newest returns the latest event time of the inputs of every row, nil where no input has one.
func newest(inputs []Column, rows int) []eventtime.Instant {
	var out []eventtime.Instant
	for i := range inputs {
		if inputs[i].Event == nil {
			continue
		}
		if out == nil {
			out = make([]eventtime.Instant, rows)
			copy(out, inputs[i].Event)
			continue
		}
		for row, at := range inputs[i].Event {
			out[row] = max(out[row], at)
		}
	}
	return out
}
