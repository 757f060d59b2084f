package serving

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// answer judges the rows that were read and shapes the response.
func (s *Server) answer(ctx context.Context, p *plan, e *entities, a *asked) (*Response, error) {
	reads := a.reads
	j := judge{given: a.given != eventtime.None, asOf: a.given}
	if !j.given {
		now := s.clock()
		j.limit = now.Add(s.opt.MaxSkew)
		j.asOf = presentAsOf(reads, now, j.limit)
	}
	res := &Response{AsOf: j.asOf, Revision: a.revision, Older: p.older, Rows: e.rows, Keys: e.columns, Columns: make([]Column, len(p.sel.Order))}
	g := &gathering{plan: p, entities: e, reads: reads, verdicts: make([][]verdict, len(reads))}
	for u, r := range reads {
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

// presentAsOf returns the asOf of a request that gives none: the clock, or the greatest moment of a stored row that is
// not further ahead of it than limit (design/semantics.md 6.1).
func presentAsOf(reads []*online.Read, now, limit eventtime.Instant) eventtime.Instant {
	asOf := now
	for _, r := range reads {
		for i := range r.Rows {
			if r.Rows[i].Found {
				if at := moments(r.Use, &r.Rows[i]); at <= limit {
					asOf = max(asOf, at)
				}
			}
		}
	}
	return asOf
}

// moments returns the later of the event and the available time of a stored row.
func moments(u *feature.Use, row *online.RowInfo) eventtime.Instant {
	available, _ := u.Availability().Of(row.Event, row.Created)
	return max(row.Event, available)
}

// A judge decides about stored rows at one asOf.
type judge struct {
	given bool              // the caller gave the asOf
	asOf  eventtime.Instant // of the response
	limit eventtime.Instant // rows later than this are from the future; unless given
}

// A verdict is the status of a stored row; Present still leaves open whether a cell of it is null.
type verdict struct {
	status value.Status
	reason string
	event  eventtime.Instant
}

func (j *judge) rows(r *online.Read) []verdict {
	out := make([]verdict, len(r.Rows))
	for i := range r.Rows {
		out[i] = j.row(r, &r.Rows[i])
	}
	return out
}

func (j *judge) row(r *online.Read, row *online.RowInfo) verdict {
	if r.Err != nil {
		reason := ReasonStore
		if code := errs.CodeOf(r.Err); code == errs.DataLoss || code == errs.FailedPrecondition {
			reason = ReasonRow
		}
		return verdict{value.Error, reason, eventtime.None}
	}
	if !row.Found {
		return verdict{value.NotFound, "", eventtime.None}
	}
	at := moments(r.Use, row)
	switch {
	case j.given && at > j.asOf:
		return verdict{value.Error, ReasonAsOf, row.Event}
	case !j.given && at > j.limit:
		return verdict{value.Error, ReasonFutureRow, row.Event}
	}
	available, ok := r.Use.Availability().Of(row.Event, row.Created)
	if !ok {
		return verdict{value.NotFound, "", eventtime.None}
	}
	ttl := r.Use.View.TTL
	if row.Deleted && r.Use.View.Windowed() { // windows that became empty stay so, and no later run says it again
		ttl = 0
	}
	v := verdict{pit.Judge(row.Event, available, j.asOf, ttl, row.Deleted), "", row.Event}
	if v.status == value.NotFound {
		v.event = eventtime.None
	}
	return v
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
		v := &verdicts[i]
		c := Cell{Status: v.status, Event: v.event, Reason: v.reason}
		switch v.status {
		case value.NotFound:
			c.Value = missing
		case value.Present:
			switch {
			case r.Rows[i].Lacks != nil && r.Rows[i].Lacks[field]:
				c.Status, c.Event = value.NotFound, eventtime.None
			case r.Cells[i][field].IsNull():
				c.Status = value.NullValue
			default:
				c.Value = r.Cells[i][field]
			}
		}
		c.Value, c.Defaulted = defaults.Apply(c.Value, c.Status)
		out[i] = c
	}
	return out
}
