package protovalue

import (
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/truepoint/truepoint/value"
)

// Members of feast.types.Value, which are those of a kind, and those that hold any values.
const (
	feastMap    protowire.Number = 20
	feastStruct protowire.Number = 34
	feastList   protowire.Number = 42
	feastSet    protowire.Number = 43
)

// A feastMember says which member of feast.types.Value holds a kind, an Array of it and a Set of it; 0 means none.
type feastMember struct{ scalar, list, set protowire.Number }

// feastMembers is the one table of them. Feast has no Date: it is its text, as in JSON.
var feastMembers = [...]feastMember{
	value.Bool:          {7, 17, 28},
	value.Int32:         {3, 13, 24},
	value.Int64:         {4, 14, 25},
	value.Float32:       {6, 16, 27},
	value.Float64:       {5, 15, 26},
	value.String:        {2, 12, 23},
	value.Bytes:         {1, 11, 22},
	value.UnixTimestamp: {8, 18, 29},
	value.Date:          {2, 12, 23},
	value.Uuid:          {36, 38, 40},
	value.Decimal:       {44, 45, 46},
	value.Json:          {32, 33, 0},
}

// AppendFeast appends the bytes of the feast.types.Value of v, which is null or of type t. They are none for null. An
// Array or a Set that holds nulls, which its typed list cannot, is a list of Values. A UnixTimestamp is floored to seconds.
func AppendFeast(dst []byte, v value.Value, t *value.Type) []byte {
	switch v.Kind() {
	case value.Null:
		return dst
	case value.Array, value.Set, value.Vector:
		return appendFeastList(dst, v, t)
	case value.Map:
		dst, mark := Begin(dst, feastMap)
		parts := v.List()
		for i := 0; i+1 < len(parts); i += 2 {
			dst = appendFeastEntry(dst, parts[i].Text(), parts[i+1], t.Elem)
		}
		return End(dst, mark)
	case value.Struct:
		dst, mark := Begin(dst, feastStruct)
		for i, p := range v.List() {
			dst = appendFeastEntry(dst, t.Fields[i].Name, p, &t.Fields[i].Type)
		}
		return End(dst, mark)
	}
	return appendFeastScalar(dst, feastMembers[v.Kind()].scalar, v)
}

// appendFeastEntry appends an entry of a feast.types.Map.
func appendFeastEntry(dst []byte, key string, v value.Value, t *value.Type) []byte {
	dst, entry := Begin(dst, 1)
	dst, inner := Begin(AppendText(dst, 1, key), 2)
	return End(End(AppendFeast(dst, v, t), inner), entry)
}

// appendFeastScalar appends a scalar as a member. It is written when it is zero too: it says which member is set.
func appendFeastScalar(dst []byte, member protowire.Number, v value.Value) []byte {
	switch v.Kind() {
	case value.Float64:
		return protowire.AppendFixed64(protowire.AppendTag(dst, member, protowire.Fixed64Type), math.Float64bits(v.Float()))
	case value.Float32:
		return protowire.AppendFixed32(protowire.AppendTag(dst, member, protowire.Fixed32Type), math.Float32bits(v.Float32()))
	case value.Bool, value.Int32, value.Int64, value.UnixTimestamp:
		return protowire.AppendVarint(protowire.AppendTag(dst, member, protowire.VarintType), feastNumber(v))
	}
	dst, mark := Begin(dst, member)
	return End(appendFeastText(dst, v), mark)
}

// feastNumber returns a Bool, an integer or a UnixTimestamp as it stands in a varint.
func feastNumber(v value.Value) uint64 {
	n := v.Int()
	if v.Kind() == value.UnixTimestamp {
		micros := n
		if n = micros / 1e6; micros%1e6 < 0 {
			n--
		}
	}
	return uint64(n)
}

// appendFeastText appends the bytes of a kind that is text or bytes on Feast's wire.
func appendFeastText(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.Date:
		return value.AppendDate(dst, v)
	case value.Uuid:
		return value.AppendUuid(dst, v)
	}
	return append(dst, v.Text()...)
}

func appendFeastList(dst []byte, v value.Value, t *value.Type) []byte {
	parts, kind, scalar := v.List(), value.Float32, value.Scalar(value.Float32)
	elem := &scalar
	if t.Kind != value.Vector {
		elem, kind = t.Elem, t.Elem.Kind
	}
	member := feastMembers[kind].list
	if t.Kind == value.Set {
		member = feastMembers[kind].set
	}
	if member == 0 || slices.ContainsFunc(parts, value.Value.IsNull) {
		return appendFeastValues(dst, t.Kind, parts, elem)
	}
	dst, mark := Begin(dst, member)
	if len(parts) == 0 {
		return End(dst, mark)
	}
	switch kind {
	case value.Float32, value.Float64, value.Bool, value.Int32, value.Int64, value.UnixTimestamp:
		dst, packed := Begin(dst, 1)
		for _, p := range parts {
			switch kind {
			case value.Float32:
				dst = protowire.AppendFixed32(dst, math.Float32bits(p.Float32()))
			case value.Float64:
				dst = protowire.AppendFixed64(dst, math.Float64bits(p.Float()))
			default:
				dst = protowire.AppendVarint(dst, feastNumber(p))
			}
		}
		return End(End(dst, packed), mark)
	}
	for _, p := range parts {
		var item int
		dst, item = Begin(dst, 1)
		dst = End(appendFeastText(dst, p), item)
	}
	return End(dst, mark)
}

// appendFeastValues appends a list as a feast.types.RepeatedValue.
func appendFeastValues(dst []byte, kind value.Kind, parts []value.Value, elem *value.Type) []byte {
	member := feastList
	if kind == value.Set {
		member = feastSet
	}
	dst, mark := Begin(dst, member)
	for _, p := range parts {
		var item int
		dst, item = Begin(dst, 1)
		dst = End(AppendFeast(dst, p, elem), item)
	}
	return End(dst, mark)
}
