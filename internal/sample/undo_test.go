package sample_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sample"
)

// small are the options of the smallest repository.
func small() *sample.Options {
	return &sample.Options{Template: "minimal", Definitions: "yaml", Until: 1_773_316_800_000_000}
}

// tree returns the paths of all files and directories below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if path != dir {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFilesThatExistStayAndNothingIsAdded(t *testing.T) {
	t.Parallel()
	made := t.TempDir()
	if err := sample.Init(t.Context(), made, small()); err != nil {
		t.Fatal(err)
	}
	for _, path := range tree(t, made) {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		name, err := filepath.Rel(made, path)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		old := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(old, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := tree(t, dir)
		if err := sample.Init(t.Context(), dir, small()); errs.CodeOf(err) != errs.AlreadyExists {
			t.Errorf("%s exists: got %v, want already_exists", name, err)
		}
		if b, err := os.ReadFile(old); err != nil || string(b) != "mine" {
			t.Errorf("%s was replaced: %q, %v", name, b, err)
		}
		if after := tree(t, dir); len(after) != len(before) {
			t.Errorf("%s exists: %v remain, want %v", name, after, before)
		}
	}
}

func TestACancelledInitLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "new", "repo")
	if err := sample.Init(ctx, dir, small()); errs.CodeOf(err) != errs.Canceled {
		t.Errorf("got %v, want canceled", err)
	}
	if left := tree(t, filepath.Dir(filepath.Dir(dir))); len(left) > 0 {
		t.Errorf("%v remain", left)
	}
}
