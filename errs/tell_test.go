package errs_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

func TestTellKeepsWhatIsInternalToItself(t *testing.T) {
	t.Parallel()
	var list errs.List
	list.Add(errs.New(errs.InvalidArgument, "a"))
	list.Add(errs.New(errs.InvalidArgument, "b").WithHint("do b"))
	for want, err := range map[string]error{
		"no view: gone (look)": fmt.Errorf("while: %w", errs.Wrap(errors.New("gone"), errs.NotFound, "no view").WithHint("look")),
		"internal error":       errs.New(errs.Internal, "secret"),
		"a; b (do b)":          fmt.Errorf("while: %w", list.Err()),
	} {
		if got := errs.Tell(err).String(); got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
	if got := errs.Tell(errors.New("secret")).String(); got != "internal error" {
		t.Errorf("an error without a code: got %q", got)
	}
}
