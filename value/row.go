package value

import (
	"bytes"
	"encoding/binary"

	"github.com/truepoint/truepoint/errs"
)

// A packed row is what an online store keeps per (view generation, entity key). Layout, format 1
// (docs/adr/0003-row-and-version-codec.md, fixtures in testdata/row-1.txt):
//
//	byte  0      format, 1
//	byte  1      flags: bit 0 tombstone, the others 0
//	bytes 2–5    schema id, big-endian
//	bytes 6–29   version (AppendVersion)
//	then         null bitmap, one bit a field, low bit first, ⌈fields/8⌉ bytes, set = null, idle bits 0
//	then         one fixed-width slot a field, in field order, without padding; 0 for a null
//	then         tail: the bytes of the variable-width fields that are not null, in field order
//
// A tombstone ends after its version. All numbers below are little-endian. The slot of a
//
//	Bool                              is 1 byte, 0 or 1
//	Int32, Float32, Date              are 4 bytes: two's complement, IEEE 754 bits, days since the epoch
//	Int64, Float64, UnixTimestamp     are 8 bytes: two's complement, IEEE 754 bits, microseconds since the epoch
//	Uuid                              is its 16 bytes
//	any other kind                    is an unsigned 32-bit number: where the field ends, counted from the start of the
//	                                  tail; it begins where the variable-width field before it ends, and a null is empty
//
// The bytes in the tail of a
//
//	String, Bytes, Decimal, Json      are its bytes
//	Vector(n)                         are n float32 bits
//	Array, Set                        are the number of elements (uvarint), their null bitmap, then the elements that
//	                                  are not null; a Set is sorted by Compare
//	Map                               are the number of entries (uvarint), the keys in ascending order, each as its length
//	                                  (uvarint) and bytes, the null bitmap of the values, then the values that are not null
//	Struct                            are the null bitmap of its fields, then the fields that are not null
//
// where an element, value or field is written as its slot if its kind has a fixed width, as its length (uvarint) and
// bytes if it is String, Bytes, Decimal or Json, and as in the tail otherwise.
const (
	RowFormat     = 1
	rowTombstone  = 1
	rowSchemaAt   = 2
	rowVersionAt  = 6
	rowHeaderSize = rowVersionAt + VersionSize
)

// Limits of a packed row.
const (
	// RowSizeMax is the greatest length of a packed row in bytes.
	RowSizeMax = 64 << 20
	// ElementsMax is the greatest number of elements of one Array or Set and of entries of one Map.
	ElementsMax = 4 << 20
)

// A Schema is the field list that a packed row was written with. ID is unique within a view for ever.
type Schema struct {
	ID     uint32  `json:"id"`
	Fields []Field `json:"fields"`
}

// A Header is the part of a packed row that can be read without its schema.
type Header struct {
	Schema    uint32 // Schema.ID of the writer; 0 for a tombstone
	Version   Version
	Tombstone bool // the row is a delete and has no cells
}

// AppendTombstone appends the packed row that says that a key was deleted.
func AppendTombstone(dst []byte, v Version) []byte {
	dst = append(dst, RowFormat, rowTombstone, 0, 0, 0, 0)
	return AppendVersion(dst, v)
}

// ReadRow returns the header of a packed row. Errors: DataLoss if row is too short, has an unknown format or flag, or
// times that cannot be; the cells are not looked at.
func ReadRow(row []byte) (Header, error) {
	if len(row) < rowHeaderSize || len(row) > RowSizeMax {
		return Header{}, corruptRow(row, "impossible length")
	}
	if row[0] != RowFormat {
		return Header{}, corruptRow(row, "unknown format").WithHint("the data was written by a newer release")
	}
	h := Header{
		Schema:    binary.BigEndian.Uint32(row[rowSchemaAt:]),
		Version:   ReadVersion(row[rowVersionAt:]),
		Tombstone: row[1] == rowTombstone,
	}
	switch {
	case row[1] > rowTombstone:
		return Header{}, corruptRow(row, "unknown flags")
	case h.Tombstone && (h.Schema != 0 || len(row) != rowHeaderSize):
		return Header{}, corruptRow(row, "a tombstone with cells")
	case !h.Version.Valid():
		return Header{}, corruptRow(row, "a time outside the years 0001 to 9999")
	}
	return h, nil
}

func corruptRow(row []byte, why string) *errs.Error {
	return errs.New(errs.DataLoss, "corrupt row of %d bytes: %s", len(row), why).WithID("T0114")
}

// CompareRows orders two packed rows of one key: −1, 0 or 1. The greater replaces the other in every store
// (design/semantics.md 7.1): by version, then bytewise over the whole row. Rows too short to have a version compare
// bytewise.
func CompareRows(a, b []byte) int {
	if len(a) >= rowHeaderSize && len(b) >= rowHeaderSize {
		if c := bytes.Compare(a[rowVersionAt:rowHeaderSize], b[rowVersionAt:rowHeaderSize]); c != 0 {
			return c
		}
	}
	return bytes.Compare(a, b)
}
