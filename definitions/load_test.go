package definitions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
)

// repository writes files, given by path below the repository, and returns its directory.
func repository(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load loads files and returns errors with places below the repository. Files that are refused stay as they are.
func load(t testing.TB, files map[string]string) (*feature.Set, []definitions.Warning, error) {
	t.Helper()
	dir := repository(t, files)
	unchanged := datatest.Dir(t, dir)
	set, warnings, err := definitions.Load(t.Context(), dir, &definitions.Options{Project: "p"})
	if err != nil {
		unchanged()
	}
	for _, e := range errs.All(err) {
		e.Pos.File = strings.TrimPrefix(e.Pos.File, dir+string(filepath.Separator))
		for _, text := range []*string{&e.Message, &e.Hint} {
			*text = strings.ReplaceAll(*text, dir+string(filepath.Separator), "")
		}
	}
	return set, warnings, err
}

// A fault is what a test expects: "file:line:column", id, and a part of message or hint.
type fault struct{ place, id, part string }

// wantFaults fails unless err consists of exactly these faults, in any order.
func wantFaults(t testing.TB, err error, want ...fault) {
	t.Helper()
	all := errs.All(err)
	for _, w := range want {
		found := false
		for _, e := range all {
			found = found || e.Pos.String() == w.place && e.ID == w.id && strings.Contains(e.Message+" | "+e.Hint, w.part)
		}
		if !found {
			t.Errorf("no fault %s [%s] with %q", w.place, w.id, w.part)
		}
	}
	if len(all) != len(want) || t.Failed() {
		var b strings.Builder
		for _, e := range all {
			fmt.Fprintf(&b, "{%q, %q, %q}, // %s\n\t%q %d\n", e.Pos, e.ID, e.Message, e.Hint, e.Excerpt, e.Width)
		}
		t.Errorf("got %d faults, want %d:\n%s", len(all), len(want), b.String())
	}
}
