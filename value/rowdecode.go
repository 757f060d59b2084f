package value

import (
	"encoding/binary"

	"github.com/truepoint/truepoint/errs"
)

// DecodeRow reads the cells of a packed row that was written with s into dst, dst[i] for s.Fields[i]; dst must have as
// many items as s has fields. The cells share no memory with row. It allocates one string for all texts and one list
// per nested value.
//
// Errors: FailedPrecondition for a row of another schema or a tombstone, DataLoss for bytes that AppendRow does not
// write; dst then holds no meaning. A corrupt row never costs more than about 400 times its length in memory.
func DecodeRow(s *Schema, row []byte, dst []Value) error {
	h, err := ReadRow(row)
	if err != nil {
		return err
	}
	switch {
	case h.Tombstone:
		return errs.New(errs.FailedPrecondition, "a tombstone has no cells").WithID("T0114")
	case h.Schema != s.ID:
		return errs.New(errs.FailedPrecondition, "a row of schema %d cannot be read with schema %d", h.Schema, s.ID).WithID("T0114")
	}
	fields := s.Fields
	slot := rowHeaderSize + bitmapSize(len(fields))
	tailAt := slot + rowSlots(fields)
	if tailAt > len(row) {
		return corruptRow(row, "it is shorter than its slots")
	}
	d := rowDecoder{bitmap: row[rowHeaderSize:slot], tail: row[tailAt:]}
	if !idleBitsClear(d.bitmap, len(fields)) {
		return corruptRow(row, "idle bits are set")
	}
	if len(d.tail) > 0 {
		d.text = string(d.tail)
	}
	for i := range fields {
		t := &fields[i].Type
		width, why := slotWidth(t.Kind), ""
		dst[i] = Value{}
		switch {
		case width == 0:
			width = endWidth
			why = d.variable(&dst[i], i, t, row[slot:slot+endWidth])
		case !isSet(d.bitmap, i):
			why = readSlot(&dst[i], t.Kind, row[slot:slot+width])
		case !allZero(row[slot : slot+width]):
			why = "a null with a value"
		}
		if why != "" {
			return corruptRow(row, why+" in field "+fields[i].Name)
		}
		slot += width
	}
	if d.end != len(d.tail) {
		return corruptRow(row, "bytes after the last field")
	}
	return nil
}

// A rowDecoder walks the fields of one row.
type rowDecoder struct {
	bitmap, tail []byte
	text         string // tail
	end          int    // of the variable-width field before, in tail
}

func isSet(bitmap []byte, i int) bool { return bitmap[i>>3]&(1<<(i&7)) != 0 }

func idleBitsClear(bitmap []byte, n int) bool {
	return n&7 == 0 || bitmap[len(bitmap)-1]>>(n&7) == 0
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// variable reads a variable-width field into v, or says why it cannot.
func (d *rowDecoder) variable(v *Value, i int, t *Type, slot []byte) string {
	start, end := d.end, int(binary.LittleEndian.Uint32(slot))
	if end < start || end > len(d.tail) {
		return "an end out of order"
	}
	d.end = end
	switch {
	case isSet(d.bitmap, i):
		if end != start {
			return "a null with a value"
		}
		return ""
	case !t.Nested():
		v.kind, v.text = t.Kind, d.text[start:end]
		return ""
	}
	p := partReader{rest: d.tail[start:end], text: d.text[start:end]}
	why := ""
	if *v, why = p.nested(t); why == "" && len(p.rest) > 0 {
		why = "bytes after the value"
	}
	return why
}

// readSlot reads a fixed-width value into v, which is null before, or says why it cannot.
func readSlot(v *Value, k Kind, slot []byte) string {
	v.kind = k
	switch k {
	case Bool:
		if v.bits = uint64(slot[0]); v.bits > 1 {
			return "a Bool that is neither 0 nor 1"
		}
	case Int32, Date:
		v.bits = uint64(int64(int32(binary.LittleEndian.Uint32(slot))))
	case Float32:
		v.bits = uint64(binary.LittleEndian.Uint32(slot))
	case Uuid:
		v.text = string(slot)
	case UnixTimestamp:
		if v.bits = binary.LittleEndian.Uint64(slot); !v.Instant().Valid() {
			return "a time outside the years 0001 to 9999"
		}
	default:
		v.bits = binary.LittleEndian.Uint64(slot)
	}
	return ""
}
