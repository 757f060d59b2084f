package value

import (
	"encoding/binary"

	"github.com/truepoint/truepoint/errs"
)

// AppendPart appends v, which must not be null, as a packed row writes an element of type t (row.go): a fixed-width kind
// as its slot, a text as its length and bytes, a nested value as in the tail. Nothing says where it ends or of which
// type it is: ReadPart needs t. Errors, with dst returned as it was: InvalidArgument for a value of another type or
// outside its type's range.
func AppendPart(dst []byte, t *Type, v Value) ([]byte, error) {
	out, why := appendPart(dst, t, v)
	if why != "" {
		return dst, errs.New(errs.InvalidArgument, "a value of type %s %s", t, why).WithID("T0114")
	}
	return out, nil
}

// ReadPart returns the value of type t that b begins with, and the bytes behind it. The value shares no memory with b.
// Errors: DataLoss for bytes that AppendPart does not write.
func ReadPart(b []byte, t *Type) (v Value, rest []byte, err error) {
	p := partReader{rest: b, text: string(b[:partSize(b, t)])}
	v, why := p.part(t)
	if why != "" {
		return Value{}, nil, errs.New(errs.DataLoss, "corrupt value of type %s: %s", t, why).WithID("T0114")
	}
	return v, p.rest, nil
}

// partSize returns how many bytes of b the value of type t takes, or all of them where only reading can tell, which is
// for nested types and for bytes that are cut off.
func partSize(b []byte, t *Type) int {
	size, width := 0, uint64(slotWidth(t.Kind))
	switch {
	case t.Nested():
		return len(b)
	case width == 0:
		width, size = binary.Uvarint(b)
	}
	if size < 0 || width > uint64(len(b)-size) {
		return len(b)
	}
	return size + int(width)
}
