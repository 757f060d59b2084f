package pit

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"sync/atomic"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A sweep evaluates keys, one after the other, for one goroutine.
type sweep struct {
	*windowRun
	bags   []*bag  // of the share at hand
	items  []item  // the rows of the share, key by key
	rows   keyRows // of the key at hand
	lanes  lanes
	lo, hi []int // per distinct window: the rows lo ≤ i < hi of the key lie in it
	away   exclusion
	empty  []value.Value // per feature
	cells  []value.Value // per feature, for the instant at hand
	status value.Status
	faults []error // per feature; nil where cells has the value
}

// An item is a row of a bag.
type item struct {
	event    int64
	bag, row uint32
}

func newSweep(r *windowRun) *sweep {
	s := &sweep{windowRun: r, lo: make([]int, len(r.windows)), hi: make([]int, len(r.windows))}
	s.empty, s.cells, s.faults = make([]value.Value, len(r.scan.Features)), make([]value.Value, len(r.scan.Features)), make([]error, len(r.scan.Features))
	for f := range s.empty {
		s.empty[f], _ = r.scan.Features[f].empty() // the plan was checked
	}
	s.rows.run = r
	s.lanes = newLanes(s)
	return s
}

// share evaluates the keys of share q.
func (s *sweep) share(ctx context.Context, q int) error {
	firsts := s.index.firsts
	keys := len(firsts) - 1
	from := sort.Search(keys, func(k int) bool { return s.shareOf(firsts[k]) >= q })
	to := sort.Search(keys, func(k int) bool { return s.shareOf(firsts[k]) > q })
	if from == to {
		return nil
	}
	if err := s.open(ctx, q); err != nil {
		return err
	}
	base := firsts[from]
	ends := make([]uint32, firsts[to]-base+1)
	for _, b := range s.bags {
		for _, slot := range b.slot {
			ends[slot-base+1]++
		}
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	s.items = slices.Grow(s.items[:0], int(ends[len(ends)-1]))[:ends[len(ends)-1]]
	for i, b := range s.bags {
		if err := ctx.Err(); err != nil {
			return err
		}
		for j, slot := range b.slot {
			at := &ends[slot-base] // becomes the end of the slot's own rows
			s.items[*at] = item{b.event[j], uint32(i), uint32(j)}
			*at++
		}
	}
	begin := uint32(0)
	for k := from; k < to; k++ {
		end := ends[firsts[k]-base]
		if err := s.key(ctx, s.items[begin:end], firsts[k], firsts[k+1]); err != nil {
			return err
		}
		begin = end
	}
	return ctx.Err()
}

// open takes the bags of share q, in the order of their parts.
func (s *sweep) open(ctx context.Context, q int) error {
	s.bags = s.windowRun.bags[q]
	s.windowRun.bags[q] = nil
	if s.spill != nil {
		err := s.spill.Records(ctx, q, func(record []byte) error {
			s.bags = append(s.bags, readBag(record))
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(s.bags, func(a, b *bag) int { return cmp.Compare(a.part, b.part) })
	return nil
}

// key evaluates the slots lo ≤ slot < hi of one key, whose rows are items.
func (s *sweep) key(ctx context.Context, items []item, lo, hi uint32) error {
	s.rows.items = nil
	if len(items) > 0 {
		if err := s.rows.load(ctx, s.bags, items); err != nil {
			return err
		}
		clear(s.lo)
		clear(s.hi)
		s.away.reset()
		s.lanes.reset()
	}
	last := eventtime.Instant(0)
	for slot := lo; slot < hi; slot++ {
		of, limit := s.scan.at(s.index.asOf[slot])
		if slot == lo || of != last {
			if s.answer(ctx, of, limit); ctx.Err() != nil {
				return ctx.Err()
			}
			last = of
		}
		s.store(int(s.index.rows[slot]), of, limit, s.index.asOf[slot])
	}
	return nil
}

// answer computes the cells for an instant, which is later than those before it. They mean nothing once ctx has ended.
func (s *sweep) answer(ctx context.Context, of, limit eventtime.Instant) {
	s.status = value.NotFound
	clear(s.faults)
	copy(s.cells, s.empty)
	if len(s.rows.items) == 0 || of == eventtime.None {
		return
	}
	least := len(s.rows.items)
	for i, w := range s.windows {
		b := w.Bounds(of)
		s.lo[i] = s.rows.advance(s.lo[i], b.Start)
		s.hi[i] = max(s.lo[i], s.rows.advance(s.hi[i], b.End+1))
		least = min(least, s.lo[i])
	}
	s.away.advance(&s.rows, least, of, limit)
	for i := range s.windows {
		if s.hi[i]-s.lo[i] > s.away.within(s.lo[i], s.hi[i]) {
			s.status = value.Present
		}
	}
	s.lanes.answer(ctx)
}

// store writes the cells to an entity row.
func (s *sweep) store(row int, of, limit, asOf eventtime.Instant) {
	out := s.out
	out.Event[row], out.Status[row] = of, s.status
	if s.status == value.Present {
		out.Status[row] = Judge(of, limit, asOf, s.scan.TTL, false)
	}
	for f, v := range s.cells {
		if s.faults[f] != nil {
			s.failed(row, f, s.faults[f])
			continue
		}
		if out.Status[row] != value.OutsideMaxAge && !v.IsNull() {
			storeCell(out.Columns[f], row, v)
		}
	}
}

// storeCell stores v, which is not null, in a row of c that is null. Calls for distinct rows of one column may run at once.
func storeCell(c *value.Column, row int, v value.Value) {
	switch {
	case c.Ints != nil:
		c.Ints[row] = v.Int()
	case c.Float64s != nil:
		c.Float64s[row] = v.Float()
	case c.Float32s != nil:
		c.Float32s[row] = v.Float32()
	case c.Texts != nil:
		c.Texts[row] = v.Text()
	default:
		c.Values[row] = v
	}
	atomic.AndUint64(&c.Nulls[row>>6], ^(1 << (row & 63)))
}

// An exclusion holds the rows of a key whose event has come but that do not count: not yet, being late, or no more, since
// their event was delivered again.
type exclusion struct {
	seen  int     // rows whose event has come
	watch []int32 // of them those that do not count, or will cease to, ascending
	rows  []int   // of them those that do not count now, ascending
}

func (x *exclusion) reset() { x.seen, x.watch, x.rows = 0, x.watch[:0], x.rows[:0] }

// advance moves on to an instant and its limit. Rows before least matter no more.
func (x *exclusion) advance(k *keyRows, least int, of, limit eventtime.Instant) {
	if k.from == nil && k.until == nil {
		return
	}
	for ; x.seen < len(k.event) && k.event[x.seen] <= int64(of); x.seen++ {
		if !k.settled(x.seen, limit) {
			x.watch = append(x.watch, int32(x.seen))
		}
	}
	kept := x.watch[:0]
	x.rows = x.rows[:0]
	for _, i := range x.watch {
		if int(i) < least || k.settled(int(i), limit) {
			continue
		}
		kept = append(kept, i)
		if !k.counts(int(i), limit) {
			x.rows = append(x.rows, int(i))
		}
	}
	x.watch = kept
}

// within returns how many of the rows lo ≤ i < hi do not count.
func (x *exclusion) within(lo, hi int) int {
	if len(x.rows) == 0 {
		return 0
	}
	a, _ := slices.BinarySearch(x.rows, lo)
	b, _ := slices.BinarySearch(x.rows, hi)
	return max(0, b-a)
}

// compareItems orders rows as they stand in time; the ranks and positions of rows that need no order are not looked at.
func (k *keyRows) compareItems(a, b item) int {
	if a.event != b.event || !k.run.ordered {
		return cmp.Compare(a.event, b.event)
	}
	x, y := k.bags[a.bag], k.bags[b.bag]
	c := cmp.Compare(x.created[a.row], y.created[b.row])
	for i := 0; c == 0 && i < len(x.ranks); i++ {
		c = value.Compare(x.ranks[i].At(int(a.row)), y.ranks[i].At(int(b.row)))
	}
	return cmp.Or(c, cmp.Compare(x.position[a.row], y.position[b.row]))
}
