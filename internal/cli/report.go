package cli

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/internal/screen"
)

// reportText shows the report: the table, what its short headings mean, and the leaks.
func reportText(t *screen.Terminal, r *truepoint.HistoricalResult) string {
	table := t.Render(reportTable(r))
	heading, _, _ := strings.Cut(table, "\n")
	var legend []string
	for _, l := range reportLegend {
		if strings.Contains(heading, l.heading) { // a narrow terminal leaves columns out
			legend = append(legend, l.text)
		}
	}
	text := table
	if legend != nil {
		text += "\n" + t.Wrapped("", strings.Join(legend, " "))
	}
	return text + "\n" + t.Wrapped("", leakLine(r))
}

// reportTable accounts for every cell and every row of history, one line per use of a view. A count that is 0 for every
// view may be left out.
func reportTable(r *truepoint.HistoricalResult) *screen.Table {
	tb := &screen.Table{Columns: screen.Columns("VIEW", ">READ", ">PRESENT", ">NULL", ">NO ROW", ">EXPIRED", "?>TIED", "?>BAD")}
	for _, v := range r.Views {
		if v.Ambiguous > 0 {
			tb.Columns[6].Optional = false
		}
		bad := v.RejectedKey + v.RejectedEvent + v.RejectedOther
		if bad > 0 {
			tb.Columns[7].Optional = false
		}
		tb.Add(v.Alias, count(v.Rows), count(v.Present), count(v.Null), count(v.NotFound), count(v.Expired), count(v.Ambiguous), count(bad))
	}
	return tb
}

// reportLegend says what the short headings of reportTable mean.
var reportLegend = []struct{ heading, text string }{
	{"TIED", "TIED counts ambiguous cells: rows tied in everything that differ."},
	{"BAD", "BAD counts source rows that were rejected: no key, no event time or no created time where it is needed."},
}

func leakLine(r *truepoint.HistoricalResult) string {
	if r.Leaks == nil {
		return ""
	}
	l := r.Leaks
	share := 0.0
	if l.Cells > 0 {
		share = 100 * float64(l.Changed) / float64(l.Cells)
	}
	text := fmt.Sprintf("leaks: %s of %s cells (%.2f %%), in %s, used what was not yet known at the row's time",
		count(l.Changed), count(l.Cells), share, plural(int(l.Rows), "row", "rows"))
	if l.Changed > 0 {
		text += "; --known-at as_of leaves those out"
	}
	return text
}
