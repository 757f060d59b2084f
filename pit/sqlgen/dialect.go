package sqlgen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A Dialect is what one SQL engine answers to the questions on which engines differ. All the rest of a statement is
// common to them: CTEs, RANK, CASE, CAST, COUNT, UNION ALL, DESC NULLS LAST.
type Dialect struct {
	Name string
	// Session are the statements that come first: they fix the time zone to UTC and, where that exists, begin a
	// transaction that sees one snapshot.
	Session []string
	// Temporary is the beginning and the end of the creation of a temporary table, around its quoted name and its
	// columns.
	Temporary [2]string
	// Types names the types of spine columns, and Float64. A kind without a name cannot be a key there.
	Types map[value.Kind]string
	// Quotes are the quotation mark of identifiers and what stands for that mark within them; empty: nothing does.
	Mark, Doubled string
	// IdentifierBytesMax is the greatest length of an identifier, beyond which engines cut names or refuse.
	IdentifierBytesMax int
	// Age returns the length of time from earlier to later, and Length a literal that compares with it.
	Age    func(later, earlier string) string
	Length func(eventtime.Duration) string
	// WholeSecond returns a condition: the moment x has no fraction of a second.
	WholeSecond func(x string) string
	// Equal returns a condition: two values of a kind are the same, strings bytewise.
	Equal func(k value.Kind, a, b string) string
	// Rank returns expressions that order by x when each is sorted descending with nulls last, in turn, exactly as
	// value.Compare does: strings bytewise, NaN greatest, −0 less than 0. Nil: values of this kind have no such order.
	Rank func(k value.Kind, x string) []string
	// Micros returns the microseconds from the epoch to the moment x, an integer.
	Micros func(x string) string
	// Wide names a type of whole numbers of up to 126 bits, and Quotient divides two of them, the first a multiple of the second.
	Wide     string
	Quotient func(x, y string) string
	// NaN returns a condition: the float x is none, null if x is null; and Finite: it is neither NaN nor infinite.
	NaN, Finite func(x string) string
	// Text returns a literal of a text without zero bytes.
	Text func(string) string
	// Gather returns, of the values of x that are not null in the rows of a group for which a condition holds, the first n in an
	// order, as an array; null or empty of none. n 0 is the first one itself, null of none.
	Gather func(x, condition string, order []string, n int) string
	// Pairs returns the values of x in the rows of a group, nulls and all, as an array in the order of key. Nil: arrays hold no
	// nulls there.
	Pairs func(x, key string) string
}

// Quote returns a name as an identifier. Errors: InvalidArgument for a name that the engine cannot have: empty, too
// long, with control characters, not UTF-8, or with a mark that nothing can stand for.
func (d *Dialect) Quote(name string) (string, error) {
	switch {
	case name == "", !utf8.ValidString(name), strings.IndexFunc(name, unicode.IsControl) >= 0,
		d.Doubled == "" && strings.ContainsAny(name, d.Mark+`\`):
		return "", errs.New(errs.InvalidArgument, "%.80q can be no name in %s", name, d.Name).WithID("T0550").
			WithHint("give the column or table a plain name, or a name by field_mapping and a query")
	case len(name) > d.IdentifierBytesMax:
		return "", errs.New(errs.InvalidArgument, "the name %.80q has %d bytes, names in %s have at most %d", name, len(name), d.Name, d.IdentifierBytesMax).
			WithID("T0550").WithHint("give the column or table a shorter name")
	}
	if d.Doubled != "" {
		name = strings.ReplaceAll(name, d.Mark, d.Doubled)
	}
	return d.Mark + name + d.Mark, nil
}

// QuoteTable returns the name of a table from its parts.
func (d *Dialect) QuoteTable(parts []string) (string, error) {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		q, err := d.Quote(p)
		if err != nil {
			return "", err
		}
		quoted[i] = q
	}
	return strings.Join(quoted, "."), nil
}

// moment returns x as an instant: a date is its midnight, a time without a zone is UTC.
func (d *Dialect) moment(x string) string {
	return "CAST(" + x + " AS " + d.Types[value.UnixTimestamp] + ")"
}

// instant returns an instant as a literal.
func (d *Dialect) instant(i eventtime.Instant) string { return d.moment("'" + i.String() + "'") }
