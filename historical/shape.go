package historical

import (
	"math/bits"
	"slices"

	"github.com/truepoint/truepoint/derive"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// An answered is the cells of a chunk of entity rows: those of each use of a view, and those of each on-demand feature.
type answered struct {
	uses    []pit.ViewResult
	derived []derive.Column
}

// shape turns the answers for a chunk into output columns with statuses and defaults, and counts. A feature that was
// asked for twice makes one column, because names are unique.
func shape(sel *feature.Selection, sp *spine, answer *answered) (*Result, error) {
	res := &Result{Batch: &value.Batch{Rows: sp.columns.Rows}}
	for i, n := range sp.columns.Names {
		res.Batch.Add(n, sp.columns.Columns[i])
	}
	for i := range sel.Uses {
		res.Views = append(res.Views, newViewReport(&sel.Uses[i], &answer.uses[i]))
	}
	computed, places := derivedReports(sel)
	res.Views = append(res.Views, computed...)
	done := map[string]bool{}
	for _, o := range sel.Order {
		if done[o.Name] {
			continue
		}
		done[o.Name] = true
		var column *value.Column
		var f Feature
		at := o.Cell
		if o.Use == feature.FromDerived {
			c := &answer.derived[o.Field]
			column, f = c.Values, derivedFeature(&sel.Derived[o.Field], c)
			at = feature.Cell{Use: len(sel.Uses) + places[o.Field].Use, Field: places[o.Field].Field}
		} else {
			var err error
			if column, f, err = shapeFeature(&sel.Uses[o.Use], &answer.uses[o.Use], o.Field); err != nil {
				return nil, err
			}
		}
		f.Name = o.Name
		res.Batch.Add(o.Name, column)
		res.Features = append(res.Features, f)
		res.Views[at.Use].Features[at.Field].Name = o.Name
		res.Views[at.Use].count(at.Field, f.Status)
	}
	res.Batch.Rows = sp.columns.Rows
	return res, nil
}

func shapeFeature(u *feature.Use, view *pit.ViewResult, field int) (*value.Column, Feature, error) {
	column := view.Columns[field]
	f := Feature{View: u.Alias, Field: u.Fields[field], Event: view.Event, Status: view.Status}
	if column.HasNulls() {
		f.Status = nullStatuses(view.Status, column)
	}
	defaults, err := f.Field.Defaults()
	if err != nil || (defaults == feature.Defaults{}) {
		return column, f, err
	}
	out := value.NewColumn(column.Type, column.Len())
	f.Defaulted = make([]bool, column.Len())
	for i := range column.Len() {
		var v value.Value
		v, f.Defaulted[i] = defaults.Apply(column.At(i), f.Status[i])
		out.Append(v)
	}
	return out, f, nil
}

// nullStatuses tells present nulls apart from present values.
func nullStatuses(of []value.Status, column *value.Column) []value.Status {
	out := slices.Clone(of)
	for i, w := range column.Nulls {
		for ; w != 0; w &= w - 1 {
			if row := i<<6 + bits.TrailingZeros64(w); row < len(out) {
				out[row] = of[row].Of(true)
			}
		}
	}
	return out
}

func newViewReport(u *feature.Use, view *pit.ViewResult) ViewReport {
	r := ViewReport{
		View: u.View.Name, Alias: u.Alias,
		Rows: view.Report.Read, RejectedKey: view.Report.RejectedKey, RejectedEvent: view.Report.RejectedEvent,
		RejectedOther: view.Report.RejectedCreate,
	}
	for i, name := range u.Outputs {
		f := FeatureReport{Name: name}
		if i < len(view.Report.Ambiguous) {
			f.Ambiguous = view.Report.Ambiguous[i]
		}
		r.Ambiguous += f.Ambiguous
		r.Features = append(r.Features, f)
	}
	return r
}

// count adds the cells of one feature to the report.
func (r *ViewReport) count(field int, status []value.Status) {
	f := &r.Features[field]
	for _, s := range status {
		switch s {
		case value.Present:
			f.Present++
		case value.NullValue:
			f.Null++
		case value.NotFound:
			f.NotFound++
		case value.OutsideMaxAge:
			f.Expired++
		case value.Error:
			f.Failed++
		}
	}
	r.Cells += int64(len(status))
	r.CellCounts.add(&f.CellCounts)
}
