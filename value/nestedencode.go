package value

import "encoding/binary"

// appendNested appends the tail bytes of a nested value (row.go), or says why it cannot.
func appendNested(dst []byte, t *Type, v Value) ([]byte, string) {
	parts := v.List()
	switch {
	case v.kind != t.Kind:
		return dst, "holds a " + v.kind.String() + " where a " + t.Kind.String() + " belongs"
	case len(parts) > 2*ElementsMax || len(parts) > ElementsMax && t.Kind != Map:
		return dst, "has more elements than a row can hold"
	}
	switch t.Kind {
	case Vector:
		if len(parts) != t.Length {
			return dst, "has another length"
		}
		return appendVector(dst, parts)
	case Struct:
		if len(parts) != len(t.Fields) {
			return dst, "has another number of fields"
		}
		return appendParts(dst, parts, 1, func(i int) *Type { return &t.Fields[i].Type })
	case Map:
		return appendMap(dst, t, parts)
	case Set:
		for i := 1; i < len(parts); i++ {
			if Compare(parts[i-1], parts[i]) >= 0 {
				return dst, "is a Set that is not sorted and free of duplicates"
			}
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(parts)))
	return appendParts(dst, parts, 1, func(int) *Type { return t.Elem })
}

func appendVector(dst []byte, parts []Value) ([]byte, string) {
	for _, p := range parts {
		if p.kind != Float32 {
			return dst, "has an element that is not a Float32"
		}
		dst = binary.LittleEndian.AppendUint32(dst, uint32(p.bits))
	}
	return dst, ""
}

// appendMap appends the entries of keys and values in turn.
func appendMap(dst []byte, t *Type, parts []Value) ([]byte, string) {
	if len(parts)%2 != 0 {
		return dst, "has a key without a value"
	}
	dst = binary.AppendUvarint(dst, uint64(len(parts)/2))
	for i := 0; i < len(parts); i += 2 {
		if parts[i].kind != String || i > 0 && parts[i-2].text >= parts[i].text {
			return dst, "has keys that are not Strings in ascending order"
		}
		dst = appendText(dst, parts[i].text)
	}
	if len(parts) == 0 {
		return dst, ""
	}
	return appendParts(dst, parts[1:], 2, func(int) *Type { return t.Elem })
}

// appendParts appends the null bitmap of every step-th part, then those that are not null.
func appendParts(dst []byte, parts []Value, step int, typeOf func(i int) *Type) ([]byte, string) {
	at := len(dst)
	for range bitmapSize((len(parts) + step - 1) / step) {
		dst = append(dst, 0)
	}
	for i, n := 0, 0; i < len(parts); i, n = i+step, n+1 {
		if parts[i].IsNull() {
			dst[at+n>>3] |= 1 << (n & 7)
			continue
		}
		var why string
		if dst, why = appendPart(dst, typeOf(n), parts[i]); why != "" {
			return dst, why
		}
	}
	return dst, ""
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// appendPart appends one part that is not null.
func appendPart(dst []byte, t *Type, v Value) ([]byte, string) {
	if v.kind != t.Kind {
		return dst, "holds a " + v.kind.String() + " where a " + t.Kind.String() + " belongs"
	}
	if t.Nested() {
		return appendNested(dst, t, v)
	}
	width := slotWidth(t.Kind)
	if width == 0 {
		return appendText(dst, v.text), ""
	}
	var buffer [16]byte
	slot, why := buffer[:width], ""
	switch t.Kind {
	case Float32:
		binary.LittleEndian.PutUint32(slot, uint32(v.bits))
	case Float64:
		binary.LittleEndian.PutUint64(slot, v.bits)
	case Uuid:
		why = putUuid(slot, v.text)
	default:
		why = putInt(slot, t.Kind, int64(v.bits))
	}
	return append(dst, slot...), why
}
