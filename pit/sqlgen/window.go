package sqlgen

import (
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A WindowView is the windows of one view over one history (design/semantics.md 5). Its layout has no features. Settle
// stands for the position of rows, which engines have not: it decides which of the rows that tie is first, and which of
// two deliveries of an event counts.
type WindowView struct {
	View
	EventID        value.Field // the column that identifies an event; without a name there is none
	Features       []pit.WindowFeature
	Refresh, Delay eventtime.Duration // as in pit.WindowScan
}

// elsewhere says why an engine does not answer windows.
func elsewhere(format string, args ...any) *errs.Error {
	return errs.New(errs.Unimplemented, format, args...).WithID("T0564")
}

// lengthMax is the distance of the first and the last instant: sums of an instant and of such lengths fit an integer.
const lengthMax = eventtime.Duration(eventtime.Max - eventtime.Min)

// checkWindows returns the error of Plan.check, and Unimplemented for windows that no statement answers as pit does.
func (p *Plan) checkWindows(d *Dialect, v *WindowView) error {
	if err := p.check(&v.View); err != nil {
		return err
	}
	lengths := []eventtime.Duration{v.Refresh, v.Delay, v.TTL, v.Availability.Delay}
	for i := range v.Features {
		f := &v.Features[i]
		lengths = append(lengths, f.Window.Length, f.Window.Offset, f.Window.Hop)
		if err := d.checkFeature(f); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "view %q, feature %q", v.Name, f.Name).WithID("T0564")
		}
	}
	if len(v.Features) == 0 {
		return elsewhere("view %q has no features", v.Name)
	}
	if slices.Max(lengths) > lengthMax {
		return elsewhere("view %q has a length of more than 9,999 years", v.Name)
	}
	return nil
}

// gathered are the kinds of which engines hand on single values as they are.
var gathered = []value.Kind{
	value.Bool, value.Int32, value.Int64, value.Float32, value.Float64, value.String, value.Bytes, value.UnixTimestamp, value.Date,
	value.Uuid, value.Decimal,
}

func (d *Dialect) checkFeature(f *pit.WindowFeature) error {
	kind := f.Spec.Input.Kind
	switch {
	case f.By != "" && (d.Pairs == nil || f.Spec.N > 0):
		return elsewhere("a map of %s is computed here", f.Spec.Function)
	case f.Spec.Function == agg.FirstDistinctN || f.Spec.Function == agg.LastDistinctN:
		return elsewhere("%s is computed here", f.Spec.Function)
	case f.Spec.Function != agg.Count && !slices.Contains(gathered, kind):
		return elsewhere("%s of %s is computed here", f.Spec.Function, f.Spec.Input)
	case (f.Spec.Function == agg.Min || f.Spec.Function == agg.Max) && d.Rank(kind, "") == nil:
		return elsewhere("%s has no order in %s", f.Spec.Input, d.Name)
	}
	_, err := f.Spec.Result()
	return err
}

// groups reports whether a secondary key may have a kind.
func groups(k value.Kind) bool { return k == value.String || k == value.Int32 || k == value.Int64 }

// A WindowRow is one row of the statement of Plan.WindowAnswer: NullValue stands for an entity row without a key or moment.
type WindowRow struct {
	N      int64
	Status value.Status
	Event  eventtime.Instant // None for null
	Cells  []value.Value     // as WindowView.Cells says, the latest first in those of last_n
}

// A Cell is a column of the answer that makes a feature. A map has two: its keys, and its values in the same order.
type Cell struct {
	Feature int
	Keys    bool
	Type    value.Type
}

// Cells returns the columns of the answer of v from the features on. Errors: those of agg.Spec.Result.
func (v *WindowView) Cells() ([]Cell, error) {
	var out []Cell
	for i := range v.Features {
		f := &v.Features[i]
		t, err := f.Spec.Result()
		if err != nil {
			return nil, err
		}
		if f.By == "" {
			out = append(out, Cell{Feature: i, Type: t})
			continue
		}
		out = append(out, Cell{i, true, value.ArrayOf(value.Scalar(value.String))}, Cell{i, false, value.ArrayOf(t)})
	}
	return out, nil
}

// A WindowCollector makes the result of windows from the rows of their statement. It is not safe for concurrent use.
type WindowCollector struct {
	view  *WindowView
	cells int // columns of the answer from the features on
	out   *pit.WindowResult
}

// NewWindowCollector returns a collector for windows and a number of entity rows. Errors: those of pit.WindowFeature.Type.
func NewWindowCollector(v *WindowView, rows int) (*WindowCollector, error) {
	c := &WindowCollector{view: v, out: &pit.WindowResult{Status: make([]value.Status, 0, rows), Event: make([]eventtime.Instant, 0, rows)}}
	for i := range v.Features {
		t, err := v.Features[i].Type()
		if err != nil {
			return nil, err
		}
		c.out.Columns = append(c.out.Columns, value.NewColumn(t, rows))
	}
	cells, err := v.Cells()
	c.cells = len(cells)
	return c, err
}

// Add takes the next row. Errors: Internal for rows that are out of order.
func (c *WindowCollector) Add(r WindowRow) error {
	if r.N != int64(len(c.out.Status)) || len(r.Cells) != c.cells {
		return errs.New(errs.Internal, "view %q: the engine answered row %d after row %d", c.view.Name, r.N, len(c.out.Status)-1)
	}
	answers := r.Status == value.Present || r.Status == value.NotFound
	if r.Status == value.NullValue {
		r.Status = value.NotFound
	}
	c.out.Status, c.out.Event = append(c.out.Status, r.Status), append(c.out.Event, r.Event)
	for f, column := range c.out.Columns {
		var v value.Value
		if answers {
			var err error
			if v, err = cell(&c.view.Features[f], r.Cells); err != nil {
				return err
			}
		}
		column.Append(v)
		r.Cells = r.Cells[1:]
		if c.view.Features[f].By != "" {
			r.Cells = r.Cells[1:]
		}
	}
	return nil
}

// cell returns the value of a feature from its columns, which come first.
func cell(f *pit.WindowFeature, columns []value.Value) (value.Value, error) {
	if f.By != "" {
		return mapped(f, columns[0].List(), columns[1].List())
	}
	if columns[0].IsNull() { // perhaps the value of nothing
		return f.Spec.Empty()
	}
	return settled(f.Spec.Function, columns[0]), nil
}

// mapped returns a map from its keys and their values, in order of the keys.
func mapped(f *pit.WindowFeature, keys, values []value.Value) (value.Value, error) {
	if len(keys) != len(values) {
		return value.Value{}, errs.New(errs.Internal, "feature %q: the engine gave %d keys and %d values", f.Name, len(keys), len(values))
	}
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return value.Compare(keys[a], keys[b]) })
	var entries []value.Value
	for _, i := range order {
		v := values[i]
		if !v.IsNull() {
			v = settled(f.Spec.Function, v)
		}
		entries = append(entries, keys[i], v)
	}
	return value.OfList(value.Map, entries), nil
}

// settled returns a cell as agg gives it: the newest last, and one NaN for all that are computed.
func settled(f agg.Function, v value.Value) value.Value {
	switch f {
	case agg.LastN:
		parts := slices.Clone(v.List())
		slices.Reverse(parts)
		return value.OfList(value.Array, parts)
	case agg.First, agg.Last, agg.FirstN:
		return v
	}
	return agg.PlainNaN(v)
}

// Done returns the result. Errors: as Collector.Done, ties apart.
func (c *WindowCollector) Done(rows int, counts Counts) (*pit.WindowResult, error) {
	if len(c.out.Status) != rows {
		return nil, errs.New(errs.Internal, "view %q: the engine answered %d of %d rows", c.view.Name, len(c.out.Status), rows)
	}
	if err := counts.Check(c.view.Name); err != nil {
		return nil, err
	}
	counts.into(&c.out.Report)
	return c.out, nil
}

// Overflow returns the error of an engine in which a sum of v left the range of its type. Engines do not say in which cell.
func (v *WindowView) Overflow(err error) error {
	return errs.Wrap(err, errs.OutOfRange, "view %q: a sum does not fit its type", v.Name).WithID("T0567").
		WithHint("sum a Float64, or a shorter window; --engine naive names the cell")
}
