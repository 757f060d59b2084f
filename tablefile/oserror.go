package tablefile

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/truepoint/truepoint/errs"
)

// osCodes classifies what the operating system says. The first that matches counts.
var osCodes = [...]struct {
	is   error
	code errs.Code
	hint string
}{
	{fs.ErrNotExist, errs.NotFound, "correct the path, or make its directory"},
	{syscall.ENOTDIR, errs.NotFound, "correct the path: a part of it is a file, not a directory"},
	{syscall.ENAMETOOLONG, errs.InvalidArgument, "choose a shorter path"},
	{fs.ErrPermission, errs.PermissionDenied, "grant access to the user that runs truepoint"},
	{syscall.EROFS, errs.FailedPrecondition, "write to a file system that is not read-only"},
	{syscall.ENOSPC, errs.ResourceExhausted, "make room on the disk"},
	{syscall.EDQUOT, errs.ResourceExhausted, "make room on the disk, or raise the quota"},
	{syscall.EMFILE, errs.ResourceExhausted, "raise the limit on open files: ulimit -n 4096"},
	{syscall.ENFILE, errs.ResourceExhausted, "raise the limit on open files of the machine"},
	{syscall.ELOOP, errs.FailedPrecondition, "remove the loop of symbolic links"},
	{syscall.EISDIR, errs.InvalidArgument, "name a file"},
	{syscall.EIO, errs.DataLoss, "check the disk"},
}

// OSCode returns the code for an error of the operating system; Unavailable for one that it does not know. An error
// that has a code keeps it.
func OSCode(err error) errs.Code {
	if c := errs.CodeOf(err); c != errs.Unknown {
		return c
	}
	for _, o := range osCodes {
		if errors.Is(err, o.is) {
			return o.code
		}
	}
	return errs.Unavailable
}

// OSError wraps an error of the operating system: what was being done, its code, and what helps.
func OSError(err error, doing string) *errs.Error {
	e := errs.Wrap(err, OSCode(err), "%s", doing).WithID("T0526")
	for _, o := range osCodes {
		if errors.Is(err, o.is) {
			e.Hint = o.hint
			break
		}
	}
	return e
}
