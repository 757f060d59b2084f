package protovalue

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/truepoint/truepoint/value"
)

// Members of truepoint.v1.Values.
const (
	valuesKind    protowire.Number = 1
	valuesNulls   protowire.Number = 2
	valuesBools   protowire.Number = 3
	valuesInts    protowire.Number = 4
	valuesLongs   protowire.Number = 5
	valuesFloats  protowire.Number = 6
	valuesDoubles protowire.Number = 7
	valuesTexts   protowire.Number = 8
	valuesBlobs   protowire.Number = 9
	valuesEnds    protowire.Number = 10
	valuesParts   protowire.Number = 11
	valuesFields  protowire.Number = 12
)

// AppendColumn appends the bytes of the truepoint.v1.Values of n values of type t, which at returns; nulls are among them.
// It calls at more than once for each.
func AppendColumn(dst []byte, t *value.Type, n int, at func(int) value.Value) []byte {
	dst = AppendUint(dst, valuesKind, uint64(t.Kind))
	if n == 0 && !t.Nested() {
		return dst
	}
	dst = appendNulls(dst, n, at)
	switch t.Kind {
	case value.Bool:
		dst = beginPacked(dst, valuesBools, n)
		for i := range n {
			dst = append(dst, byte(at(i).Int()))
		}
	case value.Int32, value.Date:
		dst = beginPacked(dst, valuesInts, 4*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(at(i).Int()))
		}
	case value.Int64, value.UnixTimestamp:
		dst = beginPacked(dst, valuesLongs, 8*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(at(i).Int()))
		}
	case value.Float32:
		dst = beginPacked(dst, valuesFloats, 4*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(at(i).Float32()))
		}
	case value.Float64:
		dst = beginPacked(dst, valuesDoubles, 8*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(at(i).Float()))
		}
	case value.String, value.Decimal, value.Json:
		for i := range n {
			dst = AppendText(dst, valuesTexts, at(i).Text())
		}
	case value.Bytes, value.Uuid:
		for i := range n {
			dst = AppendText(dst, valuesBlobs, at(i).Text())
		}
	case value.Struct:
		return appendStructs(dst, t, n, at)
	default:
		return appendLists(dst, t, n, at)
	}
	return dst
}

// appendNulls appends which values are null, unless none is.
func appendNulls(dst []byte, n int, at func(int) value.Value) []byte {
	first := 0
	for first < n && !at(first).IsNull() {
		first++
	}
	if first == n {
		return dst
	}
	dst = beginPacked(dst, valuesNulls, n)
	for i := range n {
		null := byte(0)
		if at(i).IsNull() {
			null = 1
		}
		dst = append(dst, null)
	}
	return dst
}

// appendStructs appends a column per field; a Struct that is null has null fields.
func appendStructs(dst []byte, t *value.Type, n int, at func(int) value.Value) []byte {
	for f := range t.Fields {
		var mark int
		dst, mark = Begin(dst, valuesParts)
		dst = End(AppendColumn(dst, &t.Fields[f].Type, n, func(i int) value.Value {
			if v := at(i); !v.IsNull() {
				return v.List()[f]
			}
			return value.Value{}
		}), mark)
	}
	for f := range t.Fields {
		dst = AppendText(dst, valuesFields, t.Fields[f].Name)
	}
	return dst
}

// appendLists appends the elements of all values, and where those of each end. A Map has two elements per entry.
func appendLists(dst []byte, t *value.Type, n int, at func(int) value.Value) []byte {
	var all []value.Value
	if n > 0 {
		var mark int
		dst, mark = Begin(dst, valuesEnds)
		for i := range n {
			all = append(all, at(i).List()...)
			ends := len(all)
			if t.Kind == value.Map {
				ends /= 2
			}
			dst = protowire.AppendVarint(dst, uint64(ends))
		}
		dst = End(dst, mark)
	}
	if t.Kind == value.Map {
		key := value.Scalar(value.String)
		dst = appendPart(dst, &key, len(all)/2, func(i int) value.Value { return all[2*i] })
		return appendPart(dst, t.Elem, len(all)/2, func(i int) value.Value { return all[2*i+1] })
	}
	elem := value.Scalar(value.Float32)
	if t.Kind != value.Vector {
		elem = *t.Elem
	}
	return appendPart(dst, &elem, len(all), func(i int) value.Value { return all[i] })
}

func appendPart(dst []byte, t *value.Type, n int, at func(int) value.Value) []byte {
	dst, mark := Begin(dst, valuesParts)
	return End(AppendColumn(dst, t, n, at), mark)
}
