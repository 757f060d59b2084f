package embeddedonline

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// The merger gives the greatest row for every grouping and every direction in which Pebble may show it the rows.
func TestMergerKeepsTheGreatestRowInEveryGrouping(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Int64Range(0, 2)
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []byte {
			v := value.Version{Event: eventtime.Instant(small.Draw(t, "event")), Created: eventtime.Instant(small.Draw(t, "created"))}
			if rapid.Bool().Draw(t, "none") {
				v.Created = eventtime.None
			}
			return append(value.AppendTombstone(nil, v), rapid.SliceOfN(rapid.Byte(), 0, 2).Draw(t, "tail")...)
		}), 1, 8).Draw(t, "rows")
		want := slices.MaxFunc(rows, value.CompareRows)
		if got := fold(t, rows); !bytes.Equal(got, want) {
			t.Fatalf("got %x, want %x of %x", got, want, rows)
		}
	})
}

// fold merges rows by a random tree of merges.
func fold(t *rapid.T, rows [][]byte) []byte {
	if len(rows) == 1 {
		return rows[0]
	}
	cut := rapid.IntRange(1, len(rows)-1).Draw(t, "cut")
	left, right := fold(t, rows[:cut]), fold(t, rows[cut:])
	m, err := newMerger().Merge(nil, slices.Clone(left))
	if err != nil {
		t.Fatal(err)
	}
	add := m.MergeNewer
	if rapid.Bool().Draw(t, "older") {
		add = m.MergeOlder
	}
	lent := slices.Clone(right)
	if err := add(lent); err != nil {
		t.Fatal(err)
	}
	clear(lent)
	out, _, err := m.Finish(true)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
