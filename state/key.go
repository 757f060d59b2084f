package state

import (
	"strings"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
)

// keyBytesMax bounds a key.
const keyBytesMax = 512

// CheckKey returns an InvalidArgument error unless key can name a record: valid text of 1 to 512 bytes without a zero
// byte. Drivers call it in every method that takes a key.
func CheckKey(key string) error {
	if key == "" || len(key) > keyBytesMax || !utf8.ValidString(key) || strings.ContainsRune(key, 0) {
		return errs.New(errs.InvalidArgument, "state key %.40q: a key is a text of 1 to %d bytes", key, keyBytesMax)
	}
	return nil
}

// Conflict returns the Aborted error of a write or delete that expected another version.
func Conflict(key string, expected, found int64) error {
	return errs.New(errs.Aborted, "state record %q has version %d, the writer expected %d", key, found, expected).WithID("T0409").
		WithHint("another process changed it; try again")
}
