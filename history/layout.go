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
// the field mapping renames it. Errors: InvalidArgument for a field mapping that gives two columns one name, Unimplemented
// for features of a window view: no column holds them.
func Layout(u *feature.Use) (pit.Layout, error) {
	if u.View.Windowed() && len(u.Fields) > 0 {
		return pit.Layout{}, errs.New(errs.Unimplemented, "feature view %q computes its features from events, which this command does not do yet", u.View.Name).
			WithID("T0160").WithHint("name other views")
	}
	m, err := offline.NewMapping(u.Source)
	if err != nil {
		return pit.Layout{}, err
	}
	l := pit.Layout{
		Event:    m.Name(u.Source.TimestampField),
		Created:  m.Name(u.Source.CreatedTimestampColumn),
		Deleted:  m.Name(u.Source.DeletedColumn),
		Keys:     make([]string, len(u.Keys)),
		Features: make([]string, len(u.Fields)),

		FeatureTypes: make([]value.Type, len(u.Fields)),
	}
	for i, k := range u.Keys {
		l.Keys[i] = k.Name
	}
	for i, f := range u.Fields {
		l.Features[i], l.FeatureTypes[i] = f.Name, f.Type
	}
	for _, t := range u.Source.TieBreak {
		l.TieBreak = append(l.TieBreak, m.Name(t))
	}
	return l, nil
}

// Columns returns the columns that a use reads, each once, with the types in which it reads them. The types of
// tie-break columns that are no features come from the source itself. Errors: FailedPrecondition for a source without
// a timestamp field, NotFound for a tie-break column that the source lacks.
func Columns(ctx context.Context, d offline.Driver, u *feature.Use) ([]value.Field, error) {
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
	for _, f := range u.Fields {
		add(f.Name, f.Type)
	}
	for _, name := range l.TieBreak {
		t, err := tieBreakType(ctx, d, u, name)
		if err != nil {
			return nil, err
		}
		add(name, t)
	}
	return out, nil
}

func tieBreakType(ctx context.Context, d offline.Driver, u *feature.Use, name string) (value.Type, error) {
	if i := u.View.Field(name); i >= 0 {
		return u.View.Schema[i].Type, nil
	}
	columns, err := d.Columns(ctx, u.Source)
	if err != nil {
		return value.Type{}, fail(d, err, u.Source.Name)
	}
	have := make([]string, len(columns))
	for i, c := range columns {
		if c.Name == name {
			return c.Type, nil
		}
		have[i] = c.Name
	}
	return value.Type{}, errs.New(errs.NotFound, "source %q has no column %q, which its tie_break names", u.Source.Name, name).
		WithID("T0341").WithHint("%s", errs.DidYouMean(name, have))
}
