package errs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	exits := map[errs.Code]int{
		errs.OK: 0, errs.Unknown: 1, errs.Internal: 1, errs.DataLoss: 1, errs.Usage: 2, errs.CheckFailed: 3, errs.Partial: 4,
		errs.InvalidArgument: 10, errs.OutOfRange: 10, errs.NotFound: 11, errs.AlreadyExists: 12, errs.Aborted: 12,
		errs.FailedPrecondition: 13, errs.Unauthenticated: 14, errs.PermissionDenied: 14, errs.Unavailable: 15,
		errs.ResourceExhausted: 15, errs.DeadlineExceeded: 15, errs.Unimplemented: 16, errs.Canceled: 130,
	}
	if len(exits) != len(errs.Codes()) {
		t.Fatalf("the table has %d codes, the test knows %d", len(errs.Codes()), len(exits))
	}
	names := map[string]bool{}
	for _, c := range errs.Codes() {
		if c.Exit() != exits[c] {
			t.Errorf("%v: exit %d, want %d", c, c.Exit(), exits[c])
		}
		if c.HTTP() < 200 || c.HTTP() > 599 {
			t.Errorf("%v: HTTP %d is no status", c, c.HTTP())
		}
		if c.GRPC() > 16 {
			t.Errorf("%v: gRPC %d is no code", c, c.GRPC())
		}
		if names[c.String()] {
			t.Errorf("name %q stands twice", c)
		}
		names[c.String()] = true
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	inner := errs.New(errs.NotFound, "no view %q", "v")
	var list errs.List
	list.Add(errs.New(errs.InvalidArgument, "b").At(errs.Position{File: "a.yaml", Line: 9}))
	list.Add(errs.New(errs.FailedPrecondition, "a").At(errs.Position{File: "a.yaml", Line: 2}))
	cases := map[string]struct {
		err  error
		want errs.Code
	}{
		"nil is OK":                        {nil, errs.OK},
		"a wrapped Error keeps its code":   {fmt.Errorf("reading: %w", inner), errs.NotFound},
		"the outermost Error wins":         {errs.Wrap(inner, errs.Aborted, "commit"), errs.Aborted},
		"a list answers for its first":     {list.Err(), errs.FailedPrecondition},
		"a cancelled context is Canceled":  {fmt.Errorf("x: %w", context.Canceled), errs.Canceled},
		"a deadline is DeadlineExceeded":   {context.DeadlineExceeded, errs.DeadlineExceeded},
		"anything else is Unknown":         {errors.New("x"), errs.Unknown},
		"an empty list is no error at all": {new(errs.List).Err(), errs.OK},
	}
	for name, c := range cases {
		if got := errs.CodeOf(c.err); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, want string }{
		{"tll", "ttl"}, {"aply", "apply"}, {"transaction_cnt_7d", "transaction_count_7d"}, {"zzz", ""}, {"", ""},
	}
	for _, c := range cases {
		if got := errs.Nearest(c.name, []string{"ttl", "apply", "transaction_count_7d", "online"}); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}
