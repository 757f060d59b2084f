package errs_test

import (
	"errors"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

func TestRowsAreCountedFromOneAndTwentyAreNamed(t *testing.T) {
	t.Parallel()
	var r errs.Rows
	if r.First() != nil {
		t.Error("no rows have an error")
	}
	first := errors.New("first")
	r.Add(1, first)
	r.Add(4, errors.New("second"))
	if got := r.String(); got != "row 2, 5" || r.First() != first {
		t.Errorf("got %q and %v", got, r.First())
	}
	for i := range 25 {
		r.Add(10+i, first)
	}
	if got, want := r.String(), "row 2, 5, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28 and 7 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
