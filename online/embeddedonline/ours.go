package embeddedonline

import (
	"errors"

	"github.com/truepoint/truepoint/errs"
)

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
