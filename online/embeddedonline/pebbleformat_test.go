package embeddedonline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNewStoreBeginsWithItsFormat(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "online")
	s := open(t, dir, nil)
	defer s.Close()
	var formats []string
	for _, name := range filesOf(t, filepath.Join(dir, "db")) {
		switch {
		case strings.HasPrefix(name, "marker.format-version."):
			formats = append(formats, name)
		case strings.HasSuffix(name, ".sst"):
			t.Errorf("the new store has a table: %s", name)
		}
	}
	if len(formats) != 1 || formats[0] != "marker.format-version.000001.021" {
		t.Errorf("got formats %q, want the first move of the marker to 021", formats)
	}
}

func TestStoreWhoseMakingWasBrokenOffIsMadeAnew(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]string{"before the format": "nothing", "after the format": "marker.format-version."} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "online")
			if err := open(t, dir, nil).Close(); err != nil {
				t.Fatal(err)
			}
			for _, f := range append(filesOf(t, filepath.Join(dir, "db")), "../SEAL") {
				if strings.HasPrefix(f, keep) {
					continue
				}
				if err := os.Remove(filepath.Join(dir, "db", f)); err != nil {
					t.Fatal(err)
				}
			}
			s := open(t, dir, nil)
			want := cells(1, 3, 1)
			if _, err := s.PutBatch(t.Context(), "p/v/1", want); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir, nil)
			defer s.Close()
			if tables, err := s.Tables(t.Context()); err != nil || len(tables) != 1 {
				t.Errorf("got tables %q, %v", tables, err)
			}
		})
	}
}

func filesOf(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
