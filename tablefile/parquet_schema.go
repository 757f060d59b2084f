package tablefile

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/metadata"

	"github.com/truepoint/truepoint/errs"
)

// arrowSchemaKey is where writers that use Arrow keep the schema that they had, as an encapsulated IPC message.
const arrowSchemaKey = "ARROW:schema"

// checkArrowSchema verifies the lengths in the Arrow schema of a footer before it is decoded: the decoder allocates
// what they ask for, and a single flipped bit may ask for more memory than there is. A file without one passes.
func checkArrowSchema(meta metadata.KeyValueMetadata) error {
	text := meta.FindValue(arrowSchemaKey)
	if text == nil {
		return nil
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(*text, "="))
	if err != nil {
		return errs.New(errs.DataLoss, "its Arrow schema is not in base 64")
	}
	if len(b) > 8 && binary.LittleEndian.Uint32(b) == 0xFFFFFFFF { // older writers have no such mark
		b = b[4:]
	}
	if len(b) < 8 || int64(int32(binary.LittleEndian.Uint32(b))) > int64(len(b)-4) {
		return errs.New(errs.DataLoss, "its Arrow schema is cut off")
	}
	f := &flatBuffer{b: b[4:], budget: len(b)}
	message := f.at(int(f.uint32(0)))
	schema := message.table(2)
	schema.each(1, checkArrowField)
	schema.each(2, nil)
	if body := message.field(3); body != 0 && f.in(body, 8) && binary.LittleEndian.Uint64(f.b[body:]) != 0 {
		f.bad = true // a schema has no body
	}
	if f.bad {
		return errs.New(errs.DataLoss, "its Arrow schema is damaged")
	}
	return nil
}

// checkArrowField walks over the children and the metadata of a field. Unions, whose type has a vector of its own,
// have no counterpart here and are not decoded.
func checkArrowField(f flatTable) {
	const union = 14
	if kind := f.field(2); kind != 0 && f.b[kind] == union {
		f.bad = true
	}
	f.each(5, checkArrowField)
	f.each(6, nil)
}

// A flatBuffer is the state that all tables of one buffer share.
type flatBuffer struct {
	b      []byte
	budget int // tables that may still be visited; shared tables could be visited without end
	bad    bool
}

// A flatTable is a table of a FlatBuffer. It reads nothing outside of the buffer; it sets bad where it would have to.
// Source: FlatBuffers, "Internals": offsets are relative to where they stand, vtables lie before or after.
type flatTable struct {
	*flatBuffer
	pos int
}

func (f *flatBuffer) in(pos, size int) bool {
	if pos < 0 || pos > len(f.b)-size {
		f.bad = true
	}
	return !f.bad
}

func (f *flatBuffer) uint32(pos int) uint32 {
	if !f.in(pos, 4) {
		return 0
	}
	return binary.LittleEndian.Uint32(f.b[pos:])
}

func (f *flatBuffer) uint16(pos int) int {
	if !f.in(pos, 2) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(f.b[pos:]))
}

// at returns the table at a position.
func (f *flatBuffer) at(pos int) flatTable {
	if f.budget--; f.budget < 0 {
		f.bad = true
	}
	return flatTable{f, pos}
}

// field returns the position of a field's value, at which a byte may be read, or 0 where it is absent.
func (t flatTable) field(id int) int {
	vtable := t.pos - int(int32(t.uint32(t.pos)))
	slot := 4 + 2*id
	if t.bad || slot+2 > t.uint16(vtable) {
		return 0
	}
	offset := t.uint16(vtable + slot)
	if offset == 0 || !t.in(t.pos+offset, 1) {
		return 0
	}
	return t.pos + offset
}

// table returns the table that a field refers to.
func (t flatTable) table(id int) flatTable {
	pos := t.field(id)
	if pos == 0 {
		t.bad = true
		return t
	}
	return t.at(pos + int(t.uint32(pos)))
}

// each visits the tables in a vector; a field that is absent has none.
func (t flatTable) each(id int, visit func(flatTable)) {
	pos := t.field(id)
	if pos == 0 {
		return
	}
	pos += int(t.uint32(pos))
	n := int(t.uint32(pos))
	if t.bad || !t.in(pos+4, min(n, len(t.b))*4) || n > len(t.b)/4 {
		t.bad = true
		return
	}
	for i := 0; i < n && !t.bad; i++ {
		at := pos + 4 + 4*i
		child := t.at(at + int(t.uint32(at)))
		if visit != nil {
			visit(child)
		}
	}
}
