package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// EvalWindows answers the windows of a plan like NaiveWindows, fast. The history of each is read once, whatever the
// number of features; rows whose key is in the spine, and which can count for it, are kept by shares of the keys, and then
// each key is swept once in the order of time. Sums are differences of exact prefix sums, minima and maxima come from
// monotone stacks. Windows over one table with the same keys share the pass over its parts.
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
	passes, runs, err := e.passes(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range passes {
		if err := p.evaluate(ctx); err != nil {
			return nil, err
		}
	}
	var out []WindowResult
	for _, r := range runs {
		if err := r.failure(e.keyed); err != nil {
			return nil, err
		}
		r.out.Report = r.report
		out = append(out, *r.out)
	}
	return out, nil
}

// passes returns the passes over histories that answer the windows of the plan, and the evaluation of each.
func (e *evaluation) passes(ctx context.Context) (passes []*windowPass, runs []*windowRun, err error) {
	for i := range e.plan.Windows {
		w := &e.plan.Windows[i]
		parts := w.Table.Parts()
		at := slices.IndexFunc(passes, func(p *windowPass) bool { return p.serves(w, parts) })
		if at < 0 {
			x, err := e.index(ctx, w.view(nil))
			if err != nil {
				return nil, nil, err
			}
			at = len(passes)
			passes = append(passes, &windowPass{
				know: e.plan.knowledge(), index: x, parts: parts, start: starts(parts), meter: e.meter, workers: e.opt.workers(), room: newRoom(e.opt),
			})
		}
		r := &windowRun{windowPass: passes[at], scan: w, roles: w.Layout.roles(), out: newWindowResult(w, e.plan)}
		passes[at].add(r)
		runs = append(runs, r)
	}
	return passes, runs, nil
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
