package onlinetest

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

func (s *suite) versionTests() []test {
	return []test{
		{"GreaterWinsInEveryArrivalOrder", versionEveryOrder},
		{"EveryPairInBothOrders", versionPairs},
		{"EqualVersionsKeepTheBytewiseGreaterRow", versionEqual},
		{"TombstoneIsARowLikeAnother", versionTombstone},
		{"LongerRowWithTheSameVersionAndPrefix", versionPrefix},
	}
}

// ladder returns versions in ascending order: each differs from the one before it in the least significant way that
// a comparison could get wrong.
func ladder() []value.Version {
	const none = eventtime.None
	const odd = 1<<53 + 1 // not exact as a float64
	return []value.Version{
		{Event: eventtime.Min, Created: none},
		{Event: -odd, Created: none},
		{Event: -odd + 1, Created: none},
		{Event: -1, Created: none},
		{Event: -1, Created: eventtime.Max},
		{Event: 0, Created: none, Snapshot: eventtime.Max},
		{Event: 0, Created: eventtime.Min},
		{Event: 0, Created: -1},
		{Event: 0, Created: 0, Snapshot: -1},
		{Event: 0, Created: 0, Snapshot: 0},
		{Event: 0, Created: 0, Snapshot: 1},
		{Event: 0, Created: 256},
		{Event: odd - 1, Created: odd},
		{Event: odd, Created: none},
		{Event: odd, Created: odd - 1, Snapshot: odd + 1},
		{Event: odd, Created: odd, Snapshot: odd - 1},
		{Event: odd, Created: odd, Snapshot: odd},
		{Event: eventtime.Max, Created: none},
		{Event: eventtime.Max, Created: eventtime.Max, Snapshot: eventtime.Max},
	}
}

func versionEveryOrder(t *testing.T, d online.Driver) {
	const none = eventtime.None
	versions := []value.Version{{Event: 5, Created: none, Snapshot: 9}, {Event: 5, Created: 1, Snapshot: 3}, {Event: 5, Created: 1, Snapshot: 4}, {Event: 6, Created: none}}
	for n, order := range permutations(len(versions)) {
		k := IntKey(t, int64(n))
		var want online.Cell
		for i, at := range order {
			c := online.Cell{Key: k, Row: Row(t, versions[at], fmt.Sprint("v", at))}
			put(t, d, "p/v/1", c)
			if i == 0 || value.CompareRows(c.Row, want.Row) > 0 {
				want = c
			}
			wantRow(t, d, "p/v/1", want)
		}
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for at := 0; at <= len(p); at++ {
			out = append(out, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return out
}

func versionPairs(t *testing.T, d online.Driver) {
	versions := ladder()
	type pair struct{ low, high int }
	var pairs []pair
	for low := range versions {
		for high := low + 1; high < len(versions); high++ {
			pairs = append(pairs, pair{low, high})
		}
	}
	// Two tables, one per order; one batch per step, so that drivers with slow commits stay quick.
	batch := func(pick func(pair) int) []online.Cell {
		cells := make([]online.Cell, len(pairs))
		for i, p := range pairs {
			cells[i] = online.Cell{Key: IntKey(t, int64(i)), Row: Row(t, versions[pick(p)], "payload")}
		}
		return cells
	}
	low, high := batch(func(p pair) int { return p.low }), batch(func(p pair) int { return p.high })
	put(t, d, "p/up/1", low...)
	wantCounts(t, put(t, d, "p/up/1", high...), int64(len(pairs)), 0)
	put(t, d, "p/down/1", high...)
	wantCounts(t, put(t, d, "p/down/1", low...), 0, int64(len(pairs)))
	for i, p := range pairs {
		for _, table := range []string{"p/up/1", "p/down/1"} {
			if got := get(t, d, table, high[i].Key)[0]; !bytes.Equal(got, high[i].Row) {
				t.Errorf("%s: versions %v and %v: got %s", table, versions[p.low], versions[p.high], describe(got))
			}
		}
	}
}

func versionEqual(t *testing.T, d online.Driver) {
	v := value.Version{Event: 5, Created: 6, Snapshot: 7}
	small, great := Row(t, v, "aaaa"), Row(t, v, "aaab")
	if value.CompareRows(small, great) >= 0 {
		small, great = great, small
	}
	a, b := Key(t, "a"), Key(t, "b")
	put(t, d, "p/v/1", online.Cell{Key: a, Row: small}, online.Cell{Key: b, Row: great})
	wantCounts(t, put(t, d, "p/v/1", online.Cell{Key: a, Row: great}, online.Cell{Key: b, Row: small}), 1, 1)
	wantRow(t, d, "p/v/1", online.Cell{Key: a, Row: great})
	wantRow(t, d, "p/v/1", online.Cell{Key: b, Row: great})
}

func versionTombstone(t *testing.T, d online.Driver) {
	k := Key(t, "k")
	put(t, d, "p/v/1", online.Cell{Key: k, Row: Row(t, At(5), "five")})
	grave := online.Cell{Key: k, Row: value.AppendTombstone(nil, At(6))}
	put(t, d, "p/v/1", grave)
	wantRow(t, d, "p/v/1", grave)
	put(t, d, "p/v/1", online.Cell{Key: k, Row: Row(t, At(5), "late")})
	wantRow(t, d, "p/v/1", grave)
	again := online.Cell{Key: k, Row: Row(t, At(7), "seven")}
	put(t, d, "p/v/1", again)
	wantRow(t, d, "p/v/1", again)
}

func versionPrefix(t *testing.T, d online.Driver) {
	v := At(5)
	rows := [][]byte{Row(t, v, ""), Row(t, v, "a"), Row(t, v, "a\x00"), Row(t, v, "aa"), value.AppendTombstone(nil, v)}
	want := slices.MaxFunc(rows, value.CompareRows)
	for n, order := range permutations(len(rows)) {
		if n%5 != 0 { // 24 of 120 orders
			continue
		}
		k := IntKey(t, int64(n))
		for _, i := range order {
			put(t, d, "p/v/1", online.Cell{Key: k, Row: rows[i]})
		}
		wantRow(t, d, "p/v/1", online.Cell{Key: k, Row: want})
	}
}
