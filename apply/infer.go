package apply

import (
	"context"
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// An inference fills what definitions leave open, from the columns of their sources, or else from what the registry
// holds since they were applied last. Each source is asked at most once.
type inference struct {
	set      *feature.Set
	before   *present
	ask      func(context.Context, *feature.Source) ([]value.Field, error)
	asked    map[string]columns
	warnings []Warning
}

type columns struct {
	fields []value.Field
	err    error
}

func infer(ctx context.Context, set *feature.Set, before *present, ask func(context.Context, *feature.Source) ([]value.Field, error)) ([]Warning, error) {
	in := inference{set: set, before: before, ask: ask, asked: map[string]columns{}}
	var faults errs.List
	for _, e := range set.Entities {
		if e.ValueType.IsZero() {
			faults.AddErr(in.entity(ctx, e))
		}
	}
	for _, v := range set.Views {
		switch {
		case v.Windowed():
			faults.AddErr(in.inputs(ctx, v))
		case len(v.Schema) == 0:
			faults.AddErr(in.view(ctx, v))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return in.warnings, faults.Err()
}

// columnsOf returns the columns of the batch source of v by the names that views use. Errors: those of asking,
// Unimplemented when there is nobody to ask.
func (in *inference) columnsOf(ctx context.Context, v *feature.View) ([]value.Field, error) {
	src, err := in.set.BatchSource(v)
	if err != nil {
		return nil, err
	}
	if in.ask == nil {
		return nil, errs.New(errs.Unimplemented, "sources are not read here")
	}
	c, known := in.asked[src.Name]
	if !known {
		c.fields, c.err = in.ask(ctx, src)
		c.fields = slices.Clone(c.fields)
		for i, f := range c.fields {
			c.fields[i].Name = src.NameInViews(f.Name)
		}
		in.asked[src.Name] = c
	}
	return c.fields, c.err
}

// entity finds the type of the join keys in the sources of the views of e.
func (in *inference) entity(ctx context.Context, e *feature.Entity) error {
	var found value.Type
	var in1 string
	var failed error
	for _, v := range in.set.Views {
		if !slices.Contains(v.Entities, e.Name) {
			continue
		}
		fields, err := in.columnsOf(ctx, v)
		if err != nil {
			failed = err
			continue
		}
		for _, f := range fields {
			if !slices.Contains(e.JoinKeys, f.Name) || f.Type.IsZero() {
				continue
			}
			t, ok := commonKey(found, f.Type)
			if !ok {
				return errs.New(errs.InvalidArgument, "entity %q has a join key of type %s in view %q and %s in view %q", e.Name, found, in1, f.Type, v.Name).
					WithID("T0413").WithHint("add value_type to the entity, or one entity per join key").At(e.Origin.Pos)
			}
			if err := value.CheckKey(t); err != nil {
				return errs.New(errs.InvalidArgument, "join key %q of entity %q has type %s in the source of view %q, which no join key can have", f.Name, e.Name, f.Type, v.Name).
					WithID("T0414").WithHint("add value_type to the entity").At(e.Origin.Pos)
			}
			if found.IsZero() {
				in1 = v.Name
			}
			found = t
		}
	}
	if found.IsZero() {
		return in.entityWithout(e, failed)
	}
	e.ValueType = found
	return nil
}

// entityWithout answers where no source tells: with what was applied before, or String and a warning.
func (in *inference) entityWithout(e *feature.Entity, failed error) error {
	stored, err := in.before.one(registry.ID{Kind: feature.KindEntity, Name: e.Name})
	if err != nil {
		return err
	}
	if len(stored.Entities) == 1 && !stored.Entities[0].ValueType.IsZero() {
		e.ValueType = stored.Entities[0].ValueType
		return nil
	}
	why := "no source tells"
	if failed != nil && in.ask != nil {
		why = "the source cannot be read: " + failed.Error()
	}
	in.warnings = append(in.warnings, Warning{
		Kind: feature.KindEntity, Name: e.Name, Hint: "add value_type to the entity",
		Message: "its type is not declared and " + why + "; it is taken for String",
	})
	e.ValueType = value.Scalar(value.String)
	return nil
}

// commonKey returns the type that holds keys of both types; the zero type gives way to any.
func commonKey(a, b value.Type) (value.Type, bool) {
	switch {
	case a.IsZero() || a.Equal(b):
		return b, true
	case a.Kind == value.Int32 && b.Kind == value.Int64, a.Kind == value.Int64 && b.Kind == value.Int32:
		return value.Scalar(value.Int64), true
	}
	return a, false
}

// view fills an empty schema with every column that is neither key nor time nor mark.
func (in *inference) view(ctx context.Context, v *feature.View) error {
	fields, err := in.columnsOf(ctx, v)
	if err != nil {
		stored, damaged := in.before.one(registry.ID{Kind: feature.KindView, Name: v.Name})
		if damaged != nil {
			return damaged
		}
		if len(stored.Views) == 1 && len(stored.Views[0].Schema) > 0 {
			v.Schema = stored.Views[0].Schema
			return nil
		}
		return errs.Wrap(err, code(err), "view %q declares no schema and its source cannot be read", v.Name).
			WithID("T0415").WithHint("add a schema to the view, or make the source readable").At(v.Origin.Pos)
	}
	src, err := in.set.BatchSource(v)
	if err != nil {
		return err
	}
	reserved := []string{src.TimestampField, src.CreatedTimestampColumn, src.DatePartitionColumn, src.DeletedColumn, src.EventID}
	for _, name := range v.Entities {
		if e, ok := in.set.Entity(name); ok {
			reserved = append(reserved, e.JoinKeys...)
		}
	}
	for i, name := range reserved {
		reserved[i] = src.NameInViews(name)
	}
	for _, f := range fields {
		if !slices.Contains(reserved, f.Name) && !f.Type.IsZero() {
			v.Schema = append(v.Schema, feature.Field{Name: f.Name, Type: f.Type})
		}
	}
	if len(v.Schema) == 0 {
		return errs.New(errs.InvalidArgument, "view %q declares no schema and its source %q has no column for a feature", v.Name, src.Name).
			WithID("T0416").WithHint("the source has %s", columnNames(fields)).At(v.Origin.Pos)
	}
	return nil
}

func code(err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown && c != errs.Unimplemented {
		return c
	}
	return errs.InvalidArgument
}

func columnNames(fields []value.Field) string {
	text := "no columns"
	for i, f := range fields {
		if i == 0 {
			text = "columns " + f.Name
			continue
		}
		if i == 20 {
			return text + fmt.Sprintf(" and %d more", len(fields)-i)
		}
		text += ", " + f.Name
	}
	return text
}
