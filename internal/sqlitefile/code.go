package sqlitefile

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/truepoint/truepoint/errs"
)

// Code classifies an error of SQLite or of the file system; an errs.Error keeps its code.
func Code(err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown {
		return c
	}
	var se *sqlite.Error
	switch {
	case errors.As(err, &se):
		return codeOf(se.Code() & 0xff)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return errs.PermissionDenied
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.ResourceExhausted
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return errs.Unavailable
	case errors.Is(err, fs.ErrNotExist):
		return errs.NotFound
	case errors.Is(err, context.Canceled):
		return errs.Canceled
	}
	return errs.Unknown
}

func codeOf(primary int) errs.Code {
	switch primary {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_PROTOCOL:
		return errs.Unavailable
	case lib.SQLITE_FULL, lib.SQLITE_NOMEM, lib.SQLITE_TOOBIG:
		return errs.ResourceExhausted
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return errs.DataLoss
	case lib.SQLITE_PERM, lib.SQLITE_AUTH, lib.SQLITE_READONLY:
		return errs.PermissionDenied
	case lib.SQLITE_INTERRUPT:
		return errs.Canceled
	case lib.SQLITE_CONSTRAINT:
		return errs.Internal
	}
	return errs.Unknown
}

// failed gives an error of SQLite its code, the path of the file and a hint; other errors say all already.
func (db *DB) failed(doing string, err error) error {
	var se *sqlite.Error
	code := Code(err)
	if !errors.As(err, &se) || errs.CodeOf(err) != errs.Unknown || code == errs.Unknown {
		return err
	}
	w := errs.Wrap(err, code, "%s %s", doing, db.path)
	switch code {
	case errs.ResourceExhausted:
		return w.WithHint("make room on its disk, then repeat the command")
	case errs.PermissionDenied:
		return w.WithHint("make the file and its directory writable for this user")
	case errs.DataLoss:
		return w.WithHint("the file is damaged and was left as it is; put a copy from before in its place")
	case errs.Unavailable:
		return w.WithHint("look at its disk: whether it has room, and is healthy")
	}
	return w
}

func busy(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && se.Code()&0xff == lib.SQLITE_BUSY
}
