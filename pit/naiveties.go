package pit

import (
	"cmp"
	"context"
	"slices"
)

// A Tie is one ambiguous cell of a table (semantics 4.4): nothing says which of two rows of one key is newer, and the
// feature would differ.
type Tie struct {
	Row     int64 // position of the row that answers where the last row is taken
	Other   int64 // position of the first row tied with it that differs
	Feature int   // number of the feature in the layout
}

// NaiveTies returns the ambiguous cells of the whole table of v, whatever asOf is asked for: one for each group of tied
// rows and feature in which they differ, in order of Row, then Feature. A join or a selection meets those of the rows
// that answer it, and no others. Spine, TTL and TiesError of v do not matter. Everything is held in memory. Errors: those
// of reading the table.
func NaiveTies(ctx context.Context, v *ViewScan) ([]Tie, error) {
	if err := v.Layout.check(v.Name, v.Availability); err != nil {
		return nil, err
	}
	h, err := readHistory(ctx, v)
	if err != nil {
		return nil, err
	}
	var out []Tie
	for _, rows := range h.rows {
		slices.SortStableFunc(rows, func(a, b pastRow) int { return a.Order(&b.Candidate) })
		for len(rows) > 0 {
			n := 1
			for n < len(rows) && rows[n].Order(&rows[0].Candidate) == 0 {
				n++
			}
			best, tied := newest(rows[:n], func(*pastRow) bool { return true })
			for f, other := range h.ambiguous(best, tied) {
				if other >= 0 {
					out = append(out, Tie{best.Position, other, f})
				}
			}
			rows = rows[n:]
		}
	}
	slices.SortFunc(out, func(a, b Tie) int { return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Feature, b.Feature)) })
	return out, nil
}
