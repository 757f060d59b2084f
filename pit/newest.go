package pit

import (
	"context"
	"hash/maphash"

	"github.com/truepoint/truepoint/value"
)

// Newest answers a plan like NaiveNewest, fast: key and time columns are read once and reduced to one row per key, and
// payload is read by Load. Memory: about 60 bytes per key and worker, then 50 per key and its encoded length. A
// cancelled context ends it, and Load, within 100 ms if the table's parts obey it too. A nil opt means defaults.
//
// Under TiesError ambiguous winners are refused here, before anything was loaded, at the cost of a look at the payload
// of tied rows.
func Newest(ctx context.Context, p *NewestPlan, opt *EvalOptions) (Winners, error) {
	if err := p.Layout.check(p.Name, p.Availability); err != nil {
		return nil, err
	}
	parts := p.Table.Parts()
	types, err := p.Layout.types(ctx, parts)
	if err != nil {
		return nil, err
	}
	r := &reduction{plan: p, roles: p.Layout.roles(), parts: parts, start: starts(parts), seed: maphash.MakeSeed()}
	r.meter = newMeter(opt, r.start[len(parts)])
	if len(parts) > 0 {
		r.kinds = make([]value.Type, len(p.Layout.Keys))
		if err := readTypes(ctx, parts[0], p.Layout.Keys, r.kinds); err != nil {
			return nil, err
		}
	}
	r.form = formOf(r.kinds)
	best, err := r.run(ctx, opt)
	if err != nil {
		return nil, err
	}
	w := &winners{reduction: r, types: types, workers: opt.workers(), ties: best.ties, report: best.report}
	w.report.Ambiguous = make([]int64, len(types))
	if err := w.collect(ctx, best); err != nil {
		return nil, err
	}
	if err := w.readDeleted(ctx); err != nil {
		return nil, err
	}
	if p.TiesError {
		if err := w.refuse(ctx); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// run reduces all parts to one reducer.
func (r *reduction) run(ctx context.Context, opt *EvalOptions) (*reducer, error) {
	limit := opt.tiesMax(0)
	all := make([]*reducer, min(opt.workers(), len(r.parts)))
	err := each(ctx, opt.workers(), len(r.parts), func(i int) func(context.Context, int) error {
		all[i] = r.reducer(limit)
		return all[i].part
	})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return r.reducer(limit), nil
	}
	first := all[0]
	for i, w := range all[1:] {
		if err := first.merge(ctx, w); err != nil {
			return nil, err
		}
		all[i+1] = nil
	}
	return first, nil
}
