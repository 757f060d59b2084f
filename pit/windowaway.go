package pit

import (
	"math"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
)

// An exclusion holds the rows of a key whose event has come but that do not count: not yet, being late, or no more, since
// their event was delivered again. Each row that comes, begins and ceases is looked at then, and at no other instant.
type exclusion struct {
	seen    int     // rows whose event has come
	changes changes // of them: when each will begin or cease to count
	rows    []int   // of them those that do not count now and still matter, ascending
	owed    int     // what rows have cost since the key's rows were last weeded
}

func (x *exclusion) reset() { x.seen, x.changes, x.rows, x.owed = 0, x.changes[:0], x.rows[:0], 0 }

// advance moves on to an instant and its limit. Rows before least matter no more.
func (x *exclusion) advance(k *keyRows, least int, of, limit eventtime.Instant) {
	if k.from == nil && k.until == nil {
		return
	}
	passed, _ := slices.BinarySearch(x.rows, least)
	x.rows = slices.Delete(x.rows, 0, passed)
	for ; x.seen < len(k.event) && k.event[x.seen] <= int64(of); x.seen++ {
		if !k.counts(x.seen, limit) {
			x.rows = append(x.rows, x.seen)
		}
		x.await(k, x.seen, limit)
	}
	for len(x.changes) > 0 && x.changes[0].at <= int64(limit) {
		row := x.changes.pop().row
		at, away := slices.BinarySearch(x.rows, row)
		switch counts := k.counts(row, limit); {
		case row < least:
			continue
		case counts && away:
			x.rows = slices.Delete(x.rows, at, at+1)
		case !counts && !away:
			x.rows = slices.Insert(x.rows, at, row)
		}
		x.await(k, row, limit)
	}
	x.owed += len(x.rows)
}

// await notes when row i begins or ceases to count, if it does later than limit.
func (x *exclusion) await(k *keyRows, i int, limit eventtime.Instant) {
	switch {
	case k.until != nil && k.until[i] <= int64(limit): // it has ceased
	case k.from != nil && k.from[i] > int64(limit):
		x.changes.push(change{k.from[i], i})
	case k.until != nil && k.until[i] < math.MaxInt64:
		x.changes.push(change{k.until[i], i})
	}
}

// heavy reports whether the rows have cost as much as weeding the key's rows does, and most of them have ceased. So of n rows
// that cease one by one below a lifetime, n instants cost some n·√n, where they would cost n² with rows that stay.
func (x *exclusion) heavy(k *keyRows, limit eventtime.Instant) bool {
	const least = 64 // rows, below which it is not worth while
	if x.owed < k.n+least {
		return false
	}
	x.owed = 0
	ceased := 0
	for _, i := range x.rows {
		if k.ceased(i, limit) {
			ceased++
		}
	}
	return 2*ceased > len(x.rows)
}

// within returns how many of the rows lo ≤ i < hi do not count.
func (x *exclusion) within(lo, hi int) int {
	if len(x.rows) == 0 {
		return 0
	}
	a, _ := slices.BinarySearch(x.rows, lo)
	b, _ := slices.BinarySearch(x.rows, hi)
	return max(0, b-a)
}

// A change is that a row begins or ceases to count at a limit.
type change struct {
	at  int64
	row int
}

// changes are a heap, the next change first.
type changes []change

func (c *changes) push(x change) {
	h := append(*c, x)
	*c = h
	for i := len(h) - 1; i > 0 && h[i].at < h[(i-1)/2].at; i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
}

func (c *changes) pop() change {
	h := *c
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	*c = h
	for i := 0; ; {
		next := 2*i + 1
		if next+1 < last && h[next+1].at < h[next].at {
			next++
		}
		if next >= last || h[i].at <= h[next].at {
			return first
		}
		h[i], h[next] = h[next], h[i]
		i = next
	}
}
