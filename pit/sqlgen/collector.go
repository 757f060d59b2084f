package sqlgen

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Row is one row of the statement of Plan.Answer, its features converted to the types that the layout declares.
type Row struct {
	N       int64
	Status  value.Status
	Event   eventtime.Instant // None for null
	Created eventtime.Instant // None for null
	Cells   []value.Value
}

// A Collector makes the result of a view from the rows of its statement. It is not safe for concurrent use.
type Collector struct {
	view      *View
	refuse    bool
	out       *pit.ViewResult
	first     Row    // that answers the ordinal that came last
	ambiguous []bool // per feature, of that ordinal
}

// NewCollector returns a collector for a view and a number of entity rows. tiesError refuses ambiguous cells.
func NewCollector(v *View, rows int, tiesError bool) *Collector {
	c := &Collector{view: v, refuse: tiesError, first: Row{N: -1}, ambiguous: make([]bool, len(v.Layout.Features)), out: &pit.ViewResult{
		Status: make([]value.Status, 0, rows), Event: make([]eventtime.Instant, 0, rows),
		Created: make([]eventtime.Instant, 0, rows), Row: make([]int64, 0, rows),
	}}
	c.out.Report.Ambiguous = make([]int64, len(v.Layout.Features))
	for _, t := range v.Layout.FeatureTypes {
		c.out.Columns = append(c.out.Columns, value.NewColumn(t, rows))
	}
	return c
}

// Add takes the next row; it keeps r.Cells. Errors: Internal for rows that are out of order.
func (c *Collector) Add(r Row) error {
	switch {
	case r.N == c.first.N:
		c.tie(r)
		return nil
	case r.N != c.first.N+1 || len(r.Cells) != len(c.out.Columns):
		return errs.New(errs.Internal, "view %q: the engine answered row %d after row %d", c.view.Name, r.N, c.first.N)
	}
	c.first = r
	clear(c.ambiguous)
	c.out.Status, c.out.Event, c.out.Created = append(c.out.Status, r.Status), append(c.out.Event, r.Event), append(c.out.Created, r.Created)
	c.out.Row = append(c.out.Row, -1)
	for f, v := range r.Cells {
		if r.Status != value.Present {
			v = value.Value{}
		}
		c.out.Columns[f].Append(v)
	}
	return nil
}

// tie compares a row with the one that answers and ties with it, as pit does: all features are ambiguous if one of the
// two is a delete, otherwise those in which they differ.
func (c *Collector) tie(r Row) {
	if c.first.Status == value.OutsideMaxAge {
		return
	}
	for f := range c.ambiguous {
		differ := r.Status != c.first.Status || r.Status == value.Present && !r.Cells[f].Identical(c.first.Cells[f])
		if !differ || c.ambiguous[f] {
			continue
		}
		c.ambiguous[f] = true
		c.out.Report.Ambiguous[f]++
	}
}

// Done returns the result. Errors: Internal if the engine did not answer every row, those of Counts.Check, and
// FailedPrecondition for ambiguous cells if they are refused.
func (c *Collector) Done(rows int, counts Counts) (*pit.ViewResult, error) {
	if len(c.out.Status) != rows {
		return nil, errs.New(errs.Internal, "view %q: the engine answered %d of %d rows", c.view.Name, len(c.out.Status), rows)
	}
	if err := counts.Check(c.view.Name); err != nil {
		return nil, err
	}
	counts.into(&c.out.Report)
	var total int64
	for _, n := range c.out.Report.Ambiguous {
		total += n
	}
	if c.refuse && total > 0 {
		return nil, errs.New(errs.FailedPrecondition,
			"view %q has %d ambiguous cells: rows of its source have the same key and times, and nothing says which is newer", c.view.Name, total).
			WithID("T0308").WithHint("declare tie_break columns on the source, or accept what the engine takes: --ties last")
	}
	return c.out, nil
}
