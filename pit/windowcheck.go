package pit

import (
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// view returns the join that reads the same rows for the same entity rows, with columns as its features.
func (w *WindowScan) view(columns []string) *ViewScan {
	l := w.Layout
	l.Features, l.FeatureTypes = columns, nil
	return &ViewScan{Name: w.Name, Table: w.Table, Layout: l, Spine: w.Spine, Availability: w.Availability, TTL: w.TTL}
}

// payload returns the columns that the windows read beside those that the layout names, each once.
func (w *WindowScan) payload() []string {
	var out []string
	add := func(name string) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	add(w.EventID)
	for i := range w.Features {
		f := &w.Features[i]
		add(f.Column)
		add(f.By)
		if f.Where != nil {
			for _, c := range f.Where.Columns() {
				add(c.Name)
			}
		}
	}
	return out
}

// check returns an InvalidArgument or Internal error if w makes no sense, whatever its table holds.
func (w *WindowScan) check() error {
	if w.Layout.Deleted != "" {
		return errs.New(errs.InvalidArgument, "view %q computes windows over a source with deletes", w.Name).WithID("T0320").
			WithHint("a window counts events, which are not deleted: aggregate a source without deleted_column")
	}
	if len(w.Layout.Features) > 0 || w.Refresh < 0 || w.Delay < 0 || w.TTL < 0 {
		return errs.New(errs.Internal, "the windows of view %q have columns of their own, or negative lengths", w.Name)
	}
	for i := range w.Features {
		f := &w.Features[i]
		if f.Window.Length < 0 || f.Window.Offset < 0 || f.Window.Hop < 0 || f.Last < 0 {
			return errs.New(errs.Internal, "view %q, feature %q has negative lengths", w.Name, f.Name)
		}
		if _, err := f.Spec.Result(); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "view %q, feature %q", w.Name, f.Name)
		}
		if (f.Column == "") != f.Spec.Input.IsZero() {
			return errs.New(errs.Internal, "view %q, feature %q reads column %q as %q", w.Name, f.Name, f.Column, f.Spec.Input)
		}
	}
	return nil
}

// checkTypes returns an InvalidArgument error if the table has a payload column with another type than w relies on.
func (w *WindowScan) checkTypes(names []string, types []value.Type) error {
	of := func(name string) value.Type { return types[slices.Index(names, name)] }
	wrong := func(name string, expected string) error {
		return errs.New(errs.InvalidArgument, "view %q: column %q has type %s, expected %s", w.Name, name, of(name), expected).WithID("T0311")
	}
	if w.EventID != "" && (value.CheckKey(of(w.EventID)) != nil) {
		return wrong(w.EventID, "that of a key, to identify events")
	}
	for i := range w.Features {
		f := &w.Features[i]
		if f.Column != "" && !of(f.Column).Equal(f.Spec.Input) {
			return wrong(f.Column, f.Spec.Input.String())
		}
		if f.By != "" && !slices.Contains(groupKinds, of(f.By).Kind) {
			return wrong(f.By, "String, Int32 or Int64, to group by")
		}
		if f.Where == nil {
			continue
		}
		for _, c := range f.Where.Columns() {
			if !of(c.Name).Equal(c.Type) {
				return wrong(c.Name, c.Type.String())
			}
		}
	}
	return nil
}

var groupKinds = []value.Kind{value.String, value.Int32, value.Int64}

// at returns the instant that the windows of somebody who asks at asOf end at, their offsets apart, and the instant until
// which a row must have become usable to count: asOf for both, or a snapshot and when that becomes usable. Both are None
// where there is no snapshot or no asOf.
func (w *WindowScan) at(asOf eventtime.Instant) (of, limit eventtime.Instant) {
	if w.Refresh == 0 {
		return asOf, asOf
	}
	of = eventtime.SnapshotAt(asOf, w.Refresh, w.Delay)
	return of, of.Add(w.Delay)
}

// counts reports whether a row may count in a window, by the limit that at returns: it is usable, its age apart, and
// known. The job that makes a snapshot knows no more than was created by then, whatever else may be known.
func (w *WindowScan) counts(k knowledge, r *pastRow, limit eventtime.Instant) bool {
	return eventtime.Visible(r.Event, r.available, limit, 0) && k.knew(r.Event, r.Created, limit) &&
		(w.Refresh == 0 || k.rule == KnownNow || existsFrom(r.Event, r.Created) <= limit)
}

// countsFrom returns the earliest limit at which counts is true of a row, None if there is none.
func (w *WindowScan) countsFrom(k knowledge, event, available, created eventtime.Instant) eventtime.Instant {
	from := k.usableFrom(event, available, created)
	if from != eventtime.None && w.Refresh > 0 && k.rule == KnownAtInstant {
		return max(from, existsFrom(event, created))
	}
	return from
}

// empty returns the value of a feature of no rows.
func (f *WindowFeature) empty() (value.Value, error) {
	if f.By != "" {
		return value.OfList(value.Map, nil), nil
	}
	return f.Spec.Empty()
}

// fault says which cell cannot be computed. row is the entity row's number from 0, or −1 for that of a materialization.
func (w *WindowScan) fault(f int, row int, err error) error {
	if row < 0 {
		return errs.Wrap(err, errs.CodeOf(err), "view %q, feature %q", w.Name, w.Features[f].Name)
	}
	return errs.Wrap(err, errs.CodeOf(err), "view %q, feature %q of entity row %d", w.Name, w.Features[f].Name, row+1)
}
