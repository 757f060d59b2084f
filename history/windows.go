package history

import (
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Windows returns the scan that computes the features of a use of a window view from its history t. Joins, runs and
// explanations take it from here, so that they compute the same. Behind the features of the use there may be others, which
// only decide the status. A table that Open or OpenAll opened has compiled its filters; for one that did not, Windows does.
// Errors: FailedPrecondition for a column whose type is not known, Internal for a field that no aggregation computes;
// those of expr.Compile and Layout.
func Windows(u *feature.Use, t *Table) (pit.WindowScan, error) {
	w := pit.WindowScan{
		Name: u.Alias, Table: t, Layout: t.Layout, Spine: u.Columns, Availability: u.Source.Availability,
		Refresh: u.View.Refresh, Delay: u.View.Delay, TTL: u.View.TTL,
	}
	c := t.payload
	if c == nil {
		var err error
		if c, err = payloadOf(u); err != nil {
			return w, err
		}
	}
	w.EventID, w.Features = c.eventID, slices.Clip(c.features)
	for i := range u.View.Aggregations { // whether a key has a value depends on every window of the view, whichever is asked for
		a := &u.View.Aggregations[i]
		if !slices.ContainsFunc(w.Features, func(f pit.WindowFeature) bool { return f.Window == a.Bounds() }) {
			w.Features = append(w.Features, pit.WindowFeature{Name: a.Name, Spec: agg.Spec{Function: agg.Count}, Window: a.Bounds()})
		}
	}
	return w, nil
}

// A payload is the columns that the features of a use are or, of a window view, what computes them.
type payload struct {
	columns  []value.Field
	eventID  string // the column that identifies an event of a window view, as views name it; empty if there is none
	features []pit.WindowFeature
}

// payloadOf returns the payload of a use, for which it compiles the filters of windows.
func payloadOf(u *feature.Use) (*payload, error) {
	p := &payload{}
	if !u.View.Windowed() {
		for _, f := range u.Fields {
			p.columns = append(p.columns, value.Field{Name: f.Name, Type: f.Type})
		}
		return p, nil
	}
	if len(u.Fields) > 0 && u.Source.EventID != "" {
		m, err := offline.NewMapping(u.Source)
		if err != nil {
			return nil, err
		}
		p.eventID = m.Name(u.Source.EventID)
	}
	var err error
	p.features, err = windowFeatures(u)
	p.columns = windowInputs(u, p.features)
	return p, err
}

// inputs returns the columns that windows are computed from, with that of event ids.
func (p *payload) inputs() (out []string) {
	if p.eventID != "" {
		out = append(out, p.eventID)
	}
	for _, f := range p.columns {
		if f.Name != p.eventID {
			out = append(out, f.Name)
		}
	}
	return out
}

func windowFeatures(u *feature.Use) ([]pit.WindowFeature, error) {
	out := make([]pit.WindowFeature, len(u.Fields))
	for i, f := range u.Fields {
		at := u.View.Field(f.Name)
		if at < 0 || at >= len(u.View.Aggregations) {
			return nil, errs.New(errs.Internal, "no aggregation of view %q computes feature %q", u.View.Name, f.Name)
		}
		a := &u.View.Aggregations[at]
		spec, err := u.View.Spec(a)
		if err != nil {
			return nil, err
		}
		out[i] = pit.WindowFeature{Name: f.Name, Spec: spec, Column: a.Column, Window: a.Bounds(), Last: a.Last, By: a.By}
		where, err := u.View.Filter(a)
		if err != nil {
			return nil, err
		}
		if where != nil { // a nil *expr.Filter is no nil pit.Filter
			out[i].Where = where
		}
	}
	return out, nil
}

// windowInputs returns the columns that window features are computed from, each once.
func windowInputs(u *feature.Use, features []pit.WindowFeature) []value.Field {
	var out []value.Field
	add := func(f value.Field) {
		if f.Name != "" && !slices.ContainsFunc(out, func(g value.Field) bool { return g.Name == f.Name }) {
			out = append(out, f)
		}
	}
	for i := range features {
		f := &features[i]
		add(value.Field{Name: f.Column, Type: f.Spec.Input})
		add(value.Field{Name: f.By, Type: u.View.Input(f.By)})
		if f.Where != nil {
			for _, c := range f.Where.Columns() {
				add(c)
			}
		}
	}
	return out
}

// Declared returns the columns of the history of a window view that definitions declare, as views name them: those of the
// source's schema, or where it has none those that the view uses.
func Declared(u *feature.Use) []value.Field {
	m, err := offline.NewMapping(u.Source)
	if err != nil || len(u.Source.Schema) == 0 {
		return u.View.Inputs
	}
	out := make([]value.Field, len(u.Source.Schema))
	for i, f := range u.Source.Schema {
		out[i] = value.Field{Name: m.Name(f.Name), Type: f.Type}
	}
	return out
}
