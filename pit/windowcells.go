package pit

import (
	"math"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/value"
)

// cells are the values of one feature for the slots of a share, in their order. Those that were not given are null.
type cells struct {
	column *value.Column
	given  []uint64 // a bit for each cell that is not null
}

func newCells(t value.Type) *cells { return &cells{column: &value.Column{Type: t}} }

// reset begins anew with n cells that are null.
func (c *cells) reset(n int) {
	c.column.Resize(n)
	c.given = slices.Grow(c.given[:0], (n+63)/64)[:(n+63)/64]
	clear(c.given)
}

func (c *cells) give(j int) { c.given[j>>6] |= 1 << (j & 63) }

// int, float and set give cell j a value, which set ignores if it is null.
func (c *cells) int(j int, x int64) {
	c.column.Ints[j] = x
	c.give(j)
}

func (c *cells) float(j int, x float64) {
	c.column.Float64s[j] = x
	c.give(j)
}

func (c *cells) set(j int, v value.Value) {
	if v.IsNull() {
		return
	}
	c.column.Set(j, v)
	c.give(j)
}

// extreme gives cell j row i of a column of the same type, with the one NaN that functions compute.
func (c *cells) extreme(j int, from *value.Column, i int) {
	switch {
	case from.Float64s == nil:
		c.set(j, agg.PlainNaN(from.At(i)))
	case from.Float64s[i] != from.Float64s[i]:
		c.float(j, math.NaN())
	default:
		c.float(j, from.Float64s[i])
	}
}

// at returns cell j.
func (c *cells) at(j int) value.Value {
	if c.given[j>>6]&(1<<(j&63)) == 0 {
		return value.Value{}
	}
	return c.column.At(j)
}

// repeat makes cell j what the one before it is.
func (c *cells) repeat(j int) {
	if v := c.at(j - 1); !v.IsNull() {
		c.set(j, v)
	}
}

// withdraw makes cell j null again.
func (c *cells) withdraw(j int) {
	if c.given[j>>6]&(1<<(j&63)) == 0 {
		return
	}
	c.given[j>>6] &^= 1 << (j & 63)
	k := c.column
	switch {
	case k.Ints != nil:
		k.Ints[j] = 0
	case k.Float64s != nil:
		k.Float64s[j] = 0
	case k.Float32s != nil:
		k.Float32s[j] = 0
	case k.Texts != nil:
		k.Texts[j] = ""
	default:
		k.Values[j] = value.Value{}
	}
}

// scatter writes the cells to rows of dst, cell j to rows[j], but for the bitmap of nulls: given gets a bit for each row
// whose cell is not null. Calls for distinct rows of one dst may run at once.
func (c *cells) scatter(dst *value.Column, rows []uint32, given []uint64) {
	k := c.column
	switch {
	case k.Ints != nil:
		place(dst.Ints, k.Ints, rows)
	case k.Float64s != nil:
		place(dst.Float64s, k.Float64s, rows)
	case k.Float32s != nil:
		place(dst.Float32s, k.Float32s, rows)
	case k.Texts != nil:
		place(dst.Texts, k.Texts, rows)
	default:
		place(dst.Values, k.Values, rows)
	}
	for j, row := range rows {
		given[row>>6] |= c.given[j>>6] >> (j & 63) & 1 << (row & 63)
	}
}

// place puts src[j] at at[j] of dst.
func place[T any](dst, src []T, at []uint32) {
	src = src[:len(at)]
	for j, i := range at {
		dst[i] = src[j]
	}
}
