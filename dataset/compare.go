package dataset

import (
	"context"
	"math"
	"slices"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// A comparison counts, run by run, the cells in which what was made differs from what was saved.
type comparison struct {
	manifest *Manifest
	saved    *offline.RowReader // of the feature columns
	rows     int64
	features []compared // in order of the manifest
}

// A compared is a feature's part of a comparison.
type compared struct {
	near      bool // floats count as equal that are as near as another engine's may be
	different int64
	first     []Difference // at most Shown
}

func newComparison(m *Manifest, saved *table, set *feature.Set) *comparison {
	var fields []value.Field
	for i := range m.Features {
		at := slices.IndexFunc(m.Columns, func(f value.Field) bool { return f.Name == m.Features[i].Column })
		fields = append(fields, m.Columns[at])
	}
	c := &comparison{manifest: m, saved: offline.NewRowReader(saved, fields), features: make([]compared, len(m.Features))}
	for i := range c.features {
		v, plain := set.View(m.Features[i].View())
		c.features[i].near = m.InStore && !(plain && !v.Windowed())
	}
	return c
}

// run compares the next rows. Errors: those of the set's files.
func (c *comparison) run(ctx context.Context, made *value.Batch) error {
	saved, err := c.saved.Read(ctx, made.Rows)
	if err != nil {
		return err
	}
	for i := range c.features {
		f, name := &c.features[i], c.manifest.Features[i].Column
		a, b := saved.Columns[i], made.Column(name)
		for r := range made.Rows {
			if b != nil && (f.near && near(a.At(r), b.At(r)) || a.At(r).Identical(b.At(r))) {
				continue
			}
			if f.different++; len(f.first) < Shown {
				f.first = append(f.first, c.manifest.difference(name, c.rows+int64(r), a.At(r), b, r))
			}
		}
	}
	c.rows += int64(made.Rows)
	return nil
}

// nearest is the relative distance within which an offline store computes floats that windows sum (offline.Joiner).
const nearest = 1e-12

// near reports whether two values are identical, or floats that near each other, or maps whose values are.
func near(a, b value.Value) bool {
	switch {
	case a.Identical(b):
		return true
	case a.IsNull() || b.IsNull() || a.Kind() != b.Kind():
		return false
	case a.Kind() == value.Float64:
		between := math.Abs(a.Float() - b.Float())
		return between <= nearest*max(math.Abs(a.Float()), math.Abs(b.Float())) && !math.IsInf(between, 0)
	case a.Kind() == value.Map:
		return slices.EqualFunc(a.List(), b.List(), near)
	}
	return false
}

// finish enters what was found, and each feature's cause.
func (v *Verification) finish(c *comparison, set *feature.Set, free []string) {
	v.Rows = c.rows
	for i := range c.features {
		f, is := &c.manifest.Features[i], &c.features[i]
		v.Cells += c.rows
		v.Different += is.different
		v.First = append(v.First, is.first[:min(len(is.first), Shown-len(v.First))]...)
		if is.different > 0 {
			v.Features = append(v.Features, Changed{f.Column, f.Ref, is.different, v.why(c.manifest, f.View(), set, free)})
		}
	}
	v.Identical = v.Different == 0 && !v.has(SetFile)
}

// difference describes a cell: row of the set, which is row r of what was made, if it has the column.
func (m *Manifest) difference(column string, row int64, saved value.Value, made *value.Column, r int) Difference {
	file, at := m.place(row)
	d := Difference{Column: column, Path: file.Path, Row: at + 1, Saved: saved}
	if made != nil {
		d.Now = made.At(r)
	}
	return d
}

func (v *Verification) has(kind CauseKind) bool {
	for _, c := range v.Causes {
		if c.Kind == kind {
			return true
		}
	}
	return false
}

// why returns the first cause that bears on a view: its source, its definition, the set's own files. Without one it is that
// rows were not recorded, or that another engine joined; or the program is at fault, which becomes a cause.
func (v *Verification) why(m *Manifest, view string, set *feature.Set, free []string) string {
	source := "" // of an on-demand view, any
	if d, ok := set.View(view); ok {
		if s, err := set.BatchSource(d); err == nil {
			source = s.Name
		}
	}
	for _, c := range v.Causes {
		if c.Kind == SourceFile && (source == "" || c.Subject == source) {
			return "source " + c.Subject + ": " + c.Text
		}
	}
	for _, c := range v.Causes {
		if c.Kind == Definitions && (c.Subject == view || c.Subject == v.Dataset) {
			return c.Text
		}
	}
	for _, c := range v.Causes {
		if c.Kind == SetFile {
			return c.Subject + ": " + c.Text
		}
	}
	if i := slices.IndexFunc(free, func(name string) bool { return source == "" || name == source }); i >= 0 {
		return "source " + free[i] + " has no recorded snapshot: its rows may have changed"
	}
	if m.InStore {
		return "the offline store joined the set: rows that tie, and sums that cancel, may come out otherwise here"
	}
	const fault = "nothing that the set depends on has changed"
	if !v.has(Program) {
		v.Causes = append(v.Causes, Cause{Program, v.Dataset, fault + "; please report this"})
	}
	return fault
}
