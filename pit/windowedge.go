package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/value"
)

// ordinal reports whether a function goes by the order of rows.
func ordinal(f agg.Function) bool {
	switch f {
	case agg.First, agg.Last, agg.FirstN, agg.LastN, agg.FirstDistinctN, agg.LastDistinctN:
		return true
	}
	return false
}

// edge returns the first or last inputs of the members a ≤ i < b but those in out: one, or an Array of up to N, oldest
// first.
func (n *lane) edge(a, b int, out []int) value.Value {
	newest := n.Spec.Function == agg.Last || n.Spec.Function == agg.LastN
	found := make([]value.Value, 0, 1)
	for j := 0; j < b-a && len(found) < max(n.Spec.N, 1); j++ {
		i := a + j
		if newest {
			i = b - 1 - j
		}
		if _, away := slices.BinarySearch(out, i); !away {
			found = append(found, n.inputs.value(i))
		}
	}
	if n.Spec.N == 0 {
		if len(found) == 0 {
			return value.Value{}
		}
		return found[0]
	}
	if newest {
		slices.Reverse(found)
	}
	return value.OfList(value.Array, found)
}

// rescan gives the members a ≤ i < b but those in out to a State.
func (n *lane) rescan(ctx context.Context, k *keyRows, a, b int, out []int) (value.Value, error) {
	state, err := n.Spec.New()
	if err != nil {
		return value.Value{}, err
	}
	for i := a; i < b; i++ {
		if i%blockRows == 0 && ctx.Err() != nil {
			return value.Value{}, ctx.Err()
		}
		if len(out) > 0 && out[0] == i {
			out = out[1:]
			continue
		}
		state.Add(n.inputs.value(i), k.orderOf(n.inputs.row(i)))
	}
	return state.Final()
}

// A slide counts the distinct inputs of a window that moves along a series: how often each of them is in it.
type slide struct {
	lo, hi int
	times  []int32
	some   int64 // inputs that are in the window at all
}

func (d *slide) reset() { d.lo, d.hi, d.times, d.some = 0, 0, d.times[:0], 0 }

// count moves to the members a ≤ i < b of the inputs of n and returns how many distinct inputs they have but those in out.
func (d *slide) count(ctx context.Context, n *lane, a, b int, out []int) int64 {
	ids, distinct := n.inputs.numbers(ctx, n.Spec)
	if len(ids) < b {
		return 0 // ctx has ended
	}
	if len(d.times) < distinct {
		d.times = append(d.times, make([]int32, distinct-len(d.times))...)
	}
	for ; d.hi < b; d.hi++ {
		d.add(ids[d.hi])
	}
	for ; d.lo > a; d.lo-- {
		d.add(ids[d.lo-1])
	}
	for ; d.lo < a; d.lo++ {
		d.remove(ids[d.lo])
	}
	for ; d.hi > b; d.hi-- {
		d.remove(ids[d.hi-1])
	}
	for _, i := range out {
		d.remove(ids[i])
	}
	some := d.some
	for _, i := range out {
		d.add(ids[i])
	}
	return some
}

func (d *slide) add(id int32) {
	if d.times[id]++; d.times[id] == 1 {
		d.some++
	}
}

func (d *slide) remove(id int32) {
	if d.times[id]--; d.times[id] == 0 {
		d.some--
	}
}
