package sqlitestate_test

import (
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/sqlitestate"
	"github.com/truepoint/truepoint/state/statetest"
)

func open(t *testing.T, path string) *sqlitestate.State {
	t.Helper()
	s, err := sqlitestate.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	return s
}

func TestConformance(t *testing.T) {
	statetest.Run(t, func(t *testing.T) state.Driver { return open(t, filepath.Join(t.TempDir(), "registry.db")) })
}

func TestDurable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	statetest.RunDurable(t, func(t *testing.T) state.Driver { return open(t, path) })
}
