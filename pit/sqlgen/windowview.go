package sqlgen

import (
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Columns are the columns of a history as an engine has them, by their names in views. What an engine would not answer
// exactly it refuses; the first refusal is the one that counts.
type Columns interface {
	// Scalar returns the type of a column of values that the engine hands on as they are, times of a zone included.
	Scalar(name string) value.Type
	// Same asks for a column of exactly a type.
	Same(name string, want value.Type)
	// Refuse says why the engine does not answer.
	Refuse(format string, args ...any)
}

// NewWindowView returns windows in terms of an engine: view gives their history as a join without features and calls
// more with its columns, of which those are asked for that windows read beside it. Errors: those of view.
func NewWindowView(w *pit.WindowScan, view func(join *pit.ViewScan, more func(Columns)) (*View, error)) (*WindowView, error) {
	out := &WindowView{Features: w.Features, Refresh: w.Refresh, Delay: w.Delay}
	join := &pit.ViewScan{Name: w.Name, Layout: w.Layout, Spine: w.Spine, Availability: w.Availability, TTL: w.TTL}
	v, err := view(join, func(c Columns) {
		if w.EventID != "" {
			out.EventID = value.Field{Name: w.EventID, Type: c.Scalar(w.EventID)}
		}
		for i := range w.Features {
			reads(c, &w.Features[i])
		}
	})
	if err != nil {
		return nil, err
	}
	out.View = *v
	return out, nil
}

// reads asks for the columns of a feature.
func reads(c Columns, f *pit.WindowFeature) {
	if f.Column != "" {
		c.Same(f.Column, f.Spec.Input)
	}
	if f.By != "" && !groups(c.Scalar(f.By).Kind) {
		c.Refuse("column %q has a type that nothing is grouped by", f.By)
	}
	if f.Where == nil {
		return
	}
	for _, column := range f.Where.Columns() {
		c.Same(column.Name, column.Type)
	}
}
