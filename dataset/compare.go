package dataset

import (
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// compare counts the cells in which what was made differs from what was saved, and finds each feature's cause.
func (v *Verification) compare(m *Manifest, set *feature.Set, saved, made *value.Batch) {
	v.Rows = int64(made.Rows)
	for i := range m.Features {
		f := &m.Features[i]
		a, b := saved.Column(f.Column), made.Column(f.Column)
		n := int64(0)
		for r := range made.Rows {
			if b != nil && a.At(r).Identical(b.At(r)) {
				continue
			}
			n++
			if len(v.First) < Shown {
				v.First = append(v.First, m.difference(f.Column, r, a, b))
			}
		}
		v.Cells += v.Rows
		v.Different += n
		if n > 0 {
			v.Features = append(v.Features, Changed{f.Column, f.Ref, n, v.why(f.View(), set)})
		}
	}
	v.Identical = v.Different == 0 && !v.has(SetFile)
}

func (m *Manifest) difference(column string, row int, saved, made *value.Column) Difference {
	file, at := m.place(int64(row))
	d := Difference{Column: column, Path: file.Path, Row: at + 1, Saved: saved.At(row)}
	if made != nil {
		d.Now = made.At(row)
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

// why returns the first cause that bears on a view: its source, its definition, the set's own files. Without one the
// program is at fault, which becomes a cause.
func (v *Verification) why(view string, set *feature.Set) string {
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
	const fault = "nothing that the set depends on has changed"
	if !v.has(Program) {
		v.Causes = append(v.Causes, Cause{Program, v.Dataset, fault + "; please report this"})
	}
	return fault
}
