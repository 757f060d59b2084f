package sink

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// Len returns the number of rows.
func (r *Rows) Len() int { return len(r.Event) }

// Newest returns the greatest event time of the rows that are no tombstones; None without any.
func (r *Rows) Newest() eventtime.Instant {
	newest := eventtime.None
	for i, event := range r.Event {
		if r.Deleted == nil || !r.Deleted[i] {
			newest = max(newest, event)
		}
	}
	return newest
}

// Name says which row an error is about, in a way that finds it in a history: by its join keys, as in
// `row of user_id="u7" for view "clicks"`. A key that cannot be decoded is given in hexadecimal digits.
func (r *Rows) Name(i int) string {
	var b strings.Builder
	b.WriteString("row")
	parts, err := value.DecodeKey(r.Encoded[i])
	if err != nil || len(parts) != len(r.Use.Keys) {
		fmt.Fprintf(&b, " of key %x", r.Encoded[i])
		parts = nil
	}
	for k, part := range parts {
		b.WriteString([]string{" of ", ", "}[min(k, 1)])
		fmt.Fprintf(&b, "%s=%s", r.Use.Keys[k].Name, jsonvalue.AppendOwn(nil, part))
	}
	fmt.Fprintf(&b, " for view %q", r.Use.View.Name)
	return b.String()
}

// Check returns an InvalidArgument error unless the rows are complete: every slice and column has one item per row,
// there is a column per field, event times are valid, and created times are valid or None. Sinks call it before they
// write anything.
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
	case len(r.Encoded) != n:
		return bad("keys", len(r.Encoded), n)
	case len(r.Fields) != len(r.Use.Fields):
		return bad("field columns", len(r.Fields), len(r.Use.Fields))
	case !r.Snapshot.Valid():
		return errs.New(errs.InvalidArgument, "rows for view %q have no snapshot time", name)
	}
	for _, c := range r.Fields {
		if c.Len() != n {
			return bad("items in a column", c.Len(), n)
		}
	}
	return r.checkTimes()
}

func (r *Rows) checkTimes() error {
	for i := range r.Event {
		if !r.Event[i].Valid() {
			return errs.New(errs.InvalidArgument, "%s has no valid event time", r.Name(i))
		}
		if c := r.Created[i]; c != eventtime.None && !c.Valid() {
			return errs.New(errs.InvalidArgument, "%s has a created time outside the years 0001 to 9999", r.Name(i))
		}
	}
	return nil
}
