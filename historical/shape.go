package historical

import (
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// shape turns the answer of a plan into output columns with statuses and defaults, and counts. A feature that was
// asked for twice makes one column, because names are unique.
func shape(sel *feature.Selection, sp *spine, answer *pit.Result) (*Result, error) {
	res := &Result{Batch: &value.Batch{Rows: sp.columns.Rows}}
	for i, n := range sp.columns.Names {
		res.Batch.Add(n, sp.columns.Columns[i])
	}
	for i := range sel.Uses {
		res.Views = append(res.Views, newViewReport(&sel.Uses[i], &answer.Views[i]))
	}
	done := map[string]bool{}
	for _, o := range sel.Order {
		if done[o.Name] {
			continue
		}
		done[o.Name] = true
		u, view := &sel.Uses[o.Use], &answer.Views[o.Use]
		column, f, err := shapeFeature(u, view, o.Field)
		if err != nil {
			return nil, err
		}
		f.Name = o.Name
		res.Batch.Add(o.Name, column)
		res.Features = append(res.Features, f)
		res.Views[o.Use].count(o.Field, f.Status)
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
	out := make([]value.Status, len(of))
	for i, s := range of {
		if s == value.Present && column.Null(i) {
			s = value.NullValue
		}
		out[i] = s
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
		}
	}
	r.Cells += int64(len(status))
	r.Present += f.Present
	r.Null += f.Null
	r.NotFound += f.NotFound
	r.Expired += f.Expired
}
