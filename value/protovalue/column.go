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

// Items are values by number. A *value.Column is one.
type Items interface{ At(i int) value.Value }

// AppendColumn appends the bytes of the truepoint.v1.Values of the first n of some items, which are nulls or of type t. It
// asks for each more than once.
func AppendColumn(dst []byte, t *value.Type, n int, of Items) []byte {
	dst = AppendUint(dst, valuesKind, uint64(t.Kind))
	if n == 0 && !t.Nested() {
		return dst
	}
	dst = appendNulls(dst, n, of)
	switch t.Kind {
	case value.Bool:
		dst = beginPacked(dst, valuesBools, n)
		for i := range n {
			dst = append(dst, byte(of.At(i).Int()))
		}
	case value.Int32, value.Date:
		dst = beginPacked(dst, valuesInts, 4*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(of.At(i).Int()))
		}
	case value.Int64, value.UnixTimestamp:
		dst = beginPacked(dst, valuesLongs, 8*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(of.At(i).Int()))
		}
	case value.Float32:
		dst = beginPacked(dst, valuesFloats, 4*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(of.At(i).Float32()))
		}
	case value.Float64:
		dst = beginPacked(dst, valuesDoubles, 8*n)
		for i := range n {
			dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(of.At(i).Float()))
		}
	case value.String, value.Decimal, value.Json:
		for i := range n {
			dst = AppendText(dst, valuesTexts, of.At(i).Text())
		}
	case value.Bytes, value.Uuid:
		for i := range n {
			dst = AppendText(dst, valuesBlobs, of.At(i).Text())
		}
	case value.Struct:
		return appendStructs(dst, t, n, of)
	default:
		return appendLists(dst, t, n, of)
	}
	return dst
}

// appendNulls appends which values are null, unless none is.
func appendNulls(dst []byte, n int, of Items) []byte {
	first := 0
	for first < n && !of.At(first).IsNull() {
		first++
	}
	if first == n {
		return dst
	}
	dst = beginPacked(dst, valuesNulls, n)
	for i := range n {
		null := byte(0)
		if of.At(i).IsNull() {
			null = 1
		}
		dst = append(dst, null)
	}
	return dst
}

// appendStructs appends a column per field; a Struct that is null has null fields.
func appendStructs(dst []byte, t *value.Type, n int, of Items) []byte {
	for f := range t.Fields {
		var mark int
		dst, mark = Begin(dst, valuesParts)
		dst = End(AppendColumn(dst, &t.Fields[f].Type, n, field{of, f}), mark)
	}
	for f := range t.Fields {
		dst = AppendText(dst, valuesFields, t.Fields[f].Name)
	}
	return dst
}

// field is a field of Structs.
type field struct {
	of Items
	n  int
}

// At returns the field of a Struct, null if that is null.
func (f field) At(i int) value.Value {
	if v := f.of.At(i); !v.IsNull() {
		return v.List()[f.n]
	}
	return value.Value{}
}

// every is one in step values of a list, from the one at first on.
type every struct {
	all         []value.Value
	step, first int
}

// At returns a value.
func (e every) At(i int) value.Value { return e.all[i*e.step+e.first] }

// appendLists appends the elements of all values, and where those of each end. A Map has two elements per entry.
func appendLists(dst []byte, t *value.Type, n int, of Items) []byte {
	var all []value.Value
	if n > 0 {
		var mark int
		dst, mark = Begin(dst, valuesEnds)
		for i := range n {
			all = append(all, of.At(i).List()...)
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
		dst = appendPart(dst, &key, len(all)/2, every{all, 2, 0})
		return appendPart(dst, t.Elem, len(all)/2, every{all, 2, 1})
	}
	elem := value.Scalar(value.Float32)
	if t.Kind != value.Vector {
		elem = *t.Elem
	}
	return appendPart(dst, &elem, len(all), every{all, 1, 0})
}

func appendPart(dst []byte, t *value.Type, n int, of Items) []byte {
	dst, mark := Begin(dst, valuesParts)
	return End(AppendColumn(dst, t, n, of), mark)
}
