package pit

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A tiedCell is one ambiguous cell: rows of the source are tied for it and differ.
type tiedCell struct {
	row     int    // of the spine, or −1 for a winner of Newest
	column  int    // number of the feature
	feature string // its name
	answers int64  // position of the row that answers
	other   int64  // position of a tied row that differs
}

// cellsShown is the greatest number of cells in one message.
const cellsShown = 5

// tiesError refuses ambiguous cells: first holds the first of them in order, total counts all.
func tiesError(view string, first []tiedCell, total int64) error {
	shown := make([]string, min(len(first), cellsShown))
	for i := range shown {
		c := first[i]
		shown[i] = fmt.Sprintf("%q (source rows %d and %d differ)", c.feature, c.answers+1, c.other+1)
		if c.row >= 0 {
			shown[i] = fmt.Sprintf("%q of entity row %d (source rows %d and %d differ)", c.feature, c.row+1, c.answers+1, c.other+1)
		}
	}
	return errs.New(errs.FailedPrecondition,
		"view %q has %d ambiguous cells: rows of its source have the same key and times, and nothing says which is newer: feature %s",
		view, total, strings.Join(shown, ", ")).
		WithID("T0308").WithHint("declare tie_break columns on the source, or accept the last row: --ties last")
}

// sum returns the total of counts.
func sum(counts []int64) (total int64) {
	for _, n := range counts {
		total += n
	}
	return total
}

// tiesOverflow says that more tied rows were met than may be held.
func tiesOverflow(view string, limit int) error {
	return errs.New(errs.ResourceExhausted, "view %q: more than %d rows of its source are tied on key and times", view, limit).
		WithID("T0309").WithHint("declare tie_break columns on the source, so that one of them is the newest")
}

// A tieCheck compares rows that answer with the rows tied with them.
type tieCheck struct {
	answers, others               []*value.Column // per feature
	answersDeleted, othersDeleted *value.Column   // nil without deletes
}

// differing returns, per feature, the first of others from ≤ i < to that makes the cell of row answer ambiguous, or −1.
// It is so for every feature if some of the tied rows are deletes and others not, for none if all are, otherwise where a
// tied row has another value.
func (c *tieCheck) differing(answer, from, to int) []int {
	out := make([]int, len(c.answers))
	deleted := truth(c.answersDeleted, answer)
	for f := range out {
		out[f] = -1
		for i := from; i < to && out[f] < 0; i++ {
			if truth(c.othersDeleted, i) != deleted || !deleted && !c.answers[f].At(answer).Identical(c.others[f].At(i)) {
				out[f] = i
			}
		}
	}
	return out
}

// truth returns row i of a Bool column; null, and no column at all, are false.
func truth(c *value.Column, i int) bool { return c != nil && c.At(i).Bool() }
