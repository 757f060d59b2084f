package sqliteregistry_test

import (
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/registrytest"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
)

func open(t *testing.T, path string) *sqliteregistry.Registry {
	t.Helper()
	r, err := sqliteregistry.Open(t.Context(), path)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	return r
}

func TestConformance(t *testing.T) {
	registrytest.Run(t, func(t *testing.T) registry.Driver { return open(t, filepath.Join(t.TempDir(), "a", "registry.db")) })
}

func TestDurable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry ?#%.db")
	registrytest.RunDurable(t, func(t *testing.T) registry.Driver { return open(t, path) })
}
