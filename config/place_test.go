package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/config"
)

func TestPathsStartAtTheRepositoryWhereverTheFileLies(t *testing.T) {
	t.Parallel()
	elsewhere := filepath.Join(t.TempDir(), "prod.yaml")
	if err := os.WriteFile(elsewhere, []byte("project: p\nonline_store: {type: sqlite, path: online.db}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	repository := t.TempDir()
	c, _, err := config.Load(elsewhere, &config.Setting{Dir: repository})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(repository, "online.db"); c.Online.Path != want {
		t.Errorf("the online store lies at %s, want %s", c.Online.Path, want)
	}
	if want := filepath.Join(repository, "data/registry.db"); c.Registry.Path != want || c.Dir != repository || c.File != elsewhere {
		t.Errorf("the registry of %s in %s lies at %s, want %s", c.File, c.Dir, c.Registry.Path, want)
	}
}
