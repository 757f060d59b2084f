package pit

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// EvalWindows answers the windows of a plan like NaiveWindows, fast. The history of each is read once, whatever the
// number of features; rows whose key is in the spine, and which can count for it, are kept by shares of the keys, and then
// each key is swept once in the order of time. Sums are differences of exact prefix sums, minima and maxima come from
// monotone stacks.
//
// Cost: n·log n in the events of a key, then a step for each entity row and feature, or group of one, whatever the window
// holds; the distinct series alone rescan their window, and rows that became usable late cost a step for every entity row
// that they are missing from. Memory: the rows kept, about 12 bytes each and their payload, up to KeptMax where there is a
// Spill, then those of one share of the keys for each worker, and the results; all rows of one key must fit. A cancelled
// context ends it within 100 ms if the table's parts obey it too. A nil opt means defaults.
func EvalWindows(ctx context.Context, p *Plan, opt *EvalOptions) ([]WindowResult, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return newEvaluation(p, opt, p.scans()[len(p.Views):]).windows(ctx)
}

func (e *evaluation) windows(ctx context.Context) ([]WindowResult, error) {
	var out []WindowResult
	for i := range e.plan.Windows {
		r, err := e.window(ctx, &e.plan.Windows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	return out, nil
}

func (e *evaluation) window(ctx context.Context, w *WindowScan) (*WindowResult, error) {
	x, err := e.index(ctx, w.view(nil))
	if err != nil {
		return nil, err
	}
	r := &windowRun{
		scan: w, know: e.plan.knowledge(), index: x, parts: w.Table.Parts(), start: starts(w.Table.Parts()), meter: e.meter,
		roles: w.Layout.roles(), workers: e.opt.workers(), names: w.payload(), out: newWindowResult(w, e.plan),
	}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	if err := r.openSpill(ctx, e.opt); err != nil {
		return nil, err
	}
	err = r.read(ctx)
	if err == nil {
		err = r.sweep(ctx)
	}
	if err := errs.Join(err, r.closeSpill()); err != nil {
		return nil, err
	}
	if r.fault != nil && e.keyed {
		return nil, w.fault(r.faultAt.feature, -1, r.fault)
	}
	if r.fault != nil {
		return nil, w.fault(r.faultAt.feature, r.faultAt.row, r.fault)
	}
	r.out.Report = r.report
	return r.out, nil
}

// newWindowResult returns a result in which every entity row lacks its key.
func newWindowResult(w *WindowScan, p *Plan) *WindowResult {
	n := len(p.Spine.AsOf)
	types := make([]value.Type, len(w.Features))
	for i := range types {
		types[i], _ = w.Features[i].Type()
	}
	out := &WindowResult{Status: make([]value.Status, n), Event: make([]eventtime.Instant, n), Columns: nullColumns(n, types)}
	for i := range n {
		out.Status[i], out.Event[i] = value.NotFound, eventtime.None
	}
	return out
}
