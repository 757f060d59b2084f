package pit

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A tiedCell is one ambiguous cell: rows of the source are tied for it and differ.
type tiedCell struct {
	row     int    // of the spine, or −1 for a winner of Newest
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
