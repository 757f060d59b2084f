package serving

import (
	"context"

	"github.com/truepoint/truepoint/derive"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// derive computes the on-demand features of all rows at once, nil where there are none, and notes the request columns in
// the response.
func (g *gathering) derive(ctx context.Context, res *Response) ([]derive.Column, error) {
	if g.plan.derive == nil {
		return nil, nil
	}
	res.Request = &value.Batch{}
	var inputs []derive.Column
	for _, c := range g.plan.derive.Inputs() {
		if c.Use == feature.FromRequest {
			f := g.plan.sel.Request[c.Field]
			column := requestColumn(f.Type, g.entities.values[c.Field])
			inputs = append(inputs, derive.Column{Values: column})
			if !g.plan.key[c.Field] {
				res.Request.Add(f.Name, column)
			}
			continue
		}
		inputs = append(inputs, inputColumn(g.plan.sel.Uses[c.Use].Fields[c.Field].Type, g.cells(c)))
	}
	moments := make([]eventtime.Instant, g.entities.rows)
	for i := range moments {
		moments[i] = res.AsOf
	}
	res.Request.Rows = g.entities.rows
	return g.plan.derive.Eval(ctx, inputs, moments)
}

func requestColumn(t value.Type, values []value.Value) *value.Column {
	out := value.NewColumn(t, len(values))
	for _, v := range values {
		out.Append(v)
	}
	return out
}

// inputColumn turns cells into a column for expressions.
func inputColumn(t value.Type, cells []Cell) derive.Column {
	out := derive.Column{Values: value.NewColumn(t, len(cells)), Status: make([]value.Status, len(cells)), Event: make([]eventtime.Instant, len(cells))}
	for i := range cells {
		c := &cells[i]
		out.Values.Append(c.Value)
		out.Status[i], out.Event[i] = c.Status, c.Event
		if c.Reason != "" {
			out.Faults = append(out.Faults, expr.Fault{Row: i, Reason: c.Reason})
		}
	}
	return out
}

// derivedCells turns a computed column into cells.
func derivedCells(c *derive.Column) []Cell {
	out := make([]Cell, len(c.Status))
	for i := range out {
		out[i] = Cell{Value: c.Values.At(i), Status: c.Status[i], Event: eventtime.None}
		if c.Event != nil {
			out[i].Event = c.Event[i]
		}
		if c.Defaulted != nil {
			out[i].Defaulted = c.Defaulted[i]
		}
	}
	for _, f := range c.Faults {
		out[f.Row].Reason = f.Reason
	}
	return out
}
