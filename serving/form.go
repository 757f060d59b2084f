package serving

import (
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A Form says how a Rendering writes values.
type Form uint8

// The forms: FeastForm is JSON by jsonvalue.AppendTyped, OwnForm by jsonvalue.AppendOwnTyped. PackedForm is bytes by
// value.AppendPart, of which messages are made; a null has none, everything else has some.
const (
	FeastForm Form = iota
	OwnForm
	PackedForm
	forms
)

// appendValue appends v, which is null or of type t.
func (f Form) appendValue(dst []byte, v value.Value, t *value.Type) []byte {
	switch {
	case f == OwnForm:
		return jsonvalue.AppendOwnTyped(dst, v, *t)
	case f == FeastForm:
		return jsonvalue.AppendTyped(dst, v, *t)
	case v.IsNull():
		return dst
	}
	dst, err := value.AppendPart(dst, t, v)
	if err != nil { // a row that was read and a default that was parsed are of their types
		panic("serving: " + err.Error())
	}
	return dst
}

// nonFinite returns the word for a value that the form cannot write and has null for, otherwise "".
func (f Form) nonFinite(v value.Value) string {
	if f == PackedForm {
		return ""
	}
	return jsonvalue.NonFinite(v)
}
