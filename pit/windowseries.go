package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/value"
)

// A series is those rows of a key that a filter selects, that belong to a group and whose input is not null, with what
// functions ask for of them, made when it is first asked for. Its members are numbered from 0 in the order of time.
type series struct {
	column int // stored column of the inputs, −1 for rows without
	filter int // −1 for none

	rows   []int32 // the members' rows, unless all
	all    bool    // every row of the key is a member
	base   int     // the place of the key's first row in col
	n      int
	col    *value.Column // of the rows of the share; nil for rows without inputs
	ints   []int64
	floats []float64
	sums   agg.Prefix
	summed bool
	ranked [2]ranking // for min and max
	ids    []int32    // equal inputs have equal numbers, below distinct
	known  map[string]int32
}

// reset begins anew with the given rows of a key, of which nil means all that the series' filter and column leave.
func (x *series) reset(k *keyRows, of []int32) {
	x.summed, x.ranked[0].made, x.ranked[1].made, x.ids, x.known = false, false, false, x.ids[:0], nil
	x.ranked[0].tree, x.ranked[1].tree = x.ranked[0].tree[:0], x.ranked[1].tree[:0]
	x.rows, x.col = x.rows[:0], nil
	if x.column >= 0 {
		x.col = k.cols[x.column]
	}
	x.all = of == nil && x.filter < 0 && (x.col == nil || !k.nulls(x.col))
	x.base, x.n = k.lo, k.n
	if x.all {
		return
	}
	take := func(i int) {
		if (x.col == nil || !x.col.Null(x.base+i)) && k.chosen(x.filter, i) {
			x.rows = append(x.rows, int32(i))
		}
	}
	if of == nil {
		for i := range k.n {
			take(i)
		}
	}
	for _, i := range of {
		take(int(i))
	}
	x.n = len(x.rows)
}

// row returns the row of member i.
func (x *series) row(i int) int {
	if x.all {
		return i
	}
	return int(x.rows[i])
}

// place returns the place of the input of member i in col.
func (x *series) place(i int) int { return x.base + x.row(i) }

// value returns the input of member i.
func (x *series) value(i int) value.Value { return x.col.At(x.place(i)) }

// before returns how many members stand before a row. cursor is where the last answer was, which is mostly close.
func (x *series) before(row int, cursor *int) int {
	if x.all {
		return row
	}
	c := *cursor
	for c < len(x.rows) && int(x.rows[c]) < row {
		c++
	}
	for c > 0 && int(x.rows[c-1]) >= row {
		c--
	}
	*cursor = c
	return c
}

// among appends to dst those of the members lo ≤ i < hi whose rows, ascending, are given.
func (x *series) among(dst, rows []int, lo, hi int) []int {
	for _, row := range rows {
		i, ok := row, true
		if !x.all {
			i, ok = slices.BinarySearch(x.rows, int32(row))
		}
		if ok && lo <= i && i < hi {
			dst = append(dst, i)
		}
	}
	return dst
}

// prefix returns the prefix sums of the inputs, which are numbers. They mean nothing once ctx has ended.
func (x *series) prefix(ctx context.Context) *agg.Prefix {
	if x.summed {
		return &x.sums
	}
	x.summed, x.sums.Stop = true, nil
	if x.n > blockRows {
		x.sums.Stop = func() bool { return ctx.Err() != nil }
	}
	switch x.col.Type.Kind {
	case value.Int32, value.Int64:
		if x.all {
			x.sums.Ints(x.col.Ints[x.base : x.base+x.n])
			return &x.sums
		}
		x.ints = x.ints[:0]
		for i := range x.n {
			x.ints = append(x.ints, x.col.Ints[x.place(i)])
		}
		x.sums.Ints(x.ints)
	case value.Float64:
		if x.all {
			x.sums.Floats(x.col.Float64s[x.base : x.base+x.n])
			return &x.sums
		}
		fallthrough
	default:
		x.floats = x.floats[:0]
		for i := range x.n {
			x.floats = append(x.floats, x.value(i).Float())
		}
		x.sums.Floats(x.floats)
	}
	return &x.sums
}

// numbers returns a number for the input of each member, the same for equal inputs as count_distinct sees them, and how
// many there are; none once ctx has ended.
func (x *series) numbers(ctx context.Context, spec agg.Spec) (ids []int32, distinct int) {
	if x.known != nil {
		return x.ids, len(x.known)
	}
	x.known = map[string]int32{}
	for i := range x.n {
		if i%blockRows == 0 && ctx.Err() != nil {
			return nil, 0
		}
		one, _ := spec.New() // the plan was checked
		one.Add(x.value(i), agg.Order{})
		set := string(one.Append(nil)) // equal sets have equal bytes
		id, ok := x.known[set]
		if !ok {
			id = int32(len(x.known))
			x.known[set] = id
		}
		x.ids = append(x.ids, id)
	}
	return x.ids, len(x.known)
}
