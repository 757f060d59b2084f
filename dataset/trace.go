package dataset

import (
	"context"
	"maps"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// A Trace says where the values of one row of a saved set came from.
type Trace struct {
	Dataset  string
	Row      int64 // of the set, from 1; the train part comes before the test part
	Path     string
	PathRow  int64 // in the file at Path, from 1
	Keys     []explain.Key
	At       eventtime.Instant // None where the row has no time
	Revision registry.Revision
	Values   []Traced
	Causes   []Cause // what is no longer as it was when the set was made
}

// A Traced is one value of a Trace.
type Traced struct {
	Column  string
	Ref     string
	Saved   value.Value // what the set's file says
	Offline explain.Offline
}

// Explain tells which source row gave each value of row number row of a saved set, or only the value of ref if that is
// not empty, by the definitions and snapshots with which the set was made. Errors: OutOfRange for a row that the set
// does not have, NotFound for a feature that is not in it, those of the stores.
func Explain(ctx context.Context, env *Env, m *Manifest, row int64, ref string) (*Trace, error) {
	if row < 1 || row > m.Rows {
		return nil, errs.New(errs.OutOfRange, "dataset %q has no row %d", m.Name, row).WithID("T0630").WithHint("rows are 1 to %d", m.Rows)
	}
	if err := m.knows(ref); err != nil {
		return nil, err
	}
	v := &Verification{Dataset: m.Name}
	set, err := v.definitions(ctx, env, m)
	if err != nil {
		return nil, err
	}
	one, err := m.row(ctx, env.Files, row-1)
	if err != nil {
		return nil, err
	}
	t := &tracing{manifest: m, set: set, row: one, driver: &pinned{Driver: env.Offline, sources: m.Sources, changed: map[string]error{}}}
	file, at := m.place(row - 1)
	t.out = &Trace{Dataset: m.Name, Row: row, Path: file.Path, PathRow: at + 1, Revision: m.Revision, Causes: v.Causes}
	if err := t.run(ctx, ref); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(t.driver.changed)) {
		t.out.Causes = append(t.out.Causes, Cause{SourceFile, name, t.driver.changed[name].Error()})
	}
	return t.out, nil
}

// knows returns NotFound unless a feature, or every one, is in the set.
func (m *Manifest) knows(ref string) error {
	refs := make([]string, len(m.Features))
	for i := range m.Features {
		refs[i] = m.Features[i].Ref
	}
	if ref == "" || slices.Contains(refs, ref) {
		return nil
	}
	e := errs.New(errs.NotFound, "dataset %q has no feature %q", m.Name, ref).WithID("T0631")
	if near := errs.DidYouMean(ref, refs); near != "" {
		return e.WithHint("%s", near)
	}
	return e.WithHint("truepoint datasets describe %s lists them", m.Name)
}

// A tracing follows one row.
type tracing struct {
	manifest *Manifest
	set      *feature.Set
	row      *value.Batch
	driver   *pinned
	out      *Trace
}

func (t *tracing) run(ctx context.Context, ref string) error {
	req, err := t.manifest.request()
	if err != nil {
		return err
	}
	req.OnNull, req.Spine = historical.NullFeatures, t.row
	sel, err := historical.Select(t.set, req)
	if err != nil {
		return err
	}
	asOf, err := historical.Moments(sel, req)
	if err != nil {
		return err
	}
	t.out.At = asOf[0]
	past := &explain.Past{At: t.out.At, Known: explain.Knowledge{Rule: req.Known, At: req.KnownAt}}
	wanted := map[feature.Cell]bool{}
	for _, o := range sel.Order {
		if ref == "" || ref == explain.RefOf(sel, o.Cell) {
			want(sel, o.Cell, wanted)
		}
	}
	for i := range sel.Uses {
		if err := t.use(ctx, sel, i, past, wanted); err != nil {
			return err
		}
	}
	return nil
}

// want adds a cell of a view, or those that a computed one is made of.
func want(sel *feature.Selection, c feature.Cell, wanted map[feature.Cell]bool) {
	switch {
	case c.Use == feature.FromDerived:
		for _, input := range sel.Derived[c.Field].Inputs {
			want(sel, input, wanted)
		}
	case c.Use >= 0:
		wanted[c] = true
	}
}

// use traces the values that come from one use of a view.
func (t *tracing) use(ctx context.Context, sel *feature.Selection, use int, past *explain.Past, wanted map[feature.Cell]bool) error {
	u := &sel.Uses[use]
	only := *u
	only.Fields, only.Outputs = nil, nil
	for i, f := range u.Fields {
		if wanted[feature.Cell{Use: use, Field: i}] {
			only.Fields, only.Outputs = append(only.Fields, f), append(only.Outputs, u.Outputs[i])
		}
	}
	if len(only.Fields) == 0 {
		return nil
	}
	past.Key = nil
	for k, column := range u.Columns {
		v, err := value.Convert(t.row.Column(column).At(0), u.Keys[k].Type)
		if err != nil {
			return errs.Wrap(err, errs.InvalidArgument, "column %q of the set", column)
		}
		past.Key = append(past.Key, v)
		if !slices.ContainsFunc(t.out.Keys, func(have explain.Key) bool { return have.Name == column }) {
			t.out.Keys = append(t.out.Keys, explain.Key{Name: column, Value: v})
		}
	}
	answers, err := explain.History(ctx, t.driver, &only, past)
	if err != nil {
		return err
	}
	for i, a := range answers {
		ref := feature.Ref{View: u.View.Name, Feature: only.Fields[i].Name}
		traced := Traced{Column: only.Outputs[i], Ref: ref.String(), Offline: a}
		if c := t.row.Column(traced.Column); c != nil {
			traced.Saved = c.At(0)
		}
		t.out.Values = append(t.out.Values, traced)
	}
	return nil
}
