package historical

import (
	"context"

	"github.com/truepoint/truepoint/derive"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
)

// derived computes the on-demand features of a chunk of entity rows, which are request columns beside the features of
// views, by the code that serves them (package derive). Errors: InvalidArgument for a request column that is missing.
func (s *stream) derived(ctx context.Context, sp *spine, answers []pit.ViewResult) ([]derive.Column, error) {
	if s.derive == nil {
		return nil, nil
	}
	var inputs []derive.Column
	for _, c := range s.derive.Inputs() {
		if c.Use == feature.FromRequest {
			f := s.sel.Request[c.Field]
			column := sp.keys.Column(f.Name)
			if column == nil {
				return nil, missing(f, s.sel, sp.columns)
			}
			inputs = append(inputs, derive.Column{Values: column})
			continue
		}
		column, f, err := shapeFeature(&s.sel.Uses[c.Use], &answers[c.Use], c.Field)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, derive.Column{Values: column, Status: f.Status, Event: f.Event})
	}
	return s.derive.Eval(ctx, inputs, sp.asOf)
}

// derivedFeature returns an on-demand feature as one of a result.
func derivedFeature(d *feature.Derived, c *derive.Column) Feature {
	f := Feature{View: d.View.Name, Field: d.Field, Status: c.Status, Defaulted: c.Defaulted, Event: c.Event}
	if f.Event == nil {
		f.Event = noTimes(len(c.Status))
	}
	switch {
	case d.Field.Default == nil:
		f.Defaulted = nil
	case f.Defaulted == nil:
		f.Defaulted = make([]bool, len(c.Status))
	}
	return f
}

// derivedReports returns the reports of the on-demand views of a selection, without cells, and the place in them of each
// derived feature.
func derivedReports(sel *feature.Selection) (out []ViewReport, at []feature.Cell) {
	views := map[string]int{}
	for i := range sel.Derived {
		d := &sel.Derived[i]
		v, known := views[d.View.Name]
		if !known {
			v, views[d.View.Name] = len(out), len(out)
			out = append(out, ViewReport{View: d.View.Name, Alias: d.View.Name})
		}
		at = append(at, feature.Cell{Use: v, Field: len(out[v].Features)})
		out[v].Features = append(out[v].Features, FeatureReport{Name: d.Field.Name})
	}
	return out, at
}
