package pit

import (
	"context"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/eventtime"
)

// A windowRun is the evaluation of one WindowScan.
type windowRun struct {
	*windowPass
	scan  *WindowScan
	roles *roles
	out   *WindowResult

	stored  []int              // of the payload columns those that are kept with the rows, as numbers in names
	filters []Filter           // distinct ones
	windows []eventtime.Window // distinct ones
	near    []int              // per window: the first with its offset, whose near edge is the same
	ordered bool               // whether the order of rows of one instant matters
	always  bool               // whether a row counts from its event time on, for ever
	reach   []reach            // per slot that is the first of its key
	spill   overflow
	shares  int // parts of the key space, of 1<<shift slots each
	shift   int
	mu      sync.Mutex // guards the members below
	bags    [][]*bag   // per share, one for each part that has rows for it
	report  Report
	fault   error // the cell of the first entity row, and of those the first feature, that cannot be computed
	faultAt struct{ row, feature int }
}

// rowsPerShare is the number of rows of a table for which there is a share, up to sharesMax: sharing out costs little, and
// a share should fit the processor's caches.
const (
	rowsPerShare = 1 << 16
	sharesMax    = 256
)

func (r *windowRun) prepare(ctx context.Context) error {
	if len(r.parts) > 0 {
		if err := r.scan.checkTypes(r.names, r.types); err != nil {
			return err
		}
	}
	r.divide()
	r.bags = make([][]*bag, r.shares)
	store := func(name string) {
		if i := slices.Index(r.names, name); i >= 0 && !slices.Contains(r.stored, i) {
			r.stored = append(r.stored, i)
		}
	}
	store(r.scan.EventID)
	r.ordered = r.scan.EventID != ""
	bounded := r.scan.EventID == ""
	for i := range r.scan.Features {
		f := &r.scan.Features[i]
		store(f.Column)
		store(f.By)
		r.ordered = r.ordered || f.Last > 0 || ordinal(f.Spec.Function)
		bounded = bounded && f.Window.Length > 0
		if !slices.Contains(r.windows, f.Window) {
			r.near = append(r.near, r.firstOf(f.Window.Offset))
			r.windows = append(r.windows, f.Window)
		}
		if f.Where != nil && r.filter(f.Where) < 0 {
			r.filters = append(r.filters, f.Where)
		}
	}
	r.always = r.scan.Availability.Rule == eventtime.ByEventTime && r.know.rule == KnownNow
	r.spill.prepare(r)
	return r.setReach(ctx, bounded)
}

// firstOf returns the number of the first window with an offset, that of the next one if there is none.
func (r *windowRun) firstOf(offset eventtime.Duration) int {
	for i, w := range r.windows {
		if w.Offset == offset {
			return i
		}
	}
	return len(r.windows)
}

// filter returns the number of a filter, −1 for nil or one that is not there.
func (r *windowRun) filter(f Filter) int {
	if f == nil {
		return -1
	}
	return slices.IndexFunc(r.filters, func(g Filter) bool { return g.String() == f.String() })
}

// A reach bounds the rows that count for a key.
type reach struct {
	floor   eventtime.Instant // no earlier event counts
	ceiling eventtime.Instant // nor a row that counts from a later limit on
}

// setReach finds the reach of every key: windows do not begin earlier for a later asOf. Unless bounded, an event of any age
// may count.
func (r *windowRun) setReach(ctx context.Context, bounded bool) error {
	r.reach = make([]reach, len(r.index.rows))
	firsts := r.index.firsts
	for k, slot := range firsts[:len(firsts)-1] {
		if k%blockRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		of, _ := r.scan.at(r.index.asOf[slot])
		_, ceiling := r.scan.at(r.index.asOf[firsts[k+1]-1])
		floor := eventtime.Max
		for _, w := range r.windows {
			floor = min(floor, w.Bounds(of).Start)
		}
		if !bounded || of == eventtime.None {
			floor = eventtime.Min
		}
		r.reach[slot] = reach{floor, ceiling}
	}
	return ctx.Err()
}

// divide sets the number of shares.
func (r *windowRun) divide() {
	slots := max(len(r.index.rows), 1)
	most := int(min(max(r.start[len(r.parts)]/rowsPerShare, int64(r.workers), 1), sharesMax))
	for (slots-1)>>r.shift >= most {
		r.shift++
	}
	r.shares = (slots-1)>>r.shift + 1
}

// shareOf returns the share that a key belongs to, given its first slot.
func (r *windowRun) shareOf(slot uint32) int { return int(slot >> r.shift) }

// failure returns the error of the cell that failed remembers, nil if there is none. keyed leaves out its row.
func (r *windowRun) failure(keyed bool) error {
	switch {
	case r.fault == nil:
		return nil
	case keyed:
		return r.scan.fault(r.faultAt.feature, -1, r.fault)
	}
	return r.scan.fault(r.faultAt.feature, r.faultAt.row, r.fault)
}

// failed remembers a cell that cannot be computed.
func (r *windowRun) failed(row, feature int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil || row < r.faultAt.row || row == r.faultAt.row && feature < r.faultAt.feature {
		r.fault = err
		r.faultAt.row, r.faultAt.feature = row, feature
	}
}

// sweep evaluates the shares.
func (r *windowRun) sweep(ctx context.Context) error {
	r.reach = nil
	sweeps := make([]*sweep, r.workers)
	err := each(ctx, r.workers, r.shares, func(i int) func(context.Context, int) error {
		sweeps[i] = newSweep(r)
		return sweeps[i].evaluate
	})
	if err != nil {
		return err
	}
	for _, s := range sweeps {
		if s == nil {
			continue
		}
		for f, given := range s.given {
			nulls := r.out.Columns[f].Nulls
			for i, bits := range given {
				nulls[i] &^= bits
			}
		}
	}
	return nil
}
