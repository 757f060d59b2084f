package memstate_test

import (
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/memstate"
	"github.com/truepoint/truepoint/state/statetest"
)

func TestConformance(t *testing.T) {
	statetest.Run(t, func(*testing.T) state.Driver { return memstate.New() })
}

func TestClosedStateRefusesCalls(t *testing.T) {
	t.Parallel()
	s := memstate.New()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "k"); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Fatalf("got %v, want FailedPrecondition", err)
	}
}
