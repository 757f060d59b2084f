package embeddedonline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"
)

// pebbleFormat is the format of Pebble's files. It is fixed: a newer library must not change the bytes on its own.
const pebbleFormat = pebble.FormatTableFormatV6

// formatMarker is the name of the marker by which Pebble knows the format of a directory.
const formatMarker = "format-version"

// adoptFormat makes the Pebble directory of a new store in dir and durably marks its format. Left alone, Pebble begins
// with its oldest format and goes through all later ones, with a marker on the disk for each; and it opens its first log
// before it knows the format that tells damage in a log from its end.
func adoptFormat(dir string) error {
	db := filepath.Join(dir, pebbleDir)
	if err := os.Mkdir(db, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	entries, err := os.ReadDir(db)
	if err != nil || len(entries) > 0 {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	m, _, err := atomicfs.LocateMarker(vfs.Default, db, formatMarker)
	if err != nil {
		return err
	}
	return errors.Join(m.Move(pebbleFormat.String()), m.Close())
}
