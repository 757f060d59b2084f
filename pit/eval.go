package pit

import (
	"context"
	"strings"
)

// Eval answers a plan like Naive, fast. The spine is indexed in memory; key and time columns of a history are read once,
// its payload only where it answers. Cost: each view is read once, key and time columns whole, payload columns in those
// parts that hold an answer. Memory: about 100 bytes per spine row, 24 bytes per spine row and worker, the results, and
// one part per worker; it does not grow with the history. A cancelled context ends it within 100 ms if the table's parts
// obey it too. A nil opt means defaults.
func Eval(ctx context.Context, p *Plan, opt *EvalOptions) (*Result, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	e := newEvaluation(p, opt, p.scans())
	out := &Result{Views: make([]ViewResult, 0, len(p.Views))}
	for i := range p.Views {
		v, err := e.view(ctx, &p.Views[i])
		if err != nil {
			return nil, err
		}
		out.Views = append(out.Views, *v)
	}
	var err error
	out.Windows, err = e.windows(ctx)
	return out, err
}

// An evaluation is one call of Eval.
type evaluation struct {
	plan    *Plan
	opt     *EvalOptions
	meter   *meter
	indexes map[string]*index // by spine columns: views with the same keys share one
	keyed   bool              // the spine is keys, of which messages tell no number
}

// newEvaluation returns an evaluation that is to read the tables of scans.
func newEvaluation(p *Plan, opt *EvalOptions, scans []*ViewScan) *evaluation {
	var rows int64
	for _, v := range scans {
		for _, part := range v.Table.Parts() {
			rows += int64(part.Rows())
		}
	}
	return &evaluation{plan: p, opt: opt, indexes: map[string]*index{}, meter: newMeter(opt, 2*rows)}
}

// slotBytesMax bounds the memory of all workers' slots; beyond it fewer workers run.
const slotBytesMax = 2 << 30

// tiesDefault is the default of EvalOptions.TiesMax.
const tiesDefault = 4 << 20

func (o *EvalOptions) tiesMax(rows int) int {
	if o == nil || o.TiesMax <= 0 {
		return max(tiesDefault, rows)
	}
	return o.TiesMax
}

func (e *evaluation) view(ctx context.Context, v *ViewScan) (*ViewResult, error) {
	x, err := e.index(ctx, v)
	if err != nil {
		return nil, err
	}
	parts := v.Table.Parts()
	types, err := v.Layout.types(ctx, parts)
	if err != nil {
		return nil, err
	}
	s := &scan{
		view: v, know: e.plan.knowledge(), roles: v.Layout.roles(), index: x, parts: parts, start: starts(parts), meter: e.meter,
	}
	workers := min(e.opt.workers(), max(1, slotBytesMax/(1+len(x.rows)*s.slotBytes())))
	best, err := s.run(ctx, workers, e.opt.tiesMax(len(x.rows)))
	if err != nil {
		return nil, err
	}
	if err := best.carry(ctx); err != nil {
		return nil, err
	}
	a := &answer{scanWorker: best, plan: e.plan, types: types, workers: e.opt.workers()}
	return a.build(ctx)
}

// slotBytes returns the memory of a slot in a worker.
func (s *scan) slotBytes() int {
	const slotSize, valueSize = 24, 48
	return slotSize + valueSize*len(s.roles.rank)
}

// index returns the index of the spine for the keys of v.
func (e *evaluation) index(ctx context.Context, v *ViewScan) (*index, error) {
	name := strings.Join(v.Spine, "\x00")
	if x := e.indexes[name]; x != nil {
		return x, nil
	}
	keys, err := e.plan.keys(v)
	if err != nil {
		return nil, err
	}
	x, err := newIndex(ctx, e.plan, keys)
	if err != nil {
		return nil, err
	}
	e.indexes[name] = x
	return x, nil
}
