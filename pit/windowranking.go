package pit

import (
	"cmp"
	"context"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/value"
)

// A ranking is the inputs as integers in the order of min or max.
type ranking struct {
	made bool
	keys []int64
	tree []int32 // the best member of spans of them, made for windows with rows that do not count
}

// ranking returns the keys of the members for max if greatest is 1, for min if it is 0: equal inputs have equal keys.
func (x *series) ranking(ctx context.Context, greatest int) *ranking {
	r := &x.ranked[greatest]
	if r.made {
		return r
	}
	r.made, r.keys = true, r.keys[:0]
	switch x.col.Type.Kind {
	case value.Int32, value.Int64, value.UnixTimestamp, value.Date:
		for i := range x.n {
			r.keys = append(r.keys, x.col.Ints[x.place(i)])
		}
	case value.Float32, value.Float64:
		key := agg.LeastKey
		if greatest == 1 {
			key = agg.GreatestKey
		}
		for i := range x.n {
			r.keys = append(r.keys, key(x.value(i).Float()))
		}
	default:
		x.rankValues(ctx, r)
	}
	return r
}

// rankValues gives texts and decimals their places among themselves as keys.
func (x *series) rankValues(ctx context.Context, r *ranking) {
	order := make([]int32, x.n)
	for i := range order {
		order[i] = int32(i)
	}
	compare := func(i, j int32) int { return value.Compare(x.value(int(i)), x.value(int(j))) }
	_ = sortRows(ctx, order, compare) // whoever asked looks at ctx
	r.keys = slices.Grow(r.keys, x.n)[:x.n]
	for place, i := range order {
		r.keys[i] = int64(place)
		if place > 0 && compare(order[place-1], i) == 0 {
			r.keys[i] = r.keys[order[place-1]]
		}
	}
}

// best returns the member with the best key of those from lo up to, not including, hi but those in out, ascending; −1 if
// there is none. It costs the logarithm of the series for each of out.
func (r *ranking) best(ctx context.Context, greatest, lo, hi int, out []int) int {
	better := func(i, j int32) int32 {
		switch {
		case i < 0:
			return j
		case j < 0 || cmp.Compare(r.keys[i], r.keys[j]) == 2*greatest-1:
			return i
		}
		return j
	}
	n := len(r.keys)
	if len(r.tree) == 0 {
		r.tree = slices.Grow(r.tree, 2*n)[:2*n]
		for i := range n {
			r.tree[n+i] = int32(i)
		}
		for i := n - 1; i > 0; i-- {
			if i%blockRows == 0 && ctx.Err() != nil {
				return -1 // whoever asked looks at ctx
			}
			r.tree[i] = better(r.tree[2*i], r.tree[2*i+1])
		}
	}
	best := int32(-1)
	span := func(lo, hi int) {
		for a, b := lo+n, hi+n; a < b; a, b = a/2, b/2 {
			if a&1 == 1 {
				best = better(best, r.tree[a])
				a++
			}
			if b&1 == 1 {
				b--
				best = better(best, r.tree[b])
			}
		}
	}
	for _, i := range out {
		span(lo, i)
		lo = i + 1
	}
	span(lo, hi)
	return int(best)
}
