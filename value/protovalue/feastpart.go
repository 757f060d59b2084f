package protovalue

import (
	"encoding/binary"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// AppendFeastPart is AppendFeast of a value of type t that value.AppendPart wrote, of which a null has no bytes. Only what
// is nested and a Uuid cost memory.
func AppendFeastPart(dst, part []byte, t *value.Type) []byte {
	if len(part) == 0 {
		return dst
	}
	switch t.Kind {
	case value.Float64:
		return append(protowire.AppendTag(dst, feastMembers[t.Kind].scalar, protowire.Fixed64Type), part...)
	case value.Float32:
		return append(protowire.AppendTag(dst, feastMembers[t.Kind].scalar, protowire.Fixed32Type), part...)
	case value.String, value.Bytes, value.Decimal, value.Json:
		return append(protowire.AppendTag(dst, feastMembers[t.Kind].scalar, protowire.BytesType), part...)
	}
	return AppendFeast(dst, numberOf(part, t), t)
}

// numberOf returns a value that value.AppendPart wrote, a number without the memory that reading it costs.
func numberOf(part []byte, t *value.Type) value.Value {
	le := binary.LittleEndian
	switch t.Kind {
	case value.Bool:
		return value.OfBool(part[0] != 0)
	case value.Int32:
		return value.OfInt32(int32(le.Uint32(part)))
	case value.Date:
		return value.OfDate(int32(le.Uint32(part)))
	case value.Int64:
		return value.OfInt64(int64(le.Uint64(part)))
	case value.UnixTimestamp:
		return value.OfInstant(eventtime.Instant(le.Uint64(part)))
	}
	return readPart(part, t)
}
