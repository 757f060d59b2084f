package pit

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A slot holds the best row seen so far of those that become usable after the asOf of the slot before it in its key and
// not after its own, which the index has.
type slot struct {
	event   eventtime.Instant
	created eventtime.Instant // None where a lean pass did without
	best    ref
}

// A scan is the first pass over a view: it reads the deciding columns of every part once, in any order, and leaves the
// best row of every slot.
type scan struct {
	view  *ViewScan
	know  knowledge
	roles *roles
	lean  bool // rows of one event time are tied, and settled afterwards
	index *index
	parts []Part
	start []int64
	meter *meter
	spare workspaces
	prune *pruning
}

// A scanWorker is the share of one goroutine.
type scanWorker struct {
	*scan
	chunk  *chunk
	slots  []slot
	ranks  []value.Value // ranks[slot*k : slot*k+k] is the rank of the slot's best row
	k      int           // columns of a rank
	rank   []value.Value // of the row at hand
	ties   *ties
	report Report
	block  *keyBlock
	hits   *hits
	begin  [blockRows]eventtime.Instant // per hit: that from which on it may be used
	offers []offered                    // of the block
}

// An offered row of a block, and the slot that it is offered to.
type offered struct {
	slot  uint32
	row   int32             // within its part
	event eventtime.Instant // of the best row of the slot when the block began
}

// run reads all parts and returns the slots with the best rows of all workers.
func (s *scan) run(ctx context.Context, workers, tiesMax int) (*scanWorker, error) {
	s.prune = newPruning(s.view, s.index, s.parts)
	all := make([]*scanWorker, min(workers, len(s.parts)))
	err := each(ctx, workers, len(s.parts), func(i int) func(context.Context, int) error {
		all[i] = s.worker(s.spare.of(i), tiesMax)
		return all[i].part
	})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return s.worker(s.spare.of(0), tiesMax), nil
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

// worker returns a worker that works in m.
func (s *scan) worker(m *workspace, tiesMax int) *scanWorker {
	w := &scanWorker{
		scan: s, chunk: &chunk{s.roles, m.columnsOf(len(s.roles.names))}, slots: m.slotsOf(len(s.index.rows)), k: len(s.roles.rank),
		ties: newTies(tiesMax), block: m.blockOf(s.index, sourceRow(s.view.Name)), hits: &m.hits,
	}
	for i := range w.slots {
		w.slots[i] = slot{event: eventtime.None, created: eventtime.None}
	}
	w.ranks = make([]value.Value, len(w.slots)*w.k)
	w.rank = make([]value.Value, 0, w.k)
	return w
}

// part reads one part and offers its rows to their slots.
func (w *scanWorker) part(ctx context.Context, part int) error {
	p := w.parts[part]
	if w.prune.idle(p) {
		w.report.Read += int64(p.Rows())
		w.meter.add(p.Rows())
		return nil
	}
	open, err := w.chunk.open(ctx, p, w.view.Name, w.index.types, w.view.Availability, &w.report)
	if err != nil {
		return err
	}
	w.block.from = w.start[part]
	for lo := 0; lo < p.Rows(); lo += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+blockRows, p.Rows())
		if err := w.block.load(open.keys, lo, hi, open.keep); err != nil {
			return err
		}
		w.index.lookup(w.block, w.hits)
		w.offer(open.times, w.start[part])
		if err := w.checkTies(); err != nil {
			return err
		}
		w.meter.add(hi - lo)
	}
	return nil
}

// offer gives each hit to the first slot of its key at whose asOf it may be used. It finds all slots, then looks into all,
// and only then compares, for the same reason as index.lookup.
func (w *scanWorker) offer(t times, start int64) {
	w.begins(t)
	w.place()
	for j := range w.offers {
		o := &w.offers[j]
		o.event = w.slots[o.slot].event
	}
	for _, o := range w.offers {
		i := int(o.row)
		if event := t.eventAt(i); event >= o.event { // the best row may be a newer one by now; compete knows
			w.compete(&w.slots[o.slot], o.slot, Candidate{event, t.createdAt(i), nil, start + int64(i)}, i)
		}
	}
}

// place lists the hits that may be used at the asOf of some slot of their key, with the first such slot.
func (w *scanWorker) place() {
	h, offers := w.hits, w.offers[:0]
	for j, begin := range w.begin[:h.n] {
		if begin == eventtime.None {
			continue
		}
		if s := h.span[j]; w.index.asOf[s.hi-1] >= begin {
			offers = append(offers, offered{slot: w.first(s, begin), row: h.row[j]})
		}
	}
	w.offers = offers
}

// begins notes from which instant on each hit may be used; None: never.
func (w *scanWorker) begins(t times) {
	rows := w.hits.row[:w.hits.n]
	if w.view.Availability.Rule == eventtime.ByEventTime && w.know.rule == KnownNow {
		for j, i := range rows {
			w.begin[j] = t.eventAt(int(i))
		}
		return
	}
	for j, i := range rows {
		event, created := t.eventAt(int(i)), t.createdAt(int(i))
		available, _ := w.view.Availability.Of(event, created)
		w.begin[j] = w.know.usableFrom(event, available, created)
	}
}

// first returns the first slot of s whose asOf is ≥ begin, s.hi if there is none.
func (w *scanWorker) first(s span, begin eventtime.Instant) uint32 {
	lo, hi, asOf := s.lo, s.hi, w.index.asOf
	for hi-lo > 8 {
		if mid := lo + (hi-lo)/2; asOf[mid] < begin {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for lo < hi && asOf[lo] < begin {
		lo++
	}
	return lo
}

// compete compares c, row i of the chunk, with the best row of a slot and stores the newer. Its rank is read only if the
// times are equal, or to be stored.
func (w *scanWorker) compete(p *slot, at uint32, c Candidate, i int) {
	order := 1
	if p.best != 0 {
		order = orderTimes(c.Event, c.Created, p.event, p.created)
	}
	if order < 0 {
		return
	}
	stored := w.ranks[int(at)*w.k : int(at)*w.k+w.k]
	if w.k > 0 {
		w.rank = w.chunk.rank(w.rank[:0], i)
		if order == 0 {
			order = orderRank(w.rank, stored)
		}
	}
	switch {
	case order > 0:
		w.ties.drop(p.best)
		p.event, p.created, p.best = c.Event, c.Created, refOf(c.Position)
		copy(stored, w.rank)
	case order == 0:
		p.best = w.ties.add(p.best, c.Position)
	}
}

// merge takes the better of the best rows of w and o into w.
func (w *scanWorker) merge(ctx context.Context, o *scanWorker) error {
	w.report.add(o.report)
	for i := range w.slots {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p, q := &w.slots[i], &o.slots[i]
		if q.best == 0 {
			continue
		}
		order := -1
		if p.best != 0 {
			order = w.order(i, o, i)
		}
		switch {
		case order < 0:
			w.ties.drop(p.best)
			w.ties.take(o.ties, q.best)
			*p = *q
			copy(w.ranks[i*w.k:i*w.k+w.k], o.ranks[i*w.k:])
		case order == 0:
			p.best = w.ties.union(p.best, o.ties, q.best)
		}
	}
	return nil
}

// order compares the best rows of slot i of w and slot j of o, which both have one.
func (w *scanWorker) order(i int, o *scanWorker, j int) int {
	p, q := &w.slots[i], &o.slots[j]
	if c := orderTimes(p.event, p.created, q.event, q.created); c != 0 || w.k == 0 {
		return c
	}
	return orderRank(w.ranks[i*w.k:i*w.k+w.k], o.ranks[j*w.k:j*w.k+w.k])
}

// carry gives each slot the newest of its own best row and those of the earlier slots of its key.
func (w *scanWorker) carry(ctx context.Context) error {
	firsts := w.index.firsts
	for f, lo := range firsts[:len(firsts)-1] {
		for i := int(lo) + 1; i < int(firsts[f+1]); i++ {
			if i%(1<<16) == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			p, q := &w.slots[i], &w.slots[i-1]
			if q.best == 0 || p.best != 0 && w.order(i, w, i-1) > 0 {
				continue
			}
			p.event, p.created, p.best = q.event, q.created, q.best
			copy(w.ranks[i*w.k:i*w.k+w.k], w.ranks[(i-1)*w.k:])
		}
	}
	return ctx.Err()
}
