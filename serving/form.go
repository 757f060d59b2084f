package serving

import (
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A Form says how a Rendering writes values as JSON.
type Form uint8

// The forms: FeastForm is jsonvalue.AppendTyped, OwnForm is jsonvalue.AppendOwnTyped.
const (
	FeastForm Form = iota
	OwnForm
	forms
)

// appendValue appends v, which is null or of type t.
func (f Form) appendValue(dst []byte, v value.Value, t value.Type) []byte {
	if f == OwnForm {
		return jsonvalue.AppendOwnTyped(dst, v, t)
	}
	return jsonvalue.AppendTyped(dst, v, t)
}
