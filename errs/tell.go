package errs

import (
	"errors"
	"strings"
)

// Told is what a stranger may know of an error: its faults, each with its cause in its message.
type Told []*Error

// Tell returns what a stranger may know of err, which is not nil. A fault of the program itself says no more than that.
func Tell(err error) Told {
	var list *Faults
	var one *Error
	switch {
	case errors.As(err, &list):
		err = list
	case errors.As(err, &one):
		err = one
	}
	var out Told
	for _, e := range All(err) {
		told := &Error{Code: e.Code, ID: e.ID, Message: e.Message, Hint: e.Hint}
		switch {
		case e.Code == Internal || e.Code == Unknown:
			told.Message = "internal error"
		case e.Err != nil:
			told.Message += ": " + e.Err.Error()
		}
		out = append(out, told)
	}
	return out
}

// String returns every fault with its hint in one line.
func (t Told) String() string {
	parts := make([]string, len(t))
	for i, e := range t {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}
