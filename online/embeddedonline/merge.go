package embeddedonline

import (
	"io"

	"github.com/cockroachdb/pebble/v2"

	"github.com/truepoint/truepoint/value"
)

// mergerName is recorded by Pebble; a store with another merger is refused.
const mergerName = "truepoint.greatest.1"

// A greatest keeps the greatest row of those it is shown, in any order and any grouping: value.CompareRows is a total
// order on rows, so the maximum is associative, commutative and idempotent.
type greatest struct{ row []byte }

func newMerger() *pebble.Merger {
	return &pebble.Merger{
		Name: mergerName,
		Merge: func(_, row []byte) (pebble.ValueMerger, error) {
			return &greatest{row: append(make([]byte, 0, len(row)), row...)}, nil
		},
	}
}

func (g *greatest) MergeNewer(row []byte) error {
	if value.CompareRows(row, g.row) > 0 {
		g.row = append(g.row[:0], row...)
	}
	return nil
}

func (g *greatest) MergeOlder(row []byte) error { return g.MergeNewer(row) }

func (g *greatest) Finish(bool) ([]byte, io.Closer, error) { return g.row, nil, nil }
