package historical

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/truepoint/truepoint/derive"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// Stream answers a request in runs of rows, in spine order, and calls deliver with each: batch, statuses and reports of
// a run, which is not used afterwards. There is at least one, which may be empty. The result that it returns has the
// reports of all runs, and a batch and features without rows. Every history is opened once; each chunk of entity rows
// costs one pass over its keys and times (docs/adr/0019-joins-in-chunks.md). Memory does not grow with the entity rows
// where they come as a SpineTable.
//
// Faults of entity rows are found, with the row numbers of the whole spine, before deliver is called; any later error
// means that what was delivered is not the whole.
//
// Errors: InvalidArgument for a request that contradicts itself and for spine columns that are missing, of a wrong
// type or null (with row numbers); NotFound with a suggestion for unknown names; those of the offline store, which name
// the file; FailedPrecondition for ambiguous cells when ties are refused; those of deliver.
func Stream(ctx context.Context, src Source, req *Request, deliver func(*Result) error) (res *Result, err error) {
	sel, err := Select(src.Set, req)
	if err != nil {
		return nil, err
	}
	computed, err := derive.Compile(sel)
	if err != nil {
		return nil, err
	}
	s := &stream{src: src, derive: computed, sel: sel, req: req, deliver: deliver, leaks: leakSearch{sel: sel, max: req.LeaksMax}}
	if s.spines, err = openSpines(ctx, src, sel, req); err != nil {
		return nil, err
	}
	if s.engine, err = newEngine(ctx, src, sel, req); err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, s.engine.Close()) }()
	if err := s.spines.settle(ctx, s.engine); err != nil {
		return nil, err
	}
	return s.run(ctx)
}

// A stream is one call of Stream.
type stream struct {
	src     Source
	sel     *feature.Selection
	derive  *derive.Plan // nil without on-demand features
	req     *Request
	spines  *spines
	engine  *engine
	deliver func(*Result) error
	total   *Result
	ages    []ages // per feature
	leaks   leakSearch
	done    int64 // of the progress of earlier evaluations
}

func (s *stream) run(ctx context.Context) (*Result, error) {
	for {
		sp, err := s.spines.next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := s.chunk(ctx, sp); err != nil {
			return nil, err
		}
	}
	if s.req.Ages {
		for i := range s.total.Features {
			s.total.report(&s.total.Features[i]).Age = s.ages[i].report()
		}
	}
	if s.req.Leaks {
		s.total.Leaks = &s.leaks.report
	}
	return s.total, nil
}

// runRows is how many rows are shaped and delivered at once: few enough that a canceled join ends within a tenth of a
// second, whatever deliver does with them.
const runRows = 1 << 15

// chunk joins one chunk of entity rows and hands on the results, run by run.
func (s *stream) chunk(ctx context.Context, sp *spine) error {
	used, err := s.evaluate(ctx, sp, s.req.Known)
	if err != nil {
		return err
	}
	var known []pit.ViewResult
	if s.req.Leaks {
		if known, err = s.evaluate(ctx, sp, pit.KnownAtAsOf); err != nil {
			return err
		}
	}
	rows := len(sp.asOf)
	for lo := 0; lo == 0 || lo < rows; lo += runRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+runRows, rows)
		if err := s.hand(ctx, sp.slice(lo, hi), runOf(used, lo, hi), runOf(known, lo, hi)); err != nil {
			return err
		}
	}
	return nil
}

// hand shapes and delivers a run of rows: their answers and, for the search of leaks, those as it was known then.
func (s *stream) hand(ctx context.Context, sp *spine, used, known []pit.ViewResult) error {
	answer, err := s.computed(ctx, sp, used)
	if err != nil {
		return err
	}
	res, err := shape(s.sel, sp, answer)
	if err != nil {
		return err
	}
	res.AsOf, res.Revision, res.Rows = sp.asOf, s.src.Revision, int64(sp.columns.Rows)
	res.Sources, res.InStore = s.engine.snapshots(), s.engine.joiner != nil
	if s.req.Leaks {
		then, err := s.computed(ctx, sp, known)
		if err != nil {
			return err
		}
		s.leaks.chunk(sp, answer, then, res)
	}
	if s.ages == nil {
		s.ages = make([]ages, len(res.Features))
	}
	if s.req.Ages {
		for i := range res.Features {
			s.ages[i].addFeature(&res.Features[i], res.AsOf)
		}
	}
	s.add(res)
	return s.deliver(res)
}

// computed adds what on-demand features are to the answers for a run of rows.
func (s *stream) computed(ctx context.Context, sp *spine, uses []pit.ViewResult) (*answered, error) {
	derived, err := s.derived(ctx, sp, uses)
	return &answered{uses, derived}, err
}

// evaluate answers a chunk and tells of the progress of all evaluations, which cost the same, as of one.
func (s *stream) evaluate(ctx context.Context, sp *spine, known pit.KnownAtRule) ([]pit.ViewResult, error) {
	runs := s.spines.chunks()
	if s.req.Leaks {
		runs *= 2
	}
	var one atomic.Int64
	out, err := s.engine.answer(ctx, sp, known, func(done, total int64) {
		one.Store(total)
		if s.req.Progress != nil {
			s.req.Progress(s.done+done, total*runs)
		}
	})
	s.done += one.Load()
	return out, err
}

// add adds the reports of a run to those of all.
func (s *stream) add(res *Result) {
	if s.total == nil {
		s.total = &Result{Revision: res.Revision, Sources: res.Sources, InStore: res.InStore, Batch: &value.Batch{}}
		for i, c := range res.Batch.Columns {
			s.total.Batch.Add(res.Batch.Names[i], value.NewColumn(c.Type, 0))
		}
		for _, f := range res.Features {
			s.total.Features = append(s.total.Features, Feature{Name: f.Name, View: f.View, Field: f.Field})
		}
	}
	s.total.Rows += res.Rows
	for i := range res.Views {
		if len(s.total.Views) == i {
			first := res.Views[i]
			first.Features = append([]FeatureReport(nil), first.Features...)
			s.total.Views = append(s.total.Views, first)
			continue
		}
		s.total.Views[i].add(&res.Views[i])
	}
}

// add adds the cells of another run of rows. The rows of the history are those of every run.
func (r *ViewReport) add(o *ViewReport) {
	r.Ambiguous += o.Ambiguous
	r.Cells += o.Cells
	r.CellCounts.add(&o.CellCounts)
	for i := range r.Features {
		f, g := &r.Features[i], &o.Features[i]
		f.Ambiguous += g.Ambiguous
		f.CellCounts.add(&g.CellCounts)
		f.Leaked += g.Leaked
	}
}

func (c *CellCounts) add(o *CellCounts) {
	c.Present += o.Present
	c.Null += o.Null
	c.NotFound += o.NotFound
	c.Expired += o.Expired
	c.Failed += o.Failed
}
