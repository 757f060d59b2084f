package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// inputs gives the columns that a window view uses their types: what is declared stays, the rest is read from the
// source, or else from what was applied last.
func (in *inference) inputs(ctx context.Context, v *feature.View) error {
	unknown := func(f value.Field) bool { return f.Type.IsZero() }
	if !slices.ContainsFunc(v.Inputs, unknown) {
		return nil
	}
	fields, err := in.columnsOf(ctx, v)
	if err != nil {
		return in.inputsWithout(v, err)
	}
	var faults errs.List
	for i := range v.Inputs {
		f := &v.Inputs[i]
		if !unknown(*f) {
			continue
		}
		at := slices.IndexFunc(fields, func(c value.Field) bool { return c.Name == f.Name })
		if at >= 0 && !fields[at].Type.IsZero() {
			f.Type = fields[at].Type
			continue
		}
		faults.Add(missingInput(v, f.Name, fields))
	}
	return faults.Err()
}

// inputsWithout answers where the source cannot be read.
func (in *inference) inputsWithout(v *feature.View, why error) error {
	stored, err := in.before.one(registry.ID{Kind: feature.KindView, Name: v.Name})
	if err != nil {
		return err
	}
	var open []string
	for i := range v.Inputs {
		f := &v.Inputs[i]
		if f.Type.IsZero() && len(stored.Views) == 1 {
			f.Type = stored.Views[0].Input(f.Name)
		}
		if f.Type.IsZero() {
			open = append(open, f.Name)
		}
	}
	if open == nil {
		return nil
	}
	return errs.Wrap(why, code(why), "the types of %s in view %q are not declared, and its source cannot be read", strings.Join(open, ", "), v.Name).
		WithID("T0415").WithHint("add them to the schema of the source, or make the source readable").At(v.Origin.Pos)
}

// missingInput is the fault of a column that the source does not have, at the first place that uses it.
func missingInput(v *feature.View, name string, fields []value.Field) *errs.Error {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	hint := errs.DidYouMean(name, names)
	if hint == "" {
		hint = "the source has " + columnNames(fields)
	}
	at := v.Origin.At("aggregations")
	for i := len(v.Aggregations) - 1; i >= 0; i-- {
		path := fmt.Sprintf("aggregations[%d]", i)
		switch a := &v.Aggregations[i]; name {
		case a.Column:
			at = v.Origin.At(path + ".column")
		case a.By:
			at = v.Origin.At(path + ".by")
		default:
			if uses(a.Where, name) {
				at = v.Origin.At(path + ".where")
			}
		}
	}
	return errs.New(errs.InvalidArgument, "the source of view %q has no column %q", v.Name, name).WithID("T0416").WithHint("%s", hint).At(at)
}

func uses(expression, column string) bool {
	used, err := expr.Columns(expression)
	return err == nil && slices.Contains(used, column)
}
