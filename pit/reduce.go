package pit

import (
	"context"
	"hash/maphash"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A reduction is the first pass of Newest: it reads the deciding columns of every part once and keeps the best selected
// row of every key.
type reduction struct {
	plan  *NewestPlan
	roles *roles
	parts []Part
	start []int64
	meter *meter
	form  keyForm
	kinds []value.Type // of the keys; nil for a table without parts
	seed  maphash.Seed
}

// A reducer is the share of one goroutine.
type reducer struct {
	*reduction
	*bestTable
	rank   []value.Value // of the row at hand
	ties   *ties
	report Report

	chunk *chunk
	block *keyBlock
	place []int    // of each key of the block, the number of its entry
	seen  []uint64 // of each key of the block, what locate has loaded
}

func (r *reduction) reducer(tiesMax int) *reducer {
	return &reducer{
		reduction: r, bestTable: newBestTable(r.form, len(r.roles.rank)), ties: newTies(tiesMax), chunk: newChunk(r.roles),
		block: &keyBlock{form: r.form, seed: r.seed, what: sourceRow(r.plan.Name)}, place: make([]int, blockRows), seen: make([]uint64, blockRows),
	}
}

// locate finds the entries of all keys of the block, or −1 for those that find must look for: the keys of rows that share
// a hash, and new ones, which an earlier row of the block may insert. Its loops that go all over the table do nothing
// else, so that the cache misses of many rows overlap; those that decide find what they need in the cache.
func (w *reducer) locate() {
	codes, texts := w.block.code[:w.block.n], w.block.text[:w.block.n]
	place, seen := w.place[:len(codes)], w.seen[:len(codes)]
	for j, code := range codes {
		seen[j] = uint64(w.home(code))
	}
	for j, code := range codes {
		place[j] = w.likely(seat(seen[j]), code)
	}
	for j, n := range place {
		if n >= 0 {
			seen[j] = w.at(n).code
		}
	}
	for j, n := range place {
		if n >= 0 && (seen[j] != codes[j] || w.named && w.texts[n] != texts[j]) {
			place[j] = -1
		}
	}
}

// part reads one part and lets its selected rows compete for their keys. Parts are taken from the last to the first:
// histories tend to grow at the end, so that later rows seldom replace anything.
func (w *reducer) part(ctx context.Context, i int) error {
	part := len(w.parts) - 1 - i
	p := w.parts[part]
	open, err := w.chunk.open(ctx, p, w.plan.Name, w.kinds, w.plan.Availability, &w.report)
	if err != nil {
		return err
	}
	t := open.times
	w.block.from = w.start[part]
	keep := w.keep(open.keep, t)
	for lo := 0; lo < p.Rows(); lo += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+blockRows, p.Rows())
		if err := w.block.load(open.keys, lo, hi, keep); err != nil {
			return err
		}
		w.reserve(w.block.n)
		w.locate()
		for j, row := range w.block.row[:w.block.n] {
			w.compete(j, t, w.start[part], int(row))
		}
		if w.ties.full() {
			return tiesOverflow(w.plan.Name, w.ties.max)
		}
		w.meter.add(hi - lo)
	}
	return nil
}

// keep returns a function that tells which rows of a part compete, nil if all do.
func (w *reducer) keep(accepted func(i int) bool, t times) func(i int) bool {
	if accepted == nil && w.selectsAll(t) {
		return nil
	}
	return func(i int) bool { return (accepted == nil || accepted(i)) && w.selects(t, i) }
}

// selectsAll reports whether the rows with the least and the greatest event time are selected whatever their created
// times are, and with them all others: unless availability follows created time, each bound of a selection cuts the
// event times at one instant.
func (w *reducer) selectsAll(t times) bool {
	if len(t.event) == 0 || w.plan.Availability.Rule == eventtime.ByCreatedTime {
		return false
	}
	bounds := w.plan.Select
	bounds.CreatedAfter, bounds.AvailableAfter = eventtime.None, eventtime.None
	for _, n := range []int64{slices.Min(t.event), slices.Max(t.event)} {
		event := eventtime.Instant(n)
		if available, _ := w.plan.Availability.Of(event, eventtime.None); !bounds.Selects(event, available, eventtime.None) {
			return false
		}
	}
	return true
}

func (w *reducer) selects(t times, i int) bool {
	event, created := t.eventAt(i), t.createdAt(i)
	available, _ := w.plan.Availability.Of(event, created)
	return w.plan.Select.Selects(event, available, created)
}

// compete lets row i of the chunk, whose key is the j-th of the block, compete for its key.
func (w *reducer) compete(j int, t times, start int64, i int) {
	code, text := w.block.code[j], w.block.text[j]
	n := w.place[j]
	if n < 0 {
		n = w.find(code, text)
	}
	event, created := t.eventAt(i), t.createdAt(i)
	if n < 0 {
		n = w.insert(entry{code, event, created, refOf(start + int64(i))}, text)
		copy(w.rankOf(n), w.chunk.rank(w.rank[:0], i))
		return
	}
	e := w.at(n)
	order := orderTimes(event, created, e.event, e.created)
	if order < 0 {
		return
	}
	stored := w.rankOf(n)
	if w.k > 0 {
		w.rank = w.chunk.rank(w.rank[:0], i)
		if order == 0 {
			order = orderRank(w.rank, stored)
		}
	}
	switch {
	case order > 0:
		w.ties.drop(e.best)
		e.event, e.created, e.best = event, created, refOf(start+int64(i))
		copy(stored, w.rank)
	case order == 0:
		e.best = w.ties.add(e.best, start+int64(i))
	}
}

// merge takes the better of the best rows of w and o into w.
func (w *reducer) merge(ctx context.Context, o *reducer) error {
	w.report.add(o.report)
	for i := range o.n {
		if i%blockRows == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			w.reserve(blockRows)
		}
		q := o.at(i)
		n := w.find(q.code, o.textOf(i))
		if n < 0 {
			n = w.insert(*q, o.textOf(i))
			copy(w.rankOf(n), o.rankOf(i))
			w.ties.take(o.ties, q.best)
			continue
		}
		e := w.at(n)
		order := orderTimes(e.event, e.created, q.event, q.created)
		if order == 0 {
			order = orderRank(w.rankOf(n), o.rankOf(i))
		}
		switch {
		case order < 0:
			w.ties.drop(e.best)
			w.ties.take(o.ties, q.best)
			*e = *q
			copy(w.rankOf(n), o.rankOf(i))
		case order == 0:
			e.best = w.ties.union(e.best, o.ties, q.best)
		}
	}
	return nil
}
