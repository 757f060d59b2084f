package postgresstate_test

import (
	"testing"

	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/postgresstate"
	"github.com/truepoint/truepoint/state/statetest"
)

func open(t *testing.T, address string) *postgresstate.State {
	t.Helper()
	s, err := postgresstate.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	postgrestest.Address(t)
	statetest.Run(t, func(t *testing.T) state.Driver { return open(t, postgrestest.New(t).Address) })
}

func TestDurable(t *testing.T) {
	address := postgrestest.New(t).Address
	statetest.RunDurable(t, func(t *testing.T) state.Driver { return open(t, address) })
}
