package sqlgen

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// SpineName is the name of the temporary table of entity rows.
const SpineName = "truepoint_spine"

// SpineTable returns the statement that creates the table of entity rows. Its columns are n, the ordinal from 0, t, the
// moment of the row, and x0, x1, …, the key columns of Plan.Spine in order. Errors: InvalidArgument for a key type that
// the engine has not.
func (p *Plan) SpineTable(d *Dialect) (string, error) {
	w := &writer{d: d}
	w.comment("the entity rows: n their ordinal, t their moment, and the join keys")
	columns := []string{
		"n " + d.Types[value.Int64] + " NOT NULL",
		"t " + d.Types[value.UnixTimestamp],
	}
	for i, f := range p.Spine {
		typ, ok := d.Types[f.Type.Kind]
		if !ok || value.CheckKey(f.Type) != nil {
			return "", errs.New(errs.InvalidArgument, "join key %q has type %s, which is none of a key in %s", f.Name, f.Type, d.Name).WithID("T0551")
		}
		w.comment(alias("x", i), " = ", said(f.Name))
		columns = append(columns, alias("x", i)+" "+typ)
	}
	w.line(0, d.Temporary[0], " ", SpineName, " (")
	w.list(1, columns)
	w.line(0, strings.TrimSpace(") "+d.Temporary[1]))
	return w.done()
}

// SpineColumns returns the names of the columns of the spine table, in order.
func (p *Plan) SpineColumns() []string {
	out := []string{"n", "t"}
	for i := range p.Spine {
		out = append(out, alias("x", i))
	}
	return out
}

// Script returns everything that a plan runs, for people: the session, the spine table, and per view the answer and the
// report, each ended by a semicolon.
func (p *Plan) Script(d *Dialect) (string, error) {
	var b strings.Builder
	add := func(text string) { b.WriteString(strings.TrimRight(text, "\n") + ";\n\n") }
	for _, s := range d.Session {
		add(s)
	}
	table, err := p.SpineTable(d)
	if err != nil {
		return "", err
	}
	add(table)
	each := func(views int, statements ...func(*Dialect, int) (string, error)) error {
		for i := range views {
			for _, render := range statements {
				text, err := render(d, i)
				if err != nil {
					return err
				}
				add(text)
			}
		}
		return nil
	}
	if err := each(len(p.Views), p.Answer, p.Report); err != nil {
		return "", err
	}
	if err := each(len(p.Windows), p.WindowAnswer, p.WindowReport); err != nil {
		return "", err
	}
	return strings.TrimRight(b.String(), "\n") + "\n", nil
}
