package value

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// An entity key is the bytes under which an online store keeps a row. Layout, format 1 (docs/adr/0002-entity-key-bytes.md,
// vectors in spec/key):
//
//	byte 0   format, 1
//	then     for each part, in the order of the names of the join keys: its kind in one byte, and
//	           Bool                  00 or 01
//	           Int32                 4 bytes, big-endian, sign bit flipped
//	           Int64                 8 bytes, big-endian, sign bit flipped
//	           UnixTimestamp         8 bytes, as Int64, in microseconds, a multiple of a second
//	           Uuid                  its 16 bytes
//	           String, Bytes         its bytes with 00 written as 00 FF, then 00 01
//	then     00
//
// So keys are injective, no key is the beginning of another, and bytes compare as the lists of values do.
const (
	KeyFormat = 1
	keyEnd    = 0x00
	// KeySizeMax is the greatest length of a key in bytes.
	KeySizeMax = 1 << 16
)

// Second bytes after a 00 in a text.
const (
	textEnd  = 0x01
	textZero = 0xFF
)

// AppendKey appends the key of parts, which are in the order of the names of the join keys, each of a key kind and
// not null; no parts are the one key of a view without entities. Errors, with dst returned as it was:
// InvalidArgument for a null, a kind that is not for keys, invalid UTF-8, a UnixTimestamp with a fraction of a second,
// or a key longer than KeySizeMax.
func AppendKey(dst []byte, parts []Value) ([]byte, error) {
	start := len(dst)
	out := append(dst, KeyFormat)
	for i, p := range parts {
		var why string
		if out, why = appendKeyPart(out, p.kind, p.bits, p.text); why != "" {
			return dst[:start], keyError(i, why)
		}
	}
	return endKey(out, start)
}

// AppendKeyRow appends the key of row i of cols, which are in the order of the names of the join keys. The bytes and
// the errors are those of AppendKey; it allocates only to grow dst.
func AppendKeyRow(dst []byte, cols []*Column, i int) ([]byte, error) {
	start := len(dst)
	out := append(dst, KeyFormat)
	for j, c := range cols {
		kind, bits, text := c.Type.Kind, uint64(0), ""
		switch {
		case c.Null(i):
			kind = Null
		case c.storage() == storeInts:
			bits = uint64(c.Ints[i])
		case c.storage() == storeTexts:
			text = c.Texts[i]
		}
		var why string
		if out, why = appendKeyPart(out, kind, bits, text); why != "" {
			return dst[:start], keyError(j, why)
		}
	}
	return endKey(out, start)
}

func keyError(part int, why string) error {
	return errs.New(errs.InvalidArgument, "part %d of the entity key %s", part+1, why).WithID("T0112")
}

func endKey(out []byte, start int) ([]byte, error) {
	if len(out)-start >= KeySizeMax {
		return out[:start], errs.New(errs.InvalidArgument, "an entity key of %d bytes is longer than %d", len(out)-start+1, KeySizeMax).WithID("T0112")
	}
	return append(out, keyEnd), nil
}

// appendKeyPart appends kind and payload, or says why it cannot.
func appendKeyPart(dst []byte, kind Kind, bits uint64, text string) ([]byte, string) {
	dst = append(dst, byte(kind))
	switch kind {
	case Null:
		return dst, "is null"
	case Bool:
		if bits > 1 {
			return dst, "is not a Bool"
		}
		return append(dst, byte(bits)), ""
	case Int32:
		if int64(int32(bits)) != int64(bits) {
			return dst, "does not fit into Int32"
		}
		return binary.BigEndian.AppendUint32(dst, uint32(bits)^1<<31), ""
	case Int64:
		return binary.BigEndian.AppendUint64(dst, bits^1<<63), ""
	case UnixTimestamp:
		if why := checkKeyInstant(eventtime.Instant(bits)); why != "" {
			return dst, why
		}
		return binary.BigEndian.AppendUint64(dst, bits^1<<63), ""
	case Uuid:
		if len(text) != 16 {
			return dst, "is not a UUID of 16 bytes"
		}
		return append(dst, text...), ""
	case String:
		if !utf8.ValidString(text) {
			return dst, "is not valid UTF-8"
		}
		return appendKeyText(dst, text), ""
	case Bytes:
		return appendKeyText(dst, text), ""
	}
	return dst, "has the type " + kind.String() + ", which no join key can have"
}

// checkKeyInstant refuses what Feast's wire, which counts whole seconds, could not tell apart.
func checkKeyInstant(i eventtime.Instant) string {
	switch {
	case !i.Valid():
		return "is outside the years 0001 to 9999"
	case i%eventtime.Instant(eventtime.Second) != 0:
		return "is a UnixTimestamp with a fraction of a second, which a key cannot have"
	}
	return ""
}

func appendKeyText(dst []byte, text string) []byte {
	for {
		at := strings.IndexByte(text, 0)
		if at < 0 {
			return append(append(dst, text...), 0, textEnd)
		}
		dst = append(append(dst, text[:at]...), 0, textZero)
		text = text[at+1:]
	}
}

// DecodeKey returns the parts of key. Errors: DataLoss for bytes that AppendKey does not write.
func DecodeKey(key []byte) ([]Value, error) {
	corrupt := func(why string) *errs.Error {
		return errs.New(errs.DataLoss, "corrupt entity key of %d bytes: %s", len(key), why).WithID("T0112")
	}
	if len(key) < 2 || len(key) > KeySizeMax {
		return nil, corrupt("impossible length")
	}
	if key[0] != KeyFormat {
		return nil, corrupt("unknown format").WithHint("the data was written by a newer release")
	}
	var parts []Value
	rest := key[1:]
	for rest[0] != keyEnd {
		part, after, why := readKeyPart(Kind(rest[0]), rest[1:])
		if why != "" {
			return nil, corrupt(why)
		}
		if len(after) == 0 {
			return nil, corrupt("no end")
		}
		parts, rest = append(parts, part), after
	}
	if len(rest) != 1 {
		return nil, corrupt("bytes after its end")
	}
	return parts, nil
}

func readKeyPart(kind Kind, b []byte) (v Value, rest []byte, why string) {
	size := keyPartSize(kind)
	if len(b) < size {
		return v, b, "a part is cut off"
	}
	v.kind = kind
	switch kind {
	case Bool:
		if v.bits = uint64(b[0]); v.bits > 1 {
			return v, b, "a Bool is neither 0 nor 1"
		}
	case Int32:
		v.bits = uint64(int64(int32(binary.BigEndian.Uint32(b) ^ 1<<31)))
	case Int64:
		v.bits = binary.BigEndian.Uint64(b) ^ 1<<63
	case UnixTimestamp:
		v.bits = binary.BigEndian.Uint64(b) ^ 1<<63
		why = checkKeyInstant(v.Instant())
	case Uuid:
		v.text = string(b[:16])
	case String, Bytes:
		if v.text, size, why = readKeyText(b); why == "" && kind == String && !utf8.ValidString(v.text) {
			why = "a String is not valid UTF-8"
		}
	default:
		why = "a part has an impossible kind"
	}
	return v, b[size:], why
}

// keyPartSize returns the length of a payload, at least that of a variable one.
func keyPartSize(kind Kind) int {
	switch kind {
	case Bool:
		return 1
	case Int32:
		return 4
	case Int64, UnixTimestamp:
		return 8
	case Uuid:
		return 16
	}
	return 0
}

// readKeyText returns the text at the start of b and the number of bytes that it took.
func readKeyText(b []byte) (text string, size int, why string) {
	var out []byte
	for i := 0; i+1 < len(b); i++ {
		switch {
		case b[i] != 0:
			out = append(out, b[i])
		case b[i+1] == textEnd:
			return string(out), i + 2, ""
		case b[i+1] == textZero:
			out = append(out, 0)
			i++
		default:
			return "", 0, "a text has a wrong escape"
		}
	}
	return "", 0, "a text is cut off"
}
