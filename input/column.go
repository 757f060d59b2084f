package input

import (
	"encoding/json"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A Column is a named list of values in a foreign form. It is immutable.
type Column struct {
	Name string
	rows int
	read func(i int, t value.Type) (value.Value, error)

	tokens []string   // of FromTokens, which has no read
	typ    value.Type // of FromColumn; zero otherwise
}

// FromTexts returns a column of texts as they stand on a command line or in a CSV cell.
func FromTexts(name string, texts []string) Column {
	return Column{Name: name, rows: len(texts), read: func(i int, t value.Type) (value.Value, error) {
		return jsonvalue.ParseText(texts[i], t)
	}}
}

// FromJSON returns a column of JSON tokens, one value each.
func FromJSON(name string, tokens []json.RawMessage) Column {
	return Column{Name: name, rows: len(tokens), read: func(i int, t value.Type) (value.Value, error) {
		return jsonvalue.Parse(tokens[i], t)
	}}
}

// FromTokens returns a column of the JSON texts of values, one each. It keeps tokens, and costs no memory of its own.
func FromTokens(name string, tokens []string) Column {
	return Column{Name: name, rows: len(tokens), tokens: tokens}
}

// FromRows returns a column of values in a form of their own, of which read gives row i as type t.
func FromRows(name string, rows int, read func(i int, t value.Type) (value.Value, error)) Column {
	return Column{Name: name, rows: rows, read: read}
}

// FromColumn returns a typed column; reading it as another type follows value.Convert, so that loss is an error.
func FromColumn(name string, c *value.Column) Column {
	return Column{Name: name, rows: c.Len(), typ: c.Type, read: func(i int, t value.Type) (value.Value, error) {
		return value.Convert(c.At(i), t)
	}}
}

// FromBatch returns the columns of b.
func FromBatch(b *value.Batch) []Column {
	out := make([]Column, len(b.Names))
	for i, n := range b.Names {
		out[i] = FromColumn(n, b.Columns[i])
	}
	return out
}

// Len returns the number of rows.
func (c Column) Len() int { return c.rows }

// Value returns row i as type t; null stays null. Errors: InvalidArgument or OutOfRange when the value is not of that
// type or would lose information.
func (c Column) Value(i int, t value.Type) (value.Value, error) {
	if c.read == nil {
		return jsonvalue.ParseToken(c.tokens[i], t)
	}
	return c.read(i, t)
}

// Type returns the type of a typed column, and the undeclared type for texts and JSON.
func (c Column) Type() value.Type { return c.typ }

// Find returns the column called name.
func Find(columns []Column, name string) (Column, bool) {
	for i := range columns {
		if columns[i].Name == name {
			return columns[i], true
		}
	}
	return Column{}, false
}

// fewColumns is how many columns are compared with each other.
const fewColumns = 32

// Rows returns the common length of the columns, 0 without columns. Errors: InvalidArgument that names two columns of
// different lengths, or one that stands twice.
func Rows(columns []Column) (int, error) {
	var seen map[string]bool // of few columns, looking at each is quicker
	if len(columns) > fewColumns {
		seen = make(map[string]bool, len(columns))
	}
	for i := range columns {
		c := &columns[i]
		twice := seen[c.Name]
		if seen == nil {
			_, twice = Find(columns[:i], c.Name)
		} else {
			seen[c.Name] = true
		}
		if twice {
			return 0, errs.New(errs.InvalidArgument, "column %q is given twice", c.Name).WithID("T0371")
		}
		if c.rows != columns[0].rows {
			return 0, errs.New(errs.InvalidArgument, "column %q has %d rows, column %q has %d",
				columns[0].Name, columns[0].rows, c.Name, c.rows).WithID("T0372").WithHint("give every column the same number of values")
		}
	}
	if len(columns) == 0 {
		return 0, nil
	}
	return columns[0].rows, nil
}
