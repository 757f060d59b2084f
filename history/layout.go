package history

import (
	"cmp"
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Layout returns the roles of the columns that a use of a view reads, as the definition declares them: what rows of
// pushes add, their sequence and arrival, the snapshot knows. A definition may name a column as the source has it or as
// the field mapping renames it. Features of a window view are no columns and stand in Windows. Errors: InvalidArgument
// for a field mapping that gives two columns one name.
func Layout(u *feature.Use) (pit.Layout, error) {
	m, err := offline.NewMapping(u.Source)
	if err != nil {
		return pit.Layout{}, err
	}
	l := pit.Layout{
		Event:   m.Name(u.Source.TimestampField),
		Created: m.Name(u.Source.CreatedTimestampColumn),
		Deleted: m.Name(u.Source.DeletedColumn),
		Keys:    make([]string, len(u.Keys)),
	}
	for i, k := range u.Keys {
		l.Keys[i] = k.Name
	}
	if !u.View.Windowed() {
		for _, f := range u.Fields {
			l.Features, l.FeatureTypes = append(l.Features, f.Name), append(l.FeatureTypes, f.Type)
		}
	}
	for _, t := range u.Source.TieBreak {
		l.TieBreak = append(l.TieBreak, m.Name(t))
	}
	return l, nil
}

// Columns returns the columns that a use reads, each once, with the types in which it reads them. The types of
// tie-break columns that are no features, and of event ids, come from the source itself. Errors: FailedPrecondition for a
// source without a timestamp field, NotFound for a tie-break column or event id that the source lacks; those of Windows.
func Columns(ctx context.Context, d offline.Driver, u *feature.Use) ([]value.Field, error) {
	p, err := payloadOf(u)
	if err != nil {
		return nil, err
	}
	return columns(ctx, d, u, p)
}

func columns(ctx context.Context, d offline.Driver, u *feature.Use, p *payload) ([]value.Field, error) {
	l, err := Layout(u)
	if err != nil {
		return nil, err
	}
	if l.Event == "" {
		return nil, errs.New(errs.FailedPrecondition, "source %q of view %q has no timestamp_field", u.Source.Name, u.View.Name).
			WithID("T0340").WithHint("add timestamp_field to the source")
	}
	var out []value.Field
	add := func(name string, t value.Type) {
		if name != "" && !slices.ContainsFunc(out, func(f value.Field) bool { return f.Name == name }) {
			out = append(out, value.Field{Name: name, Type: t})
		}
	}
	for _, k := range u.Keys {
		add(k.Name, k.Type)
	}
	add(l.Event, value.Scalar(value.UnixTimestamp))
	add(cmp.Or(l.Created, offline.ArrivalColumn), value.Scalar(value.UnixTimestamp))
	add(l.Deleted, value.Scalar(value.Bool))
	for _, f := range p.columns {
		add(f.Name, f.Type)
	}
	looked := []column{{p.eventID, "event_id"}}
	for _, name := range l.TieBreak {
		looked = append(looked, column{name, "tie_break"})
	}
	for _, c := range looked {
		if c.name == "" {
			continue
		}
		t, err := c.find(ctx, d, u)
		if err != nil {
			return nil, err
		}
		add(c.name, t)
	}
	return out, nil
}

// A column is one whose type definitions may leave open, and the setting of the source that names it.
type column struct{ name, setting string }

func (c column) find(ctx context.Context, d offline.Driver, u *feature.Use) (value.Type, error) {
	if i := u.View.Field(c.name); i >= 0 && !u.View.Windowed() {
		return u.View.Schema[i].Type, nil
	}
	columns, err := d.Columns(ctx, u.Source)
	if err != nil {
		return value.Type{}, fail(d, err, u.Source.Name)
	}
	have := make([]string, len(columns))
	for i, h := range columns {
		if h.Name == c.name {
			return h.Type, nil
		}
		have[i] = h.Name
	}
	return value.Type{}, errs.New(errs.NotFound, "source %q has no column %q, which its %s names", u.Source.Name, c.name, c.setting).
		WithID("T0341").WithHint("%s", errs.DidYouMean(c.name, have))
}
