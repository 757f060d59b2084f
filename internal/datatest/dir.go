package datatest

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Dir remembers what stands below a directory and returns a check that fails the test if a name, a kind or the
// content of a file has changed since.
func Dir(t testing.TB, dir string) (check func()) {
	t.Helper()
	return unchanged(t, func() (Digest, error) { return OfDir(dir) })
}

// OfDir returns the digest of everything below a directory, by slash-separated relative names. The target is the
// content of a link, which is not followed; pipes and sockets have no content, and neither has a file that this user
// may not read. A directory that does not exist has no parts.
func OfDir(dir string) (Digest, error) {
	d := Digest{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if path == dir {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // temporary files of other processes come and go
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		content, err := contentOf(path, e.Type())
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		d[filepath.ToSlash(rel)] = e.Type().String() + " " + content
		return err
	})
	return d, err
}

func contentOf(path string, kind fs.FileMode) (string, error) {
	switch {
	case kind&fs.ModeSymlink != 0:
		return os.Readlink(path)
	case !kind.IsRegular():
		return "", nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return "unreadable", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return sum(h), err
}
