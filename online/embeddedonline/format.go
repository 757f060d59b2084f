package embeddedonline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/truepoint/truepoint/errs"
)

// Names in the directory of a store.
const (
	formatFile = "FORMAT"
	formatTemp = "FORMAT.new"
	lockFile   = "LOCK"
	runDir     = "run"
	pebbleDir  = "db"
	ingestDir  = "ingest"
)

// formatVersion is the newest layout of the directory that this package reads, and the one it writes. Older ones are
// read for ever.
const formatVersion = 1

// formatMagic begins the FORMAT file; the version follows in decimal.
const formatMagic = "truepoint embedded online store\nformat "

// IDNotOurs is the error id of a path that holds something else; callers may choose another path.
const IDNotOurs = "T0601"

// Ours reports whether dir may be opened: it holds a store, or one can be made there. Where it is not, as with another
// program's directory, callers use another path. It writes nothing. Errors: FailedPrecondition for a newer format.
func Ours(dir string) (bool, error) {
	_, err := inspect(dir)
	var e *errs.Error
	if errors.As(err, &e) && e.ID == IDNotOurs {
		return false, nil
	}
	return err == nil, err
}

// inspect reports whether dir holds a store; false means that one can be made there. It writes nothing. Errors:
// FailedPrecondition for a path that holds something else (IDNotOurs) or a newer format.
func inspect(dir string) (bool, error) {
	for {
		b, missing := os.ReadFile(filepath.Join(dir, formatFile))
		if missing == nil {
			return true, checkFormat(dir, string(b))
		}
		entries, err := os.ReadDir(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return false, nil
		case errors.Is(err, syscall.ENOTDIR):
			return false, notOurs(dir, "is not a directory")
		case err != nil:
			return false, errs.Wrap(err, codeOf(err), "open online store %s", dir)
		}
		if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == formatFile }) {
			if errors.Is(missing, fs.ErrNotExist) {
				continue // another process made it meanwhile
			}
			return false, errs.Wrap(missing, codeOf(missing), "open online store %s", dir)
		}
		if i := slices.IndexFunc(entries, foreign); i >= 0 {
			return false, notOurs(dir, "holds "+strconv.Quote(entries[i].Name())+" and no "+formatFile+" file")
		}
		return false, nil
	}
}

// foreign reports whether a store in the making would not have the entry.
func foreign(e fs.DirEntry) bool {
	n := e.Name()
	return n != lockFile && n != formatTemp && n != runDir
}

func notOurs(dir, why string) error {
	return errs.New(errs.FailedPrecondition, "%s is not an embedded online store: it %s", dir, why).WithID(IDNotOurs).
		WithHint("choose an empty or new directory as path of online_store in feature_store.yaml")
}

func checkFormat(dir, text string) error {
	rest, ours := strings.CutPrefix(text, formatMagic)
	version, err := strconv.Atoi(strings.TrimSuffix(rest, "\n"))
	switch {
	case !ours || err != nil || version < 1:
		return notOurs(dir, "has a "+formatFile+" file that does not say so")
	case version > formatVersion:
		return errs.New(errs.FailedPrecondition, "online store %s has format %d, this version reads up to %d", dir, version, formatVersion).WithID("T0602").
			WithHint("use the version of truepoint that wrote it, or a newer one")
	}
	return nil
}

// create writes the FORMAT file, durably and last. The caller holds the lock.
func create(dir string) error {
	return replaceFile(dir, formatTemp, formatFile, formatMagic+strconv.Itoa(formatVersion)+"\n")
}

// replaceFile writes text to a file of dir durably and at once, by way of the file temp.
func replaceFile(dir, temp, name, text string) error {
	f, err := os.OpenFile(filepath.Join(dir, temp), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, temp), filepath.Join(dir, name)); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
