package pit

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// A NullCheck finds nulls where a spine may have none, also in a spine that comes in pieces, each in a plan of its own. The
// zero value is ready to use.
type NullCheck struct {
	rows  int
	found []*nullRows // the time first, then key columns in the order of the views
}

// nullRows are the null rows of one column.
type nullRows struct {
	column string // empty for the time
	shown  []string
	count  int
}

// rowsShown is the greatest number of row numbers in one message.
const rowsShown = 20

// Add checks the spine of p, whose rows follow those of the plans before. Where p keeps null rows it finds nothing.
func (c *NullCheck) Add(p *Plan) {
	n := len(p.Spine.AsOf)
	if !p.NullInSpine {
		c.column("", n, func(i int) bool { return p.Spine.AsOf[i] == eventtime.None })
		seen := map[string]bool{}
		for _, v := range p.scans() {
			for _, name := range v.Spine {
				if col := p.Spine.Columns.Column(name); !seen[name] && col.HasNulls() {
					c.column(name, n, col.Null)
				}
				seen[name] = true
			}
		}
	}
	c.rows += n
}

func (c *NullCheck) column(name string, n int, null func(int) bool) {
	var found *nullRows
	for _, f := range c.found {
		if f.column == name {
			found = f
		}
	}
	for i := range n {
		if !null(i) {
			continue
		}
		if found == nil {
			found = &nullRows{column: name}
			c.found = append(c.found, found)
		}
		if found.count++; len(found.shown) < rowsShown {
			found.shown = append(found.shown, fmt.Sprint(c.rows+i+1))
		}
	}
}

// Err returns one error for each column with nulls, with row numbers from 1.
func (c *NullCheck) Err() error {
	var faults errs.List
	for _, f := range c.found {
		faults.Add(f.fault())
	}
	return faults.Err()
}

func (f *nullRows) fault() *errs.Error {
	what := "the time of the entity rows"
	if f.column != "" {
		what = fmt.Sprintf("join key %q of the entity rows", f.column)
	}
	text := strings.Join(f.shown, ", ")
	if f.count > len(f.shown) {
		text += fmt.Sprintf(", … (%d rows)", f.count)
	}
	return errs.New(errs.InvalidArgument, "%s is null in row %s, counted from 1", what, text).
		WithID("T0307").WithHint("fill them in, or keep the rows with null features: --on-null null_features")
}
