package pit

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// keyRows are the rows of one key in the order of time, numbered from 0: rows lo ≤ i < lo + n of a share.
type keyRows struct {
	*shareRows
	lo, n int
	event []int64
	from  []int64 // a row counts for limits from ≤ limit < until; nil: from its event on
	until []int64 // nil: for ever
	order []int32 // the rows as they are to stand
	byID  []int32 // the rows in the order of their ids, while repetitions are dropped
	spare spares
}

// load turns to the rows lo ≤ i < hi of the share, which it sorts. Rows that never count, because their event was delivered
// again before, are dropped.
func (k *keyRows) load(ctx context.Context, lo, hi int) error {
	k.narrow(lo, hi-lo)
	if !k.sorted() {
		k.order = k.order[:0]
		for i := range k.n {
			k.order = append(k.order, int32(i))
		}
		if err := sortRows(ctx, k.order, k.compare); err != nil {
			return err
		}
		if err := k.arrange(ctx); err != nil {
			return err
		}
	}
	if k.run.scan.EventID == "" {
		return nil
	}
	return k.once(ctx)
}

func (k *keyRows) narrow(lo, n int) {
	k.lo, k.n = lo, n
	k.event = k.shareRows.event[lo : lo+n]
	if k.shareRows.from != nil {
		k.from = k.shareRows.from[lo : lo+n]
	}
}

// sorted reports whether the rows stand in the order of time already.
func (k *keyRows) sorted() bool {
	for i := 1; i < k.n; i++ {
		if k.event[i] < k.event[i-1] || k.event[i] == k.event[i-1] && k.run.ordered && k.compare(int32(i-1), int32(i)) > 0 {
			return false
		}
	}
	return true
}

// compare orders rows as they stand in time; the ranks and positions of rows that need no order are not looked at.
func (k *keyRows) compare(i, j int32) int {
	if k.event[i] != k.event[j] || !k.run.ordered {
		return cmp.Compare(k.event[i], k.event[j])
	}
	x, y := k.lo+int(i), k.lo+int(j)
	c := cmp.Compare(k.created[x], k.created[y])
	for r := 0; c == 0 && r < len(k.ranks); r++ {
		c = value.Compare(k.ranks[r].At(x), k.ranks[r].At(y))
	}
	return cmp.Or(c, cmp.Compare(k.position[x], k.position[y]))
}

// begins returns the limit from which on a row counts, repetitions of its event apart.
func (k *keyRows) begins(i int32) int64 {
	if k.from != nil {
		return k.from[i]
	}
	return k.event[i]
}

// once sets until: of the rows with one id, of which the greatest (created, position) counts, each counts until the first
// of those greater does. Rows that never count are dropped.
func (k *keyRows) once(ctx context.Context) error {
	ids := k.cols[slices.Index(k.run.stored, slices.Index(k.run.names, k.run.scan.EventID))]
	idOf := func(i int32) value.Value { return ids.At(k.lo + int(i)) }
	k.until, k.byID = slices.Grow(k.until[:0], k.n)[:k.n], slices.Grow(k.byID[:0], k.n)[:k.n]
	for i := range k.byID {
		k.until[i], k.byID[i] = math.MaxInt64, int32(i)
	}
	err := sortRows(ctx, k.byID, func(i, j int32) int {
		x, y := k.lo+int(i), k.lo+int(j)
		return cmp.Or(value.Compare(idOf(i), idOf(j)), cmp.Compare(k.created[y], k.created[x]),
			cmp.Compare(k.position[y], k.position[x]))
	})
	if err != nil {
		return err
	}
	for at := 1; at < k.n; at++ {
		if at%blockRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		i, greater := k.byID[at], k.byID[at-1]
		if v := idOf(i); !v.IsNull() && v.Identical(idOf(greater)) {
			k.until[i] = min(k.until[greater], k.begins(greater))
		}
	}
	return k.leave(ctx, func(i int) bool { return k.begins(int32(i)) < k.until[i] })
}

// weed drops the rows before least, and those that count no more from a limit on.
func (k *keyRows) weed(ctx context.Context, least int, limit eventtime.Instant) error {
	return k.leave(ctx, func(i int) bool { return i >= least && !k.ceased(i, limit) })
}

// leave drops all rows but those to keep.
func (k *keyRows) leave(ctx context.Context, keep func(i int) bool) error {
	k.order = k.order[:0]
	for i := range k.n {
		if keep(i) {
			k.until[len(k.order)] = k.until[i]
			k.order = append(k.order, int32(i))
		}
	}
	k.until = k.until[:len(k.order)]
	if len(k.order) == k.n {
		return ctx.Err()
	}
	return k.arrange(ctx)
}

// counts reports whether row i counts at a limit; its event has come.
func (k *keyRows) counts(i int, limit eventtime.Instant) bool {
	return (k.from == nil || k.from[i] <= int64(limit)) && (k.until == nil || int64(limit) < k.until[i])
}

// ceased reports whether row i counts no more from a limit on.
func (k *keyRows) ceased(i int, limit eventtime.Instant) bool {
	return k.until != nil && k.until[i] <= int64(limit)
}

// advance returns the first row from i on whose event is not before at.
func (k *keyRows) advance(i int, at eventtime.Instant) int {
	for i < len(k.event) && k.event[i] < int64(at) {
		i++
	}
	return i
}

// chosen reports whether a filter selects row i; the filter −1 selects all.
func (k *keyRows) chosen(filter, i int) bool {
	return filter < 0 || k.selected[filter][(k.lo+i)>>6]&(1<<((k.lo+i)&63)) != 0
}

// nulls reports whether one of the rows is null in a column.
func (k *keyRows) nulls(c *value.Column) bool {
	if len(c.Nulls) == 0 {
		return false
	}
	for i := range k.n {
		if c.Null(k.lo + i) {
			return true
		}
	}
	return false
}

// orderOf returns the place of row i in time.
func (k *keyRows) orderOf(i int) agg.Order {
	at := k.lo + i
	o := agg.Order{Event: eventtime.Instant(k.event[i]), Created: eventtime.Instant(k.created[at]), Position: k.position[at]}
	for _, r := range k.ranks {
		o.Rank = append(o.Rank, r.At(at))
	}
	return o
}
