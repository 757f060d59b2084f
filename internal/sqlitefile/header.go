package sqlitefile

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/truepoint/truepoint/errs"
)

const (
	sqliteMagic = "SQLite format 3\x00"
	headerSize  = 100
	idAt        = 68
)

// Ours reports whether path may be opened: it is a file that this package wrote, or there is no file yet. An empty
// file, a directory and any other file, Feast's registry and Feast's SQLite files included, are not ours; the caller
// then uses Beside(path). Errors: those of reading the file.
func Ours(path string) (bool, error) { return definitions.Ours(path) }

// Ours is the function of that name for files of this kind.
func (k *Kind) Ours(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	var header [headerSize]byte
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return false, err
	}
	if _, err := io.ReadFull(f, header[:]); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		return false, err
	}
	return string(header[:len(sqliteMagic)]) == sqliteMagic &&
		binary.BigEndian.Uint32(header[idAt:]) == k.ApplicationID, nil
}

// Beside returns the path that is used where path holds a file that is not ours.
func Beside(path string) string { return path + ".truepoint" }

func checkOurs(path string, kind *Kind) error {
	ours, err := kind.Ours(path)
	if err != nil {
		return errs.Wrap(err, Code(err), "open %s", path).WithHint("check the path and its permissions")
	}
	if !ours {
		return errs.New(errs.FailedPrecondition, "%s is not a file of ours and stays as it is", path).WithID("T0401").
			WithHint("use another path, such as %s", Beside(path))
	}
	return nil
}
