package pittest

import (
	"cmp"
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A TieCoverage counts the answers whose event time other rows of their key have too, of joins where created time decides
// nothing but that. The zero value is ready to use. It is not safe for concurrent use.
type TieCoverage struct {
	ByCreated, ByRank, ByNothing int // what decided between the rows
	OverNull                     int // of those that created time decided: over a row without one
	AcrossParts                  int // the rows lie in several parts
}

// Add counts a case and its right answer.
func (c *TieCoverage) Add(random *Case, answer *pit.Result) {
	if random.Known != pit.KnownNow || random.Created {
		return
	}
	for i, v := range random.Views {
		if v.Availability.Rule != eventtime.ByCreatedTime {
			c.addView(v, &answer.Views[i])
		}
	}
}

// A placedRow is row i of a part.
type placedRow struct{ part, i int }

func (c *TieCoverage) addView(v *View, r *pit.ViewResult) {
	same := map[string][]placedRow{}
	var all []placedRow
	for p, b := range v.Parts {
		for i := range b.Rows {
			row := placedRow{p, i}
			all = append(all, row)
			same[v.moment(row)] = append(same[v.moment(row)], row)
		}
	}
	for _, position := range r.Row {
		if position < 0 {
			continue
		}
		best := all[position]
		if rows := same[v.moment(best)]; len(rows) > 1 {
			c.addRows(v, best, rows)
		}
	}
}

// addRows counts an answer and the rows of its key and event time.
func (c *TieCoverage) addRows(v *View, best placedRow, rows []placedRow) {
	parts := map[int]bool{}
	created, ranked, null := 0, 0, false
	for _, row := range rows {
		parts[row.part] = true
		if value.Compare(v.cell(row, v.Layout.Created), v.cell(best, v.Layout.Created)) != 0 {
			null = null || v.cell(row, v.Layout.Created).IsNull()
			continue
		}
		created++
		if v.sameRank(row, best) {
			ranked++
		}
	}
	switch {
	case created == 1:
		c.ByCreated++
		if null {
			c.OverNull++
		}
	case ranked == 1:
		c.ByRank++
	default:
		c.ByNothing++
	}
	if len(parts) > 1 {
		c.AcrossParts++
	}
}

// moment names the key and event time of a row.
func (v *View) moment(row placedRow) string {
	name := Text(v.cell(row, v.Layout.Event))
	for _, k := range v.Layout.Keys {
		name += fmt.Sprintf(" %q", Text(v.cell(row, k)))
	}
	return name
}

func (v *View) sameRank(a, b placedRow) bool {
	order := value.Compare(v.cell(a, v.Layout.Sequence), v.cell(b, v.Layout.Sequence))
	for _, name := range v.Layout.TieBreak {
		order = cmp.Or(order, value.Compare(v.cell(a, name), v.cell(b, name)))
	}
	return order == 0
}

// cell returns a cell of the history, null for a column that there is not.
func (v *View) cell(row placedRow, column string) value.Value {
	if column == "" {
		return value.Value{}
	}
	return v.Parts[row.part].Column(column).At(row.i)
}

// Check returns an error unless everything that can decide between rows of one key and event time did so often.
func (c *TieCoverage) Check() error {
	const enough = 20
	for what, n := range map[string]int{
		"created time decided": c.ByCreated, "the rank decided": c.ByRank, "nothing decided": c.ByNothing,
		"created time decided over none": c.OverNull, "rows of several parts were tied": c.AcrossParts,
	} {
		if n < enough {
			return fmt.Errorf("%s %d times, want at least %d", what, n, enough)
		}
	}
	return nil
}
