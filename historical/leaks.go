package historical

import (
	"context"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// leaks evaluates the plan once more as it was known at each row's asOf and counts the cells that change: those used
// rows that were created later. The counts per feature go to the reports of res.
func leaks(ctx context.Context, e *engine, sel *feature.Selection, have *pit.Result, res *Result) (*LeakReport, error) {
	honest := *e.plan
	honest.Known = pit.KnownAtAsOf
	want, err := e.answer(ctx, &honest)
	if err != nil {
		return nil, err
	}
	r := &LeakReport{}
	leaky := make([]bool, len(e.plan.Spine.AsOf))
	for v := range sel.Uses {
		for f := range sel.Uses[v].Fields {
			n := changed(&have.Views[v], &want.Views[v], f, leaky)
			res.Views[v].Features[f].Leaked = n
			r.Changed += n
			r.Cells += int64(len(leaky))
		}
	}
	for _, l := range leaky {
		if l {
			r.Rows++
		}
	}
	return r, nil
}

// changed counts the rows of feature f in which two answers disagree in status or differ in value, and marks them in
// rows.
func changed(a, b *pit.ViewResult, f int, rows []bool) int64 {
	var n int64
	for i := range rows {
		same := a.Status[i].Agrees(b.Status[i])
		if same && a.Status[i] == value.Present {
			same = a.Columns[f].At(i).Identical(b.Columns[f].At(i))
		}
		if !same {
			rows[i] = true
			n++
		}
	}
	return n
}
