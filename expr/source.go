package expr

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A source is the text of an expression, by which errors find their line and column.
type source struct {
	text  string
	lines []string
}

func newSource(text string) *source { return &source{text: text, lines: strings.Split(text, "\n")} }

// offset returns the place of a line, counted from 1, and a column, counted from 0, in code points.
func (s *source) offset(line, column int) int {
	at := 0
	for i := 0; i < line-1 && i < len(s.lines); i++ {
		at += len([]rune(s.lines[i])) + 1
	}
	return at + max(0, column)
}

// fault returns an error at a place: line and column count from 1 within the expression.
func (s *source) fault(at, width int, id, format string, args ...any) *errs.Error {
	e := errs.New(errs.InvalidArgument, format, args...).WithID(id)
	line := 0
	for line < len(s.lines)-1 && at > len([]rune(s.lines[line])) {
		at -= len([]rune(s.lines[line])) + 1
		line++
	}
	at = min(at, len([]rune(s.lines[line])))
	e.Pos = errs.Position{Line: line + 1, Column: at + 1}
	e.Excerpt, e.Width = strings.TrimSuffix(s.lines[line], "\r"), width
	return e
}
