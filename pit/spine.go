package pit

import (
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// check validates a plan before anything is read.
func (p *Plan) check() error {
	rows := p.Spine.Columns.Rows
	if len(p.Spine.AsOf) != rows {
		return errs.New(errs.Internal, "spine has %d rows and %d times", rows, len(p.Spine.AsOf))
	}
	if rows > spineRowsMax {
		return errs.New(errs.ResourceExhausted, "spine has %d rows, at most %d fit one join", rows, spineRowsMax).
			WithID("T0305").WithHint("split the entity rows and join the pieces one after the other")
	}
	for i := range p.Windows {
		if err := p.Windows[i].check(); err != nil {
			return err
		}
	}
	for _, v := range p.scans() {
		if err := v.Layout.check(v.Name, v.Availability); err != nil {
			return err
		}
		if len(v.Spine) != len(v.Layout.Keys) {
			return errs.New(errs.Internal, "view %q has %d join keys and %d spine columns", v.Name, len(v.Layout.Keys), len(v.Spine))
		}
		if _, err := p.keys(v); err != nil {
			return err
		}
	}
	nulls := &NullCheck{}
	nulls.Add(p)
	return nulls.Err()
}

// scans returns the views, then the windows as views.
func (p *Plan) scans() []*ViewScan {
	out := make([]*ViewScan, 0, len(p.Views)+len(p.Windows))
	for i := range p.Views {
		out = append(out, &p.Views[i])
	}
	for i := range p.Windows {
		out = append(out, p.Windows[i].view(nil))
	}
	return out
}

// spineRowsMax keeps row numbers within 32 bits.
const spineRowsMax = 1<<31 - 1

// keys returns the spine columns that supply the keys of v.
func (p *Plan) keys(v *ViewScan) ([]*value.Column, error) {
	out := make([]*value.Column, len(v.Spine))
	for i, name := range v.Spine {
		out[i] = p.Spine.Columns.Column(name)
		if out[i] == nil {
			names := p.Spine.Columns.Names
			return nil, errs.New(errs.InvalidArgument, "entity rows have no column %q, the join key %q of view %q", name, v.Layout.Keys[i], v.Name).
				WithID("T0306").WithHint("%s", errs.DidYouMean(name, names))
		}
		if err := value.CheckKey(out[i].Type); err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "column %q of the entity rows, the join key %q of view %q", name, v.Layout.Keys[i], v.Name)
		}
	}
	return out, nil
}

// absent reports whether spine row i has no key or no time for v, so that no row can answer it.
func (p *Plan) absent(keys []*value.Column, i int) bool {
	if p.Spine.AsOf[i] == eventtime.None {
		return true
	}
	for _, k := range keys {
		if k.Null(i) {
			return true
		}
	}
	return false
}

// newViewResult returns the result of a view for which nothing was found: every row NotFound, every cell null.
func (p *Plan) newViewResult(types []value.Type) *ViewResult {
	rows := len(p.Spine.AsOf)
	v := &ViewResult{
		Status: make([]value.Status, rows), Event: make([]eventtime.Instant, rows), Row: make([]int64, rows),
		Report: Report{Ambiguous: make([]int64, len(types))},
	}
	for i := range rows {
		v.Status[i], v.Event[i], v.Row[i] = value.NotFound, eventtime.None, -1
	}
	if p.WantCreated {
		v.Created = slices.Clone(v.Event)
	}
	v.Columns = nullColumns(rows, types)
	return v
}

// nullColumns returns columns of the given types with nothing but nulls.
func nullColumns(rows int, types []value.Type) []*value.Column {
	out := make([]*value.Column, len(types))
	for i, t := range types {
		c := &value.Column{Type: t}
		c.Resize(rows)
		c.Nulls = make([]uint64, (rows+63)/64)
		for w := range c.Nulls {
			c.Nulls[w] = ^uint64(0)
		}
		out[i] = c
	}
	return out
}
