package arrowvalue

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/truepoint/truepoint/value"
)

// ToArray returns col as an Arrow array of type ArrowType(col.Type). Int64, UnixTimestamp, Float32 and Float64 columns
// are lent, not copied: col must not change while the array lives.
func ToArray(col *value.Column) arrow.Array {
	dt := ArrowType(col.Type)
	switch col.Type.Kind {
	case value.Int64, value.UnixTimestamp:
		return lend(dt, col, arrow.Int64Traits.CastToBytes(col.Ints))
	case value.Float32:
		return lend(dt, col, arrow.Float32Traits.CastToBytes(col.Float32s))
	case value.Float64:
		return lend(dt, col, arrow.Float64Traits.CastToBytes(col.Float64s))
	}
	b := array.NewBuilder(memory.DefaultAllocator, dt)
	defer b.Release()
	b.Reserve(col.Len())
	if s, ok := b.(*array.StringBuilder); ok {
		for i, text := range col.Texts {
			if col.Null(i) {
				s.AppendNull()
				continue
			}
			s.Append(text)
		}
		return b.NewArray()
	}
	for i := range col.Len() {
		appendValue(b, col.At(i))
	}
	return b.NewArray()
}

// lend wraps the items of a column in an array.
func lend(dt arrow.DataType, col *value.Column, items []byte) arrow.Array {
	var valid *memory.Buffer
	nulls := 0
	if col.HasNulls() {
		bits := make([]byte, (col.Len()+7)/8)
		for i := range col.Len() {
			if col.Null(i) {
				nulls++
				continue
			}
			bits[i>>3] |= 1 << (i & 7)
		}
		valid = memory.NewBufferBytes(bits)
	}
	data := array.NewData(dt, col.Len(), []*memory.Buffer{valid, memory.NewBufferBytes(items)}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// appendValue appends v to a builder of its Arrow type.
func appendValue(b array.Builder, v value.Value) {
	if v.IsNull() {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.BooleanBuilder:
		b.Append(v.Bool())
	case *array.Int32Builder:
		b.Append(int32(v.Int()))
	case *array.Int64Builder:
		b.Append(v.Int())
	case *array.Float32Builder:
		b.Append(v.Float32())
	case *array.Float64Builder:
		b.Append(v.Float())
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.Int()))
	case *array.Date32Builder:
		b.Append(arrow.Date32(v.Int()))
	case *array.StringBuilder:
		b.Append(v.Text())
	case *array.BinaryBuilder:
		b.AppendString(v.Text())
	case interface{ StorageBuilder() array.Builder }:
		b.StorageBuilder().(*array.FixedSizeBinaryBuilder).Append([]byte(v.Text()))
	case *array.FixedSizeListBuilder:
		b.Append(true)
		appendAll(b.ValueBuilder(), v.List())
	case *array.MapBuilder:
		b.Append(true)
		for i, p := range v.List() {
			if i%2 == 0 {
				appendValue(b.KeyBuilder(), p)
			} else {
				appendValue(b.ItemBuilder(), p)
			}
		}
	case *array.ListBuilder:
		b.Append(true)
		appendAll(b.ValueBuilder(), v.List())
	case *array.StructBuilder:
		b.Append(true)
		for i, p := range v.List() {
			appendValue(b.FieldBuilder(i), p)
		}
	}
}

func appendAll(b array.Builder, parts []value.Value) {
	for _, p := range parts {
		appendValue(b, p)
	}
}
