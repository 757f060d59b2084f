package value

import (
	"encoding/hex"

	"github.com/truepoint/truepoint/errs"
)

// ParseUuid returns the Uuid that text names in the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, in either case.
// Errors: InvalidArgument for any other text.
func ParseUuid(text string) (Value, error) {
	var u [16]byte
	ok := len(text) == 36
	for i, at := 0, 0; ok && i < len(u); i, at = i+1, at+2 {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			ok = text[at] == '-'
			at++
		}
		if ok {
			_, err := hex.Decode(u[i:i+1], []byte(text[at:at+2]))
			ok = err == nil
		}
	}
	if !ok {
		return Value{}, errs.New(errs.InvalidArgument, "%q is not a UUID", clip(text)).WithID("T0113").
			WithHint("write 36 characters, such as 6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	}
	return OfUuid(u), nil
}

// AppendUuid appends the lower-case text of a Uuid.
func AppendUuid(dst []byte, v Value) []byte {
	for i := range len(v.text) {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, []byte{v.text[i]})
	}
	return dst
}
