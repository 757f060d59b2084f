package errs

import "errors"

// Join returns nil if every error is nil, the error itself if there is one, and otherwise errors.Join of them, which
// answers with the code of the first. Use it where an error of closing must not hide the one that led there.
func Join(all ...error) error {
	var only error
	for _, err := range all {
		switch {
		case err == nil:
		case only != nil:
			return errors.Join(all...)
		default:
			only = err
		}
	}
	return only
}
