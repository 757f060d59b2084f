package value

import (
	"encoding/binary"
	"math"

	"github.com/truepoint/truepoint/errs"
)

// A RowEncoder packs rows of one schema. It is immutable and safe for concurrent use.
type RowEncoder struct {
	schema *Schema
	blank  []byte // header and bitmap of a row, and its slots, all zero but format and schema
	slots  []int  // offset of each field's slot in blank
	tail   int    // offset of the tail
}

// NewRowEncoder returns a RowEncoder for s, which must not change afterwards.
func NewRowEncoder(s *Schema) *RowEncoder {
	e := &RowEncoder{schema: s, slots: make([]int, len(s.Fields))}
	at := rowHeaderSize + bitmapSize(len(s.Fields))
	for i, f := range s.Fields {
		e.slots[i] = at
		if w := slotWidth(f.Type.Kind); w > 0 {
			at += w
		} else {
			at += endWidth
		}
	}
	e.tail = at
	e.blank = make([]byte, at)
	e.blank[0] = RowFormat
	binary.BigEndian.PutUint32(e.blank[rowSchemaAt:], s.ID)
	return e
}

// AppendRow appends the packed row of cells, cells[i] for s.Fields[i], each null or of the field's type. For many
// rows, keep a RowEncoder. Errors, with dst returned as it was: InvalidArgument for a cell of another type or outside
// its type's range, or a row longer than RowSizeMax.
func AppendRow(dst []byte, s *Schema, v Version, cells []Value) ([]byte, error) {
	return NewRowEncoder(s).Append(dst, v, cells)
}

// Append is AppendRow with e's schema.
func (e *RowEncoder) Append(dst []byte, v Version, cells []Value) ([]byte, error) {
	if len(cells) != len(e.schema.Fields) {
		return dst, errs.New(errs.InvalidArgument, "%d cells for a schema of %d fields", len(cells), len(e.schema.Fields)).WithID("T0114")
	}
	start := len(dst)
	out := e.begin(dst, v)
	for j := range cells {
		cell := &cells[j]
		if cell.IsNull() {
			out = e.putNull(out, start, j)
			continue
		}
		why := ""
		if cell.kind != e.schema.Fields[j].Type.Kind {
			why = "is of type " + cell.kind.String()
		} else if out, why = e.put(out, start, j, cell); why == "" {
			continue
		}
		return out[:start], e.cellError(j, why)
	}
	return e.end(out, start)
}

// AppendFrom appends the packed row of row i of cols, cols[j] for the j-th field, of the field's type; nil stands for
// a column of nulls. The bytes and the errors are those of AppendRow. It allocates only to grow dst.
func (e *RowEncoder) AppendFrom(dst []byte, v Version, cols []*Column, i int) ([]byte, error) {
	if len(cols) != len(e.slots) {
		return dst, errs.New(errs.InvalidArgument, "%d columns for a schema of %d fields", len(cols), len(e.slots)).WithID("T0114")
	}
	start := len(dst)
	out := e.begin(dst, v)
	row := out[start:]
	for j, c := range cols {
		if c == nil || c.Null(i) {
			out = e.putNull(out, start, j)
			continue
		}
		kind := e.schema.Fields[j].Type.Kind
		if c.Type.Kind != kind {
			return out[:start], e.cellError(j, "comes from a column of type "+c.Type.Kind.String())
		}
		why := ""
		switch kind {
		case Int64:
			binary.LittleEndian.PutUint64(row[e.slots[j]:], uint64(c.Ints[i]))
			continue
		case Float64:
			binary.LittleEndian.PutUint64(row[e.slots[j]:], math.Float64bits(c.Float64s[i]))
			continue
		case Float32:
			binary.LittleEndian.PutUint32(row[e.slots[j]:], math.Float32bits(c.Float32s[i]))
			continue
		case Bool, Int32, UnixTimestamp, Date:
			why = putInt(row[e.slots[j]:], kind, c.Ints[i])
		case String, Bytes, Decimal, Json:
			out = append(out, c.Texts[i]...)
			row = out[start:]
			e.putEnd(row, j)
			continue
		case Uuid:
			why = putUuid(row[e.slots[j]:], c.Texts[i])
		default:
			out, why = e.put(out, start, j, &c.Values[i])
			row = out[start:]
		}
		if why != "" {
			return out[:start], e.cellError(j, why)
		}
	}
	return e.end(out, start)
}

// begin appends header, bitmap and slots, all nulls and zero.
func (e *RowEncoder) begin(dst []byte, v Version) []byte {
	start := len(dst)
	dst = append(dst, e.blank...)
	AppendVersion(dst[:start+rowVersionAt], v)
	return dst
}

// end checks the length of the row that begins at start.
func (e *RowEncoder) end(out []byte, start int) ([]byte, error) {
	if n := len(out) - start; n > RowSizeMax {
		return out[:start], errs.New(errs.InvalidArgument, "a row of %d bytes is longer than %d", n, RowSizeMax).WithID("T0114")
	}
	return out, nil
}

func (e *RowEncoder) cellError(j int, why string) error {
	f := &e.schema.Fields[j]
	return errs.New(errs.InvalidArgument, "the value of %q, declared %s, %s", f.Name, f.Type, why).WithID("T0114")
}

func (e *RowEncoder) putNull(out []byte, start, j int) []byte {
	row := out[start:]
	row[rowHeaderSize+j>>3] |= 1 << (j & 7)
	if slotWidth(e.schema.Fields[j].Type.Kind) == 0 {
		e.putEnd(row, j)
	}
	return out
}

// putEnd writes the end offset of variable-width field j.
func (e *RowEncoder) putEnd(row []byte, j int) {
	binary.LittleEndian.PutUint32(row[e.slots[j]:], uint32(len(row)-e.tail))
}

// put writes a cell that is not null and of the field's kind, or says why it cannot.
func (e *RowEncoder) put(out []byte, start, j int, cell *Value) ([]byte, string) {
	t := &e.schema.Fields[j].Type
	slot := out[start+e.slots[j]:]
	switch t.Kind {
	case Bool, Int32, Int64, UnixTimestamp, Date:
		return out, putInt(slot, t.Kind, int64(cell.bits))
	case Float32:
		binary.LittleEndian.PutUint32(slot, uint32(cell.bits))
		return out, ""
	case Float64:
		binary.LittleEndian.PutUint64(slot, cell.bits)
		return out, ""
	case Uuid:
		return out, putUuid(slot, cell.text)
	}
	why := ""
	if t.Nested() {
		out, why = appendNested(out, t, *cell)
	} else {
		out = append(out, cell.text...)
	}
	e.putEnd(out[start:], j)
	return out, why
}

// putInt writes a number into its slot, or says why it cannot.
func putInt(slot []byte, kind Kind, n int64) string {
	switch kind {
	case Bool:
		if slot[0] = byte(n); uint64(n) > 1 {
			return "is not a Bool"
		}
	case Int32, Date:
		binary.LittleEndian.PutUint32(slot, uint32(n))
		if int64(int32(n)) != n {
			return "does not fit into 32 bits"
		}
	case UnixTimestamp:
		binary.LittleEndian.PutUint64(slot, uint64(n))
		if !OfInt64(n).Instant().Valid() {
			return "is outside the years 0001 to 9999"
		}
	default:
		binary.LittleEndian.PutUint64(slot, uint64(n))
	}
	return ""
}

func putUuid(slot []byte, text string) string {
	if len(text) != 16 {
		return "is not a UUID of 16 bytes"
	}
	copy(slot, text)
	return ""
}
