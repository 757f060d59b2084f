package cli

import (
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/dataset"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/value"
)

// deliver keeps what a training set in files was made of and reports, or shows a set.
func (v *historicalVerb) deliver(a *app, s *truepoint.Store, t *trainingSet) error {
	report := v.Report || v.LeakReport
	if v.Out == "" {
		if report {
			fmt.Fprint(a.err.Out, v.reportText(a.err, t.result))
		}
		return a.print(a.batchAnswer(t.result.Batch))
	}
	v.noteFiles(a, t)
	if err := v.keep(a, s, t); err != nil {
		return err
	}
	if !report && a.format == screen.AsTable {
		return nil
	}
	answer := &screen.Answer{Table: viewTable(t.result), Value: v.document(t), Names: []string{}}
	for _, f := range t.files {
		answer.Names = append(answer.Names, f.Path)
	}
	if a.format == screen.AsTable {
		answer.Text = v.reportText(a.out, t.result)
	}
	return a.print(answer)
}

// document is the JSON form of what was made.
func (v *historicalVerb) document(t *trainingSet) any {
	return struct {
		Out      string                  `json:"out"`
		Files    []dataset.File          `json:"files"`
		Saved    string                  `json:"saved,omitempty"`
		Rows     int64                   `json:"rows"`
		Columns  []value.Field           `json:"columns"`
		Revision int64                   `json:"revision"`
		Views    []historical.ViewReport `json:"views"`
		Shares   []featureShares         `json:"shares,omitempty"`
		Leaks    *historical.LeakReport  `json:"leaks,omitempty"`
		First    []any                   `json:"first_leaks,omitempty"`
	}{
		v.Out, t.files, v.Save, t.result.Rows, t.result.Batch.Fields(), int64(t.result.Revision), t.result.Views,
		v.shares(t.result), t.result.Leaks, leakDocuments(t.result.Leaks),
	}
}

// sidesLine says how a split came out.
func sidesLine(d *dataset.Division) string {
	text := fmt.Sprintf("train has %s of the rows", percent(d.TrainRows, d.Rows))
	switch {
	case d.Keys == dataset.KeysMax:
		return text + fmt.Sprintf(" and %s of the first %s keys; no key is in both", percent(d.TrainKeys, d.Keys), count(d.Keys))
	case d.Keys > 0:
		return text + fmt.Sprintf(" and %s of %s keys; no key is in both", percent(d.TrainKeys, d.Keys), count(d.Keys))
	case d.TrainRows == d.Rows:
		return text + "; there are no two moments to divide them"
	}
	return text + fmt.Sprintf(", until %s inclusive; no moment is in both", d.Boundary)
}

// percent returns the share of n in all.
func percent(n, all int64) string { return fmt.Sprintf("%.1f %%", 100*share(n, all)) }

// share returns n divided by all, 0 of nothing.
func share(n, all int64) float64 {
	if all == 0 {
		return 0
	}
	return float64(n) / float64(all)
}
