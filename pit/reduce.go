package pit

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"

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

// An entry is the best row of a key. It is 32 bytes, two to a cache line.
type entry struct {
	code    uint64
	event   eventtime.Instant
	created eventtime.Instant
	best    ref // 0: the entry is empty
}

// A reducer is the share of one goroutine: an open hash table of entries, at most six of ten in use.
type reducer struct {
	*reduction
	entries []entry
	shift   uint
	used    int
	texts   []string      // per entry, for textKey and bytesKey
	ranks   []value.Value // ranks[i*k : i*k+k] is the rank of entry i
	k       int
	rank    []value.Value // of the row at hand
	ties    *ties
	report  Report

	chunk *chunk
	block *keyBlock
	place []int            // of each key of the block
	text  *strings.Builder // holds the texts of keys, which the parts' own memory must not
}

const (
	reducerBits = 13      // of the smallest table: room for one block
	leapBits    = 20      // smaller tables, of less than 32 MiB, grow by four at once
	textChunk   = 1 << 16 // bytes that a reducer allocates at once for texts
)

func (r *reduction) reducer(tiesMax int) *reducer {
	w := &reducer{
		reduction: r, k: len(r.roles.rank), ties: newTies(tiesMax), chunk: newChunk(r.roles),
		block: &keyBlock{form: r.form, seed: r.seed, what: sourceRow(r.plan.Name)}, place: make([]int, blockRows), text: &strings.Builder{},
	}
	w.resize(reducerBits)
	return w
}

// resize moves the entries into a new table of 1<<bits places.
func (w *reducer) resize(bits uint) {
	old := *w
	w.shift = 64 - bits
	w.entries = makeLarge[entry](1 << bits)
	w.ranks = make([]value.Value, w.k<<bits)
	if w.form == textKey || w.form == bytesKey {
		w.texts = make([]string, 1<<bits)
	}
	mask := uint64(len(w.entries) - 1)
	for i := range old.entries {
		e := &old.entries[i]
		if e.best == 0 {
			continue
		}
		at := spread(e.code) >> w.shift
		for w.entries[at].best != 0 {
			at = (at + 1) & mask
		}
		w.entries[at] = *e
		copy(w.ranks[int(at)*w.k:int(at)*w.k+w.k], old.ranks[i*w.k:])
		if w.texts != nil {
			w.texts[at] = old.texts[i]
		}
	}
}

// reserve makes room for n more keys.
func (w *reducer) reserve(n int) {
	bits := 64 - w.shift
	if (w.used+n)*10 <= 6<<bits {
		return
	}
	if bits < leapBits {
		bits++
	}
	for (w.used+n)*10 > 6<<bits {
		bits++
	}
	w.resize(bits)
}

// find returns the place of a key, whose entry is empty if it is new.
func (w *reducer) find(code uint64, text string) int {
	at := w.findCode(code)
	for w.entries[at].best != 0 && w.texts != nil && w.texts[at] != text {
		at = w.next(code, at)
	}
	return at
}

// findCode returns the first place on the way of a code whose entry has that code or is empty.
func (w *reducer) findCode(code uint64) int {
	mask := uint64(len(w.entries) - 1)
	at := spread(code) >> w.shift
	for {
		if e := &w.entries[at]; e.best == 0 || e.code == code {
			return int(at)
		}
		at = (at + 1) & mask
	}
}

// next returns the place after at on the way of a code whose entry has that code or is empty.
func (w *reducer) next(code uint64, at int) int {
	mask := len(w.entries) - 1
	for {
		at = (at + 1) & mask
		if e := &w.entries[at]; e.best == 0 || e.code == code {
			return at
		}
	}
}

// locate finds the places of all keys of the block, or -1 for those that find must look for: the keys of rows that share
// a hash, and new ones, which an earlier row of the block may insert. Each of its loops waits for one kind of cache miss
// at a time, and those of many rows overlap.
func (w *reducer) locate() {
	codes, place := w.block.code[:w.block.n], w.place[:w.block.n]
	for j, code := range codes {
		place[j] = w.findCode(code)
	}
	for j, at := range place {
		if w.entries[at].best == 0 || w.texts != nil && w.texts[at] != w.block.text[j] {
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
	code, text := w.block.code[j], ""
	if w.texts != nil {
		text = w.block.text[j]
	}
	at := w.place[j]
	if at < 0 {
		at = w.find(code, text)
	}
	e := &w.entries[at]
	event, created, order := t.eventAt(i), t.createdAt(i), 1
	if e.best != 0 {
		order = orderTimes(event, created, e.event, e.created)
	}
	if order < 0 {
		return
	}
	stored := w.ranks[at*w.k : at*w.k+w.k]
	if w.k > 0 {
		w.rank = w.chunk.rank(w.rank[:0], i)
		if order == 0 {
			order = orderRank(w.rank, stored)
		}
	}
	switch {
	case order > 0:
		if e.best == 0 {
			w.insert(at, code, text)
		}
		w.ties.drop(e.best)
		e.event, e.created, e.best = event, created, refOf(start+int64(i))
		copy(stored, w.rank)
	case order == 0:
		e.best = w.ties.add(e.best, start+int64(i))
	}
}

// insert puts a new key into the empty entry at a place that find returned.
func (w *reducer) insert(at int, code uint64, text string) {
	w.used++
	w.entries[at].code = code
	if w.texts == nil {
		return
	}
	if w.text.Cap()-w.text.Len() < len(text) {
		w.text = &strings.Builder{}
		w.text.Grow(max(textChunk, len(text)))
	}
	from := w.text.Len()
	w.text.WriteString(text)
	w.texts[at] = w.text.String()[from:]
}

// merge takes the better of the best rows of w and o into w.
func (w *reducer) merge(ctx context.Context, o *reducer) error {
	w.report.add(o.report)
	w.reserve(o.used)
	for i := range o.entries {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		q := &o.entries[i]
		if q.best == 0 {
			continue
		}
		text := ""
		if o.texts != nil {
			text = o.texts[i]
		}
		at := w.find(q.code, text)
		e := &w.entries[at]
		order := -1
		if e.best != 0 {
			order = orderTimes(e.event, e.created, q.event, q.created)
		}
		mine, theirs := w.ranks[at*w.k:at*w.k+w.k], o.ranks[i*w.k:i*w.k+w.k]
		if order == 0 {
			order = orderRank(mine, theirs)
		}
		switch {
		case order < 0:
			if e.best == 0 {
				w.used++
				if w.texts != nil {
					w.texts[at] = text
				}
			}
			w.ties.drop(e.best)
			w.ties.take(o.ties, q.best)
			*e = *q
			copy(mine, theirs)
		case order == 0:
			e.best = w.ties.union(e.best, o.ties, q.best)
		}
	}
	return nil
}
