package cli

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/internal/screen"
)

// reportText shows what was asked for: the accounts of views and features with what their short headings mean, the ages,
// and the leaks.
func (v *historicalVerb) reportText(t *screen.Terminal, r *truepoint.HistoricalResult) string {
	var b strings.Builder
	if v.Report {
		table := t.Render(viewTable(r))
		heading, _, _ := strings.Cut(table, "\n")
		b.WriteString(table)
		b.WriteString("\n" + t.Render(featureTable(r)))
		if ages := ageTable(r); len(ages.Rows) > 0 {
			b.WriteString("\n" + t.Render(ages))
		}
		var legend []string
		for _, l := range reportLegend {
			if strings.Contains(heading, l.heading) { // a narrow terminal leaves columns out
				legend = append(legend, l.text)
			}
		}
		if legend != nil {
			b.WriteString("\n" + t.Wrapped("", strings.Join(legend, " ")))
		}
		b.WriteByte('\n')
	}
	b.WriteString(t.Wrapped("", leakLine(r)))
	if v.LeakReport && len(r.Leaks.First) > 0 {
		b.WriteString("\n" + t.Render(leakTable(r.Leaks)))
		if rest := r.Leaks.Changed - int64(len(r.Leaks.First)); rest > 0 {
			fmt.Fprintf(&b, "… and %s more\n", plural(int(rest), "cell", "cells"))
		}
	}
	return b.String()
}

// viewTable accounts for every cell and every row of history, one line per use of a view. A count that is 0 for every
// view may be left out.
func viewTable(r *truepoint.HistoricalResult) *screen.Table {
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

// featureTable shows which share of each feature's cells has which status.
func featureTable(r *truepoint.HistoricalResult) *screen.Table {
	tb := &screen.Table{Columns: screen.Columns("FEATURE", ">PRESENT", ">NULL", ">NO ROW", ">EXPIRED", "?>TIED", "?>LEAKED")}
	rows := r.Rows
	for _, v := range r.Views {
		for _, f := range v.Features {
			if f.Leaked > 0 {
				tb.Columns[6].Optional = false
			}
			tb.Add(f.Name, percent(f.Present, rows), percent(f.Null, rows), percent(f.NotFound, rows), percent(f.Expired, rows),
				percent(f.Ambiguous, rows), percent(f.Leaked, rows))
		}
	}
	return tb
}

// ageTable shows how old values were at the times of their rows.
func ageTable(r *truepoint.HistoricalResult) *screen.Table {
	tb := &screen.Table{Columns: screen.Columns("AGE OF", ">P50", ">P90", ">P99", ">MAX")}
	for _, v := range r.Views {
		for _, f := range v.Features {
			if a := f.Age; a != nil {
				tb.AddCells(screen.Cell{Text: f.Name}, lengthCell(a.P50), lengthCell(a.P90), lengthCell(a.P99), lengthCell(a.Max))
			}
		}
	}
	return tb
}

// reportLegend says what the short headings of viewTable mean.
var reportLegend = []struct{ heading, text string }{
	{"TIED", "TIED counts ambiguous cells: rows tied in everything that differ."},
	{"BAD", "BAD counts source rows that were rejected: no key, no event time or no created time where it is needed."},
}

func leakLine(r *truepoint.HistoricalResult) string {
	if r.Leaks == nil {
		return ""
	}
	l := r.Leaks
	text := fmt.Sprintf("leaks: %s of %s cells (%.2f %%), in %s, used what was not yet known at the row's time",
		count(l.Changed), count(l.Cells), 100*share(l.Changed, l.Cells), plural(int(l.Rows), "row", "rows"))
	if l.Changed > 0 {
		text += "; --known-at as_of leaves those out"
	}
	return text
}
