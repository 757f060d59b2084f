package onlinetest

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

func (s *suite) putTests() []test {
	return []test{
		{"NothingIsNotAnErrorAndMakesNoTable", putNothing},
		{"Counts", putCounts},
		{"ArgumentsAreNotRetained", putNotRetained},
		{"RepeatedBatchChangesNothing", putRepeated},
		{"EachCellIsJudgedAlone", putPerCell},
		{"TablesAreSeparate", putSeparate},
		{"BigRows", putBigRows},
		{"LongKeysAreKeptOrRefused", putLongKeys},
		{"BigBatch", putBigBatch},
		{"BigBatchOverNewerCells", putBigBatchOverNewer},
	}
}

func putNothing(t *testing.T, d online.Driver) {
	if r := put(t, d, "p/v/1"); r.Written != 0 || r.Superseded > 0 {
		t.Errorf("got %+v, want no cells written", r)
	}
	if names, err := d.Tables(context.Background()); err != nil || len(names) != 0 {
		t.Errorf("Tables: got %q, %v; want none", names, err)
	}
}

// wantCounts checks a PutResult; a driver that cannot tell counts every cell as written.
func wantCounts(t *testing.T, got online.PutResult, written, superseded int64) {
	t.Helper()
	want := online.PutResult{Written: written, Superseded: superseded}
	if got.Superseded == online.Unknown {
		want = online.PutResult{Written: written + superseded, Superseded: online.Unknown}
	}
	if got != want {
		t.Errorf("counts: got %+v, want %+v", got, want)
	}
}

func putCounts(t *testing.T, d online.Driver) {
	wantCounts(t, put(t, d, "p/v/1", series(t, 0, 10, 20, At(5))...), 10, 0)
	wantCounts(t, put(t, d, "p/v/1", series(t, 5, 10, 20, At(4))...), 5, 5)
	wantCounts(t, put(t, d, "p/v/1", series(t, 0, 15, 20, At(6))...), 15, 0)
}

func putNotRetained(t *testing.T, d online.Driver) {
	cells := series(t, 0, 20, 20, At(5))
	mine := make([]online.Cell, len(cells))
	for i, c := range cells {
		mine[i] = online.Cell{Key: bytes.Clone(c.Key), Row: bytes.Clone(c.Row)}
	}
	put(t, d, "p/v/1", mine...)
	for i := range mine {
		clear(mine[i].Key)
		clear(mine[i].Row)
	}
	for _, c := range cells {
		wantRow(t, d, "p/v/1", c)
	}
}

func putRepeated(t *testing.T, d online.Driver) {
	cells := series(t, 0, 20, 20, At(5))
	put(t, d, "p/v/1", cells...)
	wantCounts(t, put(t, d, "p/v/1", cells...), 0, 20)
	for _, c := range cells {
		wantRow(t, d, "p/v/1", c)
	}
}

func putPerCell(t *testing.T, d online.Driver) {
	older, newer := series(t, 0, 30, 20, At(5)), series(t, 0, 30, 20, At(7))
	first, second := slices.Clone(older), slices.Clone(newer)
	for i := 0; i < len(first); i += 2 {
		first[i], second[i] = second[i], first[i]
	}
	put(t, d, "p/v/1", first...)
	wantCounts(t, put(t, d, "p/v/1", second...), 15, 15)
	for _, c := range newer {
		wantRow(t, d, "p/v/1", c)
	}
}

func putSeparate(t *testing.T, d online.Driver) {
	k := Key(t, "k")
	newer := online.Cell{Key: k, Row: Row(t, At(9), "newer")}
	older := online.Cell{Key: k, Row: Row(t, At(1), "older")}
	put(t, d, "p/v/1", newer)
	put(t, d, "p/v/2", older)
	wantRow(t, d, "p/v/1", newer)
	wantRow(t, d, "p/v/2", older)
}

func putBigRows(t *testing.T, d online.Driver) {
	cells := series(t, 0, 3, rowBytes(d)-100, At(5))
	put(t, d, "p/v/1", cells...)
	put(t, d, "p/v/1", series(t, 0, 3, 10, At(4))...)
	for _, c := range cells {
		wantRow(t, d, "p/v/1", c)
	}
}

func putBigBatch(t *testing.T, d online.Driver) {
	cells := series(t, 0, bigCount(d), 40, At(5))
	wantCounts(t, put(t, d, "p/v/1", cells...), int64(len(cells)), 0)
	checkAll(t, d, "p/v/1", cells)
}

func putBigBatchOverNewer(t *testing.T, d online.Driver) {
	want := series(t, 0, bigCount(d), 40, value.Version{Event: 5, Created: 2})
	var newer []online.Cell
	for i := 0; i < len(want); i += 7 {
		want[i].Row = Row(t, value.Version{Event: 5, Created: 3}, "newer")
		newer = append(newer, want[i])
	}
	put(t, d, "p/v/1", newer...)
	put(t, d, "p/v/1", series(t, 0, len(want), 40, value.Version{Event: 5, Created: 2})...)
	put(t, d, "p/v/1", series(t, 0, len(want), 40, value.Version{Event: 5, Created: eventtime.None})...)
	checkAll(t, d, "p/v/1", want)
}

// checkAll compares a whole table by Scan, and some of its keys by GetBatch.
func checkAll(t *testing.T, d online.Driver, table string, want []online.Cell) {
	t.Helper()
	n := 0
	err := d.Scan(context.Background(), table, func(c online.Cell) bool {
		if n >= len(want) || !bytes.Equal(c.Key, want[n].Key) || !bytes.Equal(c.Row, want[n].Row) {
			return false
		}
		n++
		return true
	})
	if err != nil || n != len(want) {
		t.Fatalf("scan of %q: cell %d of %d differs (error %v)", table, n, len(want), err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		wantRow(t, d, table, want[r.IntN(len(want))])
	}
}

// putLongKeys writes cells whose keys do not compress. A key of 900 bytes is kept; a longer one is kept, or refused for good:
// nobody who tries again may hope.
func putLongKeys(t *testing.T, d online.Driver) {
	r := seeded(t)
	for _, n := range []int{900, 1_100, 2_692, 2_693, 9_000, 60_000} {
		c := online.Cell{Key: make([]byte, n), Row: Row(t, At(5), "row")}
		for i := range c.Key {
			c.Key[i] = byte(r.Uint32())
		}
		want := c
		if _, err := d.PutBatch(context.Background(), "p/v/1", []online.Cell{c}); err != nil {
			if code := codeOf(d, err); n <= 900 || code != errs.InvalidArgument {
				t.Errorf("a key of %d bytes: got %v (%v), want it kept or invalid_argument", n, code, err)
			}
			want.Row = nil
		}
		wantRow(t, d, "p/v/1", want)
	}
}
