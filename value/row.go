package value

// A packed row is what an online store keeps per (view generation, entity key). Layout, format 1:
//
//	byte  0      format, 1
//	byte  1      flags: bit 0 tombstone
//	bytes 2–5    schema id, big-endian
//	bytes 6–29   version (AppendVersion)
//	then         null bitmap, one bit a field, low bit first, ⌈fields/8⌉ bytes
//	then         fixed-width slots in field order (see row codec)
//	then         variable-width tail
//
// A tombstone ends after its version.
const (
	RowFormat     = 1
	rowTombstone  = 1
	rowVersionAt  = 6
	rowHeaderSize = rowVersionAt + VersionSize
)

// A Schema is the field list that a packed row was written with. ID is unique within a view for ever.
type Schema struct {
	ID     uint32  `json:"id"`
	Fields []Field `json:"fields"`
}
