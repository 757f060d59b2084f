package tablefile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
)

// An Atomic is a file in the making: it appears under its name whole or not at all.
type Atomic struct {
	*os.File
	done bool
}

// CreateAtomic creates a hidden temporary file in dir, which must exist. Errors are those of the operating system.
func CreateAtomic(dir string) (*Atomic, error) {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, "."+hex.EncodeToString(random[:])+".tmp")
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return &Atomic{File: f}, nil
}

// Commit makes the file durable and gives it its name in the same directory, replacing a file that is there. After an
// error nothing has changed, except that a failure to make the directory durable leaves the file in place.
func (a *Atomic) Commit(name string) error {
	if a.done {
		return os.ErrClosed
	}
	a.done = true
	err := a.Sync()
	if e := a.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(a.Name(), filepath.Join(filepath.Dir(a.Name()), name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(a.Name()))
	}
	return SyncDir(filepath.Dir(a.Name()))
}

// Abort removes the file unless it was committed. It may be called at any time, also after Commit.
func (a *Atomic) Abort() {
	if !a.done {
		a.done = true
		a.Close()
		os.Remove(a.Name())
	}
}

// SyncDir makes the names in a directory durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
