package sink

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Len returns the number of rows.
func (r *Rows) Len() int { return len(r.Event) }

// Check returns an InvalidArgument error unless the rows are complete: every slice and column has one item per row,
// there is a column per key (unless the keys come encoded) and per field, no key is null, event times are valid, and
// created times are valid or None. Sinks call it before they write anything.
func (r *Rows) Check() error {
	n := len(r.Event)
	name := r.Use.View.Name
	bad := func(what string, got, want int) error {
		return errs.New(errs.InvalidArgument, "rows for view %q have %d %s, expected %d", name, got, what, want)
	}
	switch {
	case len(r.Created) != n:
		return bad("created times", len(r.Created), n)
	case r.Deleted != nil && len(r.Deleted) != n:
		return bad("delete marks", len(r.Deleted), n)
	case r.Encoded != nil && len(r.Encoded) != n:
		return bad("encoded keys", len(r.Encoded), n)
	case r.Encoded == nil && len(r.Keys) != len(r.Use.Keys):
		return bad("key columns", len(r.Keys), len(r.Use.Keys))
	case len(r.Fields) != len(r.Use.Fields):
		return bad("field columns", len(r.Fields), len(r.Use.Fields))
	case !r.Snapshot.Valid():
		return errs.New(errs.InvalidArgument, "rows for view %q have no snapshot time", name)
	}
	for _, cols := range [...][]*value.Column{r.Keys, r.Fields} {
		for _, c := range cols {
			if c.Len() != n {
				return bad("items in a column", c.Len(), n)
			}
		}
	}
	return r.checkRows(name)
}

func (r *Rows) checkRows(name string) error {
	for k, c := range r.Keys {
		if !c.HasNulls() {
			continue
		}
		for i := range c.Len() {
			if c.Null(i) {
				return errs.New(errs.InvalidArgument, "row %d for view %q has a null in join key %q", i, name, r.Use.Keys[k].Name)
			}
		}
	}
	for i := range r.Event {
		if !r.Event[i].Valid() {
			return errs.New(errs.InvalidArgument, "row %d for view %q has no valid event time", i, name)
		}
		if c := r.Created[i]; c != eventtime.None && !c.Valid() {
			return errs.New(errs.InvalidArgument, "row %d for view %q has a created time outside the years 0001 to 9999", i, name)
		}
	}
	return nil
}
