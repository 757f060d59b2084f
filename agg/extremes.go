package agg

import (
	"cmp"
	"math"
)

// Extremes gives min or max of windows that slide over a run of rows in the order of time: rows enter at the near edge,
// and windows of several lengths that end there may ask. It holds the rows that can still be the answer, in order, each
// better than those behind it (a monotone stack), so that all calls together cost one step a row and window. An
// Extremes is not safe for concurrent use.
type Extremes[T cmp.Ordered] struct {
	least bool
	rows  []candidate[T]
}

type candidate[T cmp.Ordered] struct {
	row int
	key T
}

// NewLeast returns an Extremes for min, NewGreatest one for max. The key of a float is LeastKey or GreatestKey of it.
func NewLeast[T cmp.Ordered]() *Extremes[T] { return &Extremes[T]{least: true} }

// NewGreatest returns an Extremes for max.
func NewGreatest[T cmp.Ordered]() *Extremes[T] { return &Extremes[T]{} }

// Reset forgets all rows and keeps the memory.
func (e *Extremes[T]) Reset() { e.rows = e.rows[:0] }

// Push lets a row enter, whose number is greater than those of all before it.
func (e *Extremes[T]) Push(row int, key T) {
	n := len(e.rows)
	for n > 0 && (e.least && e.rows[n-1].key >= key || !e.least && e.rows[n-1].key <= key) {
		n--
	}
	e.rows = append(e.rows[:n], candidate[T]{row, key})
}

// Best returns the row with the best key of those from number first on, of equal ones the latest. ok is false if there
// is none. cursor belongs to one window, begins as 0 and must be 0 again after Reset: it keeps the place, which makes
// windows cheap whose first rows do not decrease. Others are answered as well.
func (e *Extremes[T]) Best(first int, cursor *int) (row int, ok bool) {
	at := min(*cursor, len(e.rows))
	for at > 0 && e.rows[at-1].row >= first {
		at--
	}
	for at < len(e.rows) && e.rows[at].row < first {
		at++
	}
	*cursor = at
	if at == len(e.rows) {
		return 0, false
	}
	return e.rows[at].row, true
}

// LeastKey returns a number that orders floats as min does: −Inf … −0, 0 … +Inf, NaN.
func LeastKey(x float64) int64 {
	if x != x {
		return math.MaxInt64
	}
	return floatKey(x)
}

// GreatestKey returns a number that orders floats as max does: NaN, −Inf … −0, 0 … +Inf. Whoever writes the best of a
// window writes math.NaN for every NaN, as min and max do.
func GreatestKey(x float64) int64 {
	if x != x {
		return math.MinInt64
	}
	return floatKey(x)
}

// floatKey turns sign and magnitude into two's complement, but for −0, which is −1.
func floatKey(x float64) int64 {
	b := int64(math.Float64bits(x))
	return b ^ b>>63&math.MaxInt64
}
