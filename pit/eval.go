package pit

import (
	"context"
	"errors"
	"strings"
)

// Eval answers a plan like Naive, fast. The spine is indexed in memory; key and event time columns of a history are read
// once, its payload only where it answers. Created times, arrival sequence and tie_break columns are read of rows that are
// tied on key and event time alone, so that a fault in one of them may pass unseen. They are read whole, in the same pass,
// where created times say what may be used (ByCreatedTime, Known) or are wanted, and where ties are many: a pass that
// meets them is begun again, after 1/16 of its rows, or more than fit, were tied.
//
// Cost: each view is read once, the columns of the first pass whole, payload columns in those parts that hold an answer.
// Memory: about 100 bytes per spine row, 24 bytes per spine row and worker and 20 for its ties, the results, and one part
// per worker; it does not grow with the history. A cancelled context ends it within 100 ms if the table's parts obey it
// too. A nil opt means defaults.
func Eval(ctx context.Context, p *Plan, opt *EvalOptions) (*Result, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return newEvaluation(p, opt, p.scans()).run(ctx)
}

func (e *evaluation) run(ctx context.Context) (*Result, error) {
	views := e.plan.Views
	out := &Result{Views: make([]ViewResult, 0, len(views))}
	for i := range views {
		v, err := e.view(ctx, &views[i])
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
	leanMax int               // rows tied on event time that a worker of a lean pass may hold; 0: as leanPass says
	spare   workspaces
}

// newEvaluation returns an evaluation that is to read the tables of scans.
func newEvaluation(p *Plan, opt *EvalOptions, scans []*ViewScan) *evaluation {
	var rows int64
	for _, v := range scans {
		for _, part := range v.Table.Parts() {
			rows += int64(part.Rows())
		}
	}
	return &evaluation{plan: p, opt: opt, indexes: map[string]*index{}, meter: newMeter(opt, 2*rows), spare: make(workspaces, opt.workers())}
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
	s := &scan{view: v, know: e.plan.knowledge(), index: x, parts: parts, start: starts(parts), meter: e.meter, spare: e.spare}
	best, err := e.pass(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := best.carry(ctx); err != nil {
		return nil, err
	}
	a := &answer{scanWorker: best, plan: e.plan, types: types, workers: e.opt.workers()}
	return a.build(ctx)
}

// pass makes the first pass over a view: a lean one where that will do.
func (e *evaluation) pass(ctx context.Context, s *scan) (*scanWorker, error) {
	limit := e.opt.tiesMax(len(s.index.rows))
	if e.plan.lean(s.view) {
		done := e.meter.done.Load()
		best, err := e.leanPass(ctx, s, limit)
		if !errors.Is(err, errManyTies) {
			return best, err
		}
		e.meter.rewind(done)
	}
	s.roles, s.lean = s.view.Layout.roles(), false
	return s.run(ctx, e.workers(s), limit)
}

// workers returns the number of workers whose slots fit.
func (e *evaluation) workers(s *scan) int {
	return min(e.opt.workers(), max(1, slotBytesMax/(1+len(s.index.rows)*s.slotBytes())))
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
