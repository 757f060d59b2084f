package objecttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// objectBytesMax bounds the objects of a fixture.
const objectBytesMax = 1 << 20

// Save writes the objects of a place as files below dir, whose names are their keys.
func (p *Place) Save(t *testing.T, dir string) {
	t.Helper()
	s, prefix := p.Store(t, "")
	prefix = strings.TrimSuffix(prefix, "/") + "/"
	all, err := s.List(t.Context(), prefix, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		body, _, err := s.Read(t.Context(), o.Key, objectBytesMax)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(o.Key, prefix)))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Fill writes the files below dir, which Save wrote, as objects of a place.
func (p *Place) Fill(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(dir, path)
		if err == nil {
			p.Write(t, filepath.ToSlash(key), string(body))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
