package serving

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// answer judges the rows that were read and shapes the response.
func (s *Server) answer(ctx context.Context, p *plan, e *entities, a *asked) (*Response, error) {
	j := s.newJudge(a.given)
	for _, r := range a.reads {
		for i := range r.Rows {
			j.see(r.Use, &r.Rows[i])
		}
	}
	res := &Response{AsOf: j.asOf, Revision: a.revision, Older: p.older, Rows: e.rows, Keys: e.columns, Columns: make([]Column, len(p.sel.Order))}
	g := &gathering{plan: p, entities: e, reads: a.reads, verdicts: make([][]verdict, len(a.reads))}
	for u, r := range a.reads {
		g.verdicts[u] = j.rows(r)
	}
	derived, err := g.derive(ctx, res)
	if err != nil {
		return nil, err
	}
	for i, o := range p.sel.Order {
		if o.Use == feature.FromDerived {
			d := &p.sel.Derived[o.Field]
			res.Columns[i] = Column{Name: o.Name, View: d.View.Name, Field: d.Field, Cells: derivedCells(&derived[o.Field])}
			continue
		}
		u := &p.sel.Uses[o.Use]
		res.Columns[i] = Column{Name: o.Name, View: u.Alias, Field: u.Fields[o.Field], Cells: g.cells(o.Cell)}
	}
	return res, nil
}

// rows judges every row of a read.
func (j *judge) rows(r *online.Read) []verdict {
	out := make([]verdict, len(r.Rows))
	for i := range r.Rows {
		if out[i] = failure(r.Err); r.Err == nil {
			out[i] = j.row(r.Use, &r.Rows[i])
		}
	}
	return out
}

// A gathering is the judged rows of all uses, of which columns are made.
type gathering struct {
	plan     *plan
	entities *entities
	reads    []*online.Read
	verdicts [][]verdict // per use and row
}

// cells returns the column of one field of a use, with defaults applied.
func (g *gathering) cells(of feature.Cell) []Cell {
	r, verdicts, field := g.reads[of.Use], g.verdicts[of.Use], of.Field
	defaults, missing := g.plan.defaults[of.Use][field], g.plan.missing[of.Use][field]
	out := make([]Cell, len(verdicts))
	for i := range out {
		v := verdicts[i]
		c := Cell{Status: v.status(), Event: eventtime.None, Reason: v.reason()}
		if v.dated() {
			c.Event = r.Rows[i].Event
		}
		switch {
		case v == notFound:
			c.Value = missing
		case v != answers:
		case r.Rows[i].Lacks != nil && r.Rows[i].Lacks[field]:
			c.Status, c.Event = value.NotFound, eventtime.None
		case r.Cells[i][field].IsNull():
			c.Status = value.NullValue
		default:
			c.Value = r.Cells[i][field]
		}
		c.Value, c.Defaulted = defaults.Apply(c.Value, c.Status)
		out[i] = c
	}
	return out
}
