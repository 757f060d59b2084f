package sqlgen

import (
	"strconv"
	"strings"
)

// A writer builds the text of one statement, line by line.
type writer struct {
	d    *Dialect
	text strings.Builder
	err  error // of the first name that cannot be quoted
}

// line adds a line, indented by levels of two spaces.
func (w *writer) line(level int, parts ...string) {
	w.text.WriteString(strings.Repeat("  ", level))
	for _, p := range parts {
		w.text.WriteString(p)
	}
	w.text.WriteByte('\n')
}

// list adds lines with commas between them.
func (w *writer) list(level int, items []string) {
	for i, item := range items {
		if i < len(items)-1 {
			item += ","
		}
		w.line(level, item)
	}
}

// conditions adds lines joined by AND, the first after a word such as WHERE.
func (w *writer) conditions(level int, word string, all []string) {
	for i, c := range all {
		if i > 0 {
			word = "  AND"
		}
		w.line(level, word, " ", c)
	}
}

// comment adds a line of comment. Whatever stands in names, it stays one line.
func (w *writer) comment(parts ...string) { w.line(0, "-- ", strings.Join(parts, "")) }

// said returns a name for a comment.
func said(name string) string { return strconv.QuoteToASCII(name) }

// quote returns an identifier and keeps the error of a name that can be none.
func (w *writer) quote(name string) string {
	q, err := w.d.Quote(name)
	if err != nil && w.err == nil {
		w.err = err
	}
	return q
}

// from adds the FROM clause of a history.
func (w *writer) from(level int, f *From) {
	if f.Query != "" {
		w.line(level, "FROM (")
		w.line(0, f.Query) // as it is written: a string may hold line breaks; a comment at its end ends with the line
		w.line(level, ") AS q")
		return
	}
	name, err := w.d.QuoteTable(f.Table)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.line(level, "FROM ", name)
}

func (w *writer) done() (string, error) {
	if w.err != nil {
		return "", w.err
	}
	return w.text.String(), nil
}
