package pit

import (
	"context"

	"github.com/truepoint/truepoint/value"
)

// spares are the copies of what is being put into another order.
type spares struct {
	ints   []int64
	floats []float64
	halves []float32
	texts  []string
	values []value.Value
	bits   []bool
}

// arrange puts the rows into k.order, which may leave some out.
func (k *keyRows) arrange(ctx context.Context) error {
	for _, list := range [][]int64{k.shareRows.event, k.shareRows.from, k.created, k.position} {
		if list != nil {
			arrange(list[k.lo:k.lo+k.n], k.order, &k.spare.ints)
		}
	}
	for _, c := range append(k.ranks[:len(k.ranks):len(k.ranks)], k.cols...) {
		if err := ctx.Err(); err != nil {
			return err
		}
		k.arrangeColumn(c)
	}
	for _, bits := range k.selected {
		k.arrangeBits(bits)
	}
	k.narrow(k.lo, len(k.order))
	return ctx.Err()
}

func (k *keyRows) arrangeColumn(c *value.Column) {
	lo, hi := k.lo, k.lo+k.n
	switch {
	case c.Ints != nil:
		arrange(c.Ints[lo:hi], k.order, &k.spare.ints)
	case c.Float64s != nil:
		arrange(c.Float64s[lo:hi], k.order, &k.spare.floats)
	case c.Float32s != nil:
		arrange(c.Float32s[lo:hi], k.order, &k.spare.halves)
	case c.Texts != nil:
		arrange(c.Texts[lo:hi], k.order, &k.spare.texts)
	default:
		arrange(c.Values[lo:hi], k.order, &k.spare.values)
	}
	if !k.nulls(c) {
		return
	}
	for len(c.Nulls) < (hi+63)/64 {
		c.Nulls = append(c.Nulls, 0)
	}
	k.arrangeBits(c.Nulls)
}

// arrange makes xs[i] what xs[order[i]] was.
func arrange[T any](xs []T, order []int32, spare *[]T) {
	*spare = append((*spare)[:0], xs...)
	for i, at := range order {
		xs[i] = (*spare)[at]
	}
}

// arrangeBits does the same with the bits of the rows.
func (k *keyRows) arrangeBits(bits []uint64) {
	k.spare.bits = k.spare.bits[:0]
	for i := k.lo; i < k.lo+k.n; i++ {
		k.spare.bits = append(k.spare.bits, bits[i>>6]&(1<<(i&63)) != 0)
	}
	for i, at := range k.order {
		if i += k.lo; k.spare.bits[at] {
			bits[i>>6] |= 1 << (i & 63)
		} else {
			bits[i>>6] &^= 1 << (i & 63)
		}
	}
}
