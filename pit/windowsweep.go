package pit

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A sweep evaluates keys, one after the other, for one goroutine.
type sweep struct {
	*windowRun
	share  *shareRows // the rows of the share at hand
	rows   keyRows    // of the key at hand
	lanes  lanes
	ends   []int // per distinct window that is the first of its offset: the rows before it lie before the near edge
	lo, hi []int // per distinct window: the rows lo ≤ i < hi of the key lie in it
	away   exclusion
	empty  []value.Value // per feature
	cells  []*cells      // per feature, for the slots of the share
	given  [][]uint64    // per feature a bit for each entity row: its cell is not null
	status value.Status
	faults []error // per feature; nil where cells has the value
}

func newSweep(r *windowRun) *sweep {
	n := len(r.scan.Features)
	s := &sweep{
		windowRun: r, share: newShareRows(r), ends: make([]int, len(r.windows)), lo: make([]int, len(r.windows)), hi: make([]int, len(r.windows)),
		empty: make([]value.Value, n), cells: make([]*cells, n), given: make([][]uint64, n), faults: make([]error, n),
	}
	for f, c := range r.out.Columns {
		s.empty[f], _ = r.scan.Features[f].empty() // the plan was checked
		s.cells[f], s.given[f] = newCells(c.Type), make([]uint64, len(c.Nulls))
	}
	s.rows.shareRows = s.share
	s.lanes = newLanes(s)
	return s
}

// evaluate evaluates the keys of share q.
func (s *sweep) evaluate(ctx context.Context, q int) error {
	firsts := s.index.firsts
	keys := len(firsts) - 1
	from := sort.Search(keys, func(k int) bool { return s.shareOf(firsts[k]) >= q })
	to := sort.Search(keys, func(k int) bool { return s.shareOf(firsts[k]) > q })
	if from == to {
		return nil
	}
	bags, err := s.open(ctx, q)
	if err != nil {
		return err
	}
	base, slots := firsts[from], int(firsts[to]-firsts[from])
	if err := s.share.load(ctx, bags, base, slots); err != nil {
		return err
	}
	for _, c := range s.cells {
		c.reset(slots)
	}
	begin := 0
	for k := from; k < to; k++ {
		end := int(s.share.ends[firsts[k]-base])
		if err := s.key(ctx, begin, end, firsts[k], firsts[k+1], base); err != nil {
			return err
		}
		begin = end
	}
	for f, c := range s.cells {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.scatter(s.out.Columns[f], s.index.rows[base:int(base)+slots], s.given[f])
	}
	return nil
}

// open takes the bags of share q, in the order of their parts.
func (s *sweep) open(ctx context.Context, q int) ([]*bag, error) {
	bags := s.bags[q]
	s.bags[q] = nil
	err := s.spill.records(ctx, q, func(record []byte) error {
		bags = append(bags, readBag(record))
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(bags, func(a, b *bag) int { return cmp.Compare(a.part, b.part) })
	return bags, nil
}

// key evaluates the slots lo ≤ slot < hi of one key, whose rows are those from begin to end of the share. The cells of the
// share begin with slot base.
func (s *sweep) key(ctx context.Context, begin, end int, lo, hi, base uint32) error {
	s.rows.n = 0
	if begin < end {
		if err := s.rows.load(ctx, begin, end); err != nil {
			return err
		}
		if err := s.restart(ctx); err != nil {
			return err
		}
	}
	last := eventtime.Instant(0)
	for slot := lo; slot < hi; slot++ {
		asOf, j := s.index.asOf[slot], int(slot-base)
		of, limit := s.scan.at(asOf)
		if slot > lo && of == last {
			s.repeat(j)
		} else if s.answer(ctx, j, of, limit); ctx.Err() != nil {
			return ctx.Err()
		}
		last = of
		s.settle(int(s.index.rows[slot]), j, of, limit, asOf)
	}
	return nil
}

// answer computes cells j for an instant, which is later than those before it. They mean nothing once ctx has ended.
func (s *sweep) answer(ctx context.Context, j int, of, limit eventtime.Instant) {
	s.status = value.NotFound
	clear(s.faults)
	if s.rows.n == 0 || of == eventtime.None {
		for f, c := range s.cells {
			c.set(j, s.empty[f])
		}
		return
	}
	least := s.place(of)
	s.away.advance(&s.rows, least, of, limit)
	if s.away.heavy(&s.rows, limit) {
		if s.rows.weed(ctx, least, limit) != nil || s.restart(ctx) != nil {
			return // ctx has ended
		}
		s.away.advance(&s.rows, s.place(of), of, limit)
	}
	for i := range s.windows {
		if s.hi[i]-s.lo[i] > s.away.within(s.lo[i], s.hi[i]) {
			s.status = value.Present
		}
	}
	s.lanes.answer(ctx, j)
}

// restart begins the rows of the key at hand from the first.
func (s *sweep) restart(ctx context.Context) error {
	clear(s.ends)
	clear(s.lo)
	s.away.reset()
	return s.lanes.reset(ctx)
}

// place moves every window on to an instant and returns the first row that lies in any.
func (s *sweep) place(of eventtime.Instant) (least int) {
	least = s.rows.n
	for i, w := range s.windows {
		b, near := w.Bounds(of), s.near[i]
		if near == i {
			s.ends[i] = s.rows.advance(s.ends[i], b.End+1)
		}
		s.lo[i] = s.rows.advance(s.lo[i], b.Start)
		s.hi[i] = max(s.lo[i], s.ends[near])
		least = min(least, s.lo[i])
	}
	return least
}

// repeat makes cells j what those before them are.
func (s *sweep) repeat(j int) {
	for _, c := range s.cells {
		c.repeat(j)
	}
}

// settle decides about an entity row, whose cells are cells j.
func (s *sweep) settle(row, j int, of, limit, asOf eventtime.Instant) {
	out := s.out
	out.Event[row], out.Status[row] = of, s.status
	if s.status == value.Present {
		out.Status[row] = Judge(of, limit, asOf, s.scan.TTL, false)
	}
	for f, c := range s.cells {
		if s.faults[f] != nil {
			s.failed(row, f, s.faults[f])
		}
		if out.Status[row] == value.OutsideMaxAge {
			c.withdraw(j)
		}
	}
}
