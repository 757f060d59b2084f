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

// keyRows are the rows of one key in the order of time.
type keyRows struct {
	run   *windowRun
	bags  []*bag
	items []item
	event []int64
	from  []int64         // a row counts for limits from ≤ limit < until; nil: from its event on
	until []int64         // nil: for ever
	cols  []*value.Column // the stored columns
	byID  []int32         // the rows in the order of their ids, while repetitions are dropped
}

// load takes in the rows of a key, which it sorts.
func (k *keyRows) load(ctx context.Context, bags []*bag, items []item) error {
	k.bags = bags
	if !slices.IsSortedFunc(items, k.compareItems) {
		if err := sortRows(ctx, items, k.compareItems); err != nil {
			return err
		}
	}
	k.items = items
	if err := k.times(ctx); err != nil {
		return err
	}
	for len(k.cols) < len(k.run.stored) {
		k.cols = append(k.cols, &value.Column{Type: k.run.types[k.run.stored[len(k.cols)]]})
	}
	for c := range k.cols {
		k.gather(c)
	}
	return ctx.Err()
}

// times fills event, from and until. Rows that never count, because their event was delivered again before, are dropped.
func (k *keyRows) times(ctx context.Context) error {
	if k.run.scan.EventID != "" {
		if err := k.once(ctx); err != nil {
			return err
		}
	}
	n := len(k.items)
	k.event = slices.Grow(k.event[:0], n)[:n]
	for i, it := range k.items {
		k.event[i] = it.event
	}
	if k.run.always {
		return nil
	}
	k.from = slices.Grow(k.from[:0], n)[:n]
	for i, it := range k.items {
		k.from[i] = k.bags[it.bag].from[it.row]
	}
	return nil
}

// begins returns the limit from which on a row counts, repetitions of its event apart.
func (k *keyRows) begins(it item) int64 {
	if from := k.bags[it.bag].from; from != nil {
		return from[it.row]
	}
	return it.event
}

// once sets until: of the rows with one id, of which the greatest (created, position) counts, each counts until the first
// of those greater does. Rows that never count are dropped.
func (k *keyRows) once(ctx context.Context) error {
	id := slices.Index(k.run.stored, slices.Index(k.run.names, k.run.scan.EventID))
	idOf := func(i int32) value.Value { return k.bags[k.items[i].bag].cols[id].At(int(k.items[i].row)) }
	n := len(k.items)
	k.until, k.byID = slices.Grow(k.until[:0], n)[:n], slices.Grow(k.byID[:0], n)[:n]
	for i := range k.byID {
		k.until[i], k.byID[i] = math.MaxInt64, int32(i)
	}
	err := sortRows(ctx, k.byID, func(i, j int32) int {
		a, b := k.items[i], k.items[j]
		x, y := k.bags[a.bag], k.bags[b.bag]
		return cmp.Or(value.Compare(idOf(i), idOf(j)), cmp.Compare(y.created[b.row], x.created[a.row]),
			cmp.Compare(y.position[b.row], x.position[a.row]))
	})
	if err != nil {
		return err
	}
	for at := 1; at < n; at++ {
		i, greater := k.byID[at], k.byID[at-1]
		if v := idOf(i); !v.IsNull() && v.Identical(idOf(greater)) {
			k.until[i] = min(k.until[greater], k.begins(k.items[greater]))
		}
	}
	kept := 0
	for i, it := range k.items {
		if k.begins(it) < k.until[i] {
			k.items[kept], k.until[kept] = it, k.until[i]
			kept++
		}
	}
	k.items, k.until = k.items[:kept], k.until[:kept]
	return ctx.Err()
}

// counts reports whether row i counts at a limit; its event has come.
func (k *keyRows) counts(i int, limit eventtime.Instant) bool {
	return (k.from == nil || k.from[i] <= int64(limit)) && (k.until == nil || int64(limit) < k.until[i])
}

// settled reports whether row i counts from a limit on for ever.
func (k *keyRows) settled(i int, limit eventtime.Instant) bool {
	return (k.from == nil || k.from[i] <= int64(limit)) && (k.until == nil || k.until[i] == math.MaxInt64)
}

// advance returns the first row from i on whose event is not before at.
func (k *keyRows) advance(i int, at eventtime.Instant) int {
	for i < len(k.event) && k.event[i] < int64(at) {
		i++
	}
	return i
}

// gather fills stored column c.
func (k *keyRows) gather(c int) {
	dst := k.cols[c]
	dst.Resize(len(k.items))
	switch {
	case dst.Float64s != nil:
		for i, it := range k.items {
			dst.Float64s[i] = k.bags[it.bag].cols[c].Float64s[it.row]
		}
	case dst.Ints != nil:
		for i, it := range k.items {
			dst.Ints[i] = k.bags[it.bag].cols[c].Ints[it.row]
		}
	case dst.Float32s != nil:
		for i, it := range k.items {
			dst.Float32s[i] = k.bags[it.bag].cols[c].Float32s[it.row]
		}
	case dst.Texts != nil:
		for i, it := range k.items {
			dst.Texts[i] = k.bags[it.bag].cols[c].Texts[it.row]
		}
	default:
		for i, it := range k.items {
			dst.Values[i] = k.bags[it.bag].cols[c].Values[it.row]
		}
	}
	for i, it := range k.items {
		if from := k.bags[it.bag].cols[c]; from.Nulls != nil && from.Null(int(it.row)) {
			dst.SetNull(i)
		}
	}
}

// selected reports whether a filter selects row i; the filter −1 selects all.
func (k *keyRows) selected(filter, i int) bool {
	if filter < 0 {
		return true
	}
	it := k.items[i]
	return k.bags[it.bag].selected[filter][it.row>>6]&(1<<(it.row&63)) != 0
}

// order returns the place of row i in time.
func (k *keyRows) order(i int) agg.Order {
	it := k.items[i]
	b := k.bags[it.bag]
	o := agg.Order{Event: eventtime.Instant(it.event), Created: eventtime.Instant(b.created[it.row]), Position: b.position[it.row]}
	for _, r := range b.ranks {
		o.Rank = append(o.Rank, r.At(int(it.row)))
	}
	return o
}
