//go:build !unix

package fileoffline

import (
	"context"
	"runtime"

	"github.com/truepoint/truepoint/errs"
)

// lock refuses: without advisory locks, appends of two processes could take one sequence.
func lock(context.Context, string) (unlock func(), err error) {
	return nil, errs.New(errs.Unimplemented, "files cannot be appended to on %s", runtime.GOOS).
		WithHint("run truepoint on Linux or macOS")
}
