package errs

import (
	"fmt"
	"strings"
)

// A Position is a place in a user's file. Line and Column count from 1; zero means unknown.
type Position struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String returns file:line:column as far as they are known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// IsZero reports whether p names no file.
func (p Position) IsZero() bool { return p.File == "" }

// An Error is one failure: what kind, what happened to which subject, where, and what to do.
// It is built by New or Wrap and the With methods, which change and return the receiver; once returned to a
// caller it is immutable.
type Error struct {
	Code    Code     // what kind of failure
	ID      string   // stable identifier for documentation and search, such as "T0012"; may be empty
	Message string   // lower case, no period: which object, what was expected
	Hint    string   // what to do, with the command; may be empty
	Pos     Position // place in the user's file; may be zero
	Excerpt string   // the line at Pos, without its newline; may be empty
	Width   int      // number of columns of Excerpt that the failure covers; 0 means one
	Err     error    // cause; may be nil
}

// New returns an Error with a formatted message.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an Error with a formatted message and a cause. The message says what was being done.
func Wrap(err error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// WithID sets the stable identifier.
func (e *Error) WithID(id string) *Error { e.ID = id; return e }

// WithHint sets the hint. An empty format leaves it empty.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// At sets the position.
func (e *Error) At(p Position) *Error { e.Pos = p; return e }

// Error returns "position: message: cause (hint)" in one line.
func (e *Error) Error() string {
	var b strings.Builder
	if !e.Pos.IsZero() {
		b.WriteString(e.Pos.String())
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	if e.Hint != "" {
		b.WriteString(" (")
		b.WriteString(e.Hint)
		b.WriteString(")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
