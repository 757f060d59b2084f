package errs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A List collects every fault of one piece of input, so that a user sees all of them at once.
// The zero value is ready to use. It is not safe for concurrent use.
type List struct{ faults []*Error }

// Add appends e; nil is ignored.
func (l *List) Add(e *Error) {
	if e != nil {
		l.faults = append(l.faults, e)
	}
}

// AddErr appends err: the faults of a list one by one, an *Error as it is, anything else as InvalidArgument.
func (l *List) AddErr(err error) {
	switch err := err.(type) {
	case nil:
	case *Error:
		l.Add(err)
	case *Faults:
		l.faults = append(l.faults, err.faults...)
	default:
		l.Add(Wrap(err, InvalidArgument, "invalid input"))
	}
}

// Len returns the number of faults so far.
func (l *List) Len() int { return len(l.faults) }

// Err returns nil for an empty list, the fault itself for one, and a *Faults ordered by position otherwise.
func (l *List) Err() error {
	switch len(l.faults) {
	case 0:
		return nil
	case 1:
		return l.faults[0]
	}
	sorted := slices.Clone(l.faults)
	slices.SortStableFunc(sorted, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	return &Faults{faults: sorted}
}

// Faults is the error of a List with two or more faults, ordered by position.
type Faults struct{ faults []*Error }

// Error joins the faults with newlines.
func (f *Faults) Error() string {
	lines := make([]string, len(f.faults))
	for i, e := range f.faults {
		lines[i] = e.Error()
	}
	return fmt.Sprintf("%d faults:\n%s", len(lines), strings.Join(lines, "\n"))
}

// Unwrap returns the faults, so that errors.As finds the first and CodeOf answers with its code.
func (f *Faults) Unwrap() []error {
	out := make([]error, len(f.faults))
	for i, e := range f.faults {
		out[i] = e
	}
	return out
}

// All returns the faults of err in order: those of a *Faults, or the one *Error in its chain, or err wrapped as
// Unknown. It returns nil for nil.
func All(err error) []*Error {
	switch err := err.(type) {
	case nil:
		return nil
	case *Faults:
		return err.faults
	case *Error:
		return []*Error{err}
	}
	return []*Error{{Code: CodeOf(err), Message: err.Error()}}
}
