package value

import "encoding/binary"

// A partReader consumes the tail bytes of a nested value. text has the same bytes as rest, to be shared by the values.
type partReader struct {
	rest []byte
	text string
}

func (p *partReader) skip(n int) { p.rest, p.text = p.rest[n:], p.text[n:] }

// count consumes a minimal uvarint that is at most limit.
func (p *partReader) count(limit int) (int, bool) {
	n, size := binary.Uvarint(p.rest)
	if size <= 0 || size > 1 && p.rest[size-1] == 0 || n > uint64(limit) {
		return 0, false
	}
	p.skip(size)
	return int(n), true
}

// nested consumes a nested value, or says why it cannot.
func (p *partReader) nested(t *Type) (Value, string) {
	switch t.Kind {
	case Vector:
		if len(p.rest) < 4*t.Length {
			return Value{}, "a vector is cut off"
		}
		parts := make([]Value, t.Length)
		for i := range parts {
			parts[i] = Value{kind: Float32, bits: uint64(binary.LittleEndian.Uint32(p.rest[4*i:]))}
		}
		p.skip(4 * t.Length)
		return OfList(Vector, parts), ""
	case Struct:
		parts := make([]Value, len(t.Fields))
		why := p.parts(parts, 1, func(i int) *Type { return &t.Fields[i].Type })
		return OfList(Struct, parts), why
	case Map:
		return p.mapping(t)
	}
	n, ok := p.count(ElementsMax)
	if !ok || bitmapSize(n) > len(p.rest) {
		return Value{}, "an impossible number of elements"
	}
	parts := make([]Value, n)
	if why := p.parts(parts, 1, func(int) *Type { return t.Elem }); why != "" {
		return Value{}, why
	}
	if t.Kind == Set {
		for i := 1; i < n; i++ {
			if Compare(parts[i-1], parts[i]) >= 0 {
				return Value{}, "a set that is not sorted"
			}
		}
	}
	return OfList(t.Kind, parts), ""
}

// mapping consumes a Map.
func (p *partReader) mapping(t *Type) (Value, string) {
	n, ok := p.count(ElementsMax)
	if !ok || n > len(p.rest) {
		return Value{}, "an impossible number of entries"
	}
	parts := make([]Value, 2*n)
	for i := 0; i < len(parts); i += 2 {
		if parts[i].text, ok = p.string(); !ok {
			return Value{}, "a map key is cut off"
		}
		parts[i].kind = String
		if i > 0 && parts[i-2].text >= parts[i].text {
			return Value{}, "map keys are not in order"
		}
	}
	if n == 0 {
		return OfList(Map, parts), ""
	}
	why := p.parts(parts[1:], 2, func(int) *Type { return t.Elem })
	return OfList(Map, parts), why
}

// string consumes a length and as many bytes.
func (p *partReader) string() (string, bool) {
	n, ok := p.count(RowSizeMax)
	if !ok || n > len(p.rest) {
		return "", false
	}
	s := p.text[:n]
	p.skip(n)
	return s, true
}

// parts consumes a null bitmap and the parts that are not null into every step-th item of dst.
func (p *partReader) parts(dst []Value, step int, typeOf func(i int) *Type) string {
	n := (len(dst) + step - 1) / step
	size := bitmapSize(n)
	if size > len(p.rest) {
		return "a null bitmap is cut off"
	}
	bitmap := p.rest[:size]
	if !idleBitsClear(bitmap, n) {
		return "idle bits are set"
	}
	p.skip(size)
	for i := range n {
		if isSet(bitmap, i) {
			continue
		}
		var why string
		if dst[i*step], why = p.part(typeOf(i)); why != "" {
			return why
		}
	}
	return ""
}

// part consumes one part that is not null.
func (p *partReader) part(t *Type) (Value, string) {
	if t.Nested() {
		return p.nested(t)
	}
	width := slotWidth(t.Kind)
	if width == 0 {
		s, ok := p.string()
		if !ok {
			return Value{}, "a text is cut off"
		}
		return Value{kind: t.Kind, text: s}, ""
	}
	if width > len(p.rest) {
		return Value{}, "a value is cut off"
	}
	var v Value
	why := readSlot(&v, t.Kind, p.rest[:width])
	p.skip(width)
	return v, why
}
