// Package valuetest draws random types and values for properties: every type, with the edges of each likely.
package valuetest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// ScalarKinds are the kinds that have no parts.
var ScalarKinds = []value.Kind{
	value.Bool, value.Int32, value.Int64, value.Float32, value.Float64, value.String, value.Bytes,
	value.UnixTimestamp, value.Date, value.Uuid, value.Decimal, value.Json,
}

// DrawScalarType draws one of the twelve scalar types.
func DrawScalarType(t *rapid.T) value.Type {
	return value.Scalar(rapid.SampledFrom(ScalarKinds).Draw(t, "kind"))
}

// DrawType draws any type; structs hold any type, depth levels deep.
func DrawType(t *rapid.T, depth int) value.Type {
	switch n := rapid.IntRange(0, 9).Draw(t, "shape"); {
	case n < 5:
		return DrawScalarType(t)
	case n == 5:
		return value.ArrayOf(DrawScalarType(t))
	case n == 6:
		return value.SetOf(DrawScalarType(t))
	case n == 7:
		return value.MapOf(DrawScalarType(t))
	case n == 8 || depth == 0:
		return value.Type{Kind: value.Vector, Length: rapid.IntRange(1, 5).Draw(t, "length")}
	}
	fields := make([]value.Field, rapid.IntRange(1, 4).Draw(t, "fields"))
	for i := range fields {
		fields[i] = value.Field{Name: string(rune('a' + i)), Type: DrawType(t, depth-1)}
	}
	return value.Type{Kind: value.Struct, Fields: fields}
}

var (
	edgeInts = []int64{0, 1, -1, 1 << 31, -1 << 31, 1<<53 + 1, -(1<<53 + 1), math.MinInt64, math.MaxInt64}
	edgeBits = []uint64{0, 1 << 63, 0x7FF << 52, 0xFFF << 52, 0x7FF8000000000001, 0xFFF8000000000000, 1, 0x3FF0000000000000}
)

func drawInt64(t *rapid.T) int64 {
	return rapid.OneOf(rapid.Int64(), rapid.SampledFrom(edgeInts)).Draw(t, "int")
}

// drawInstant draws a valid instant, often at an edge.
func drawInstant(t *rapid.T) eventtime.Instant {
	edges := []eventtime.Instant{eventtime.Min, eventtime.Max, 0, -1, 1}
	return eventtime.Instant(rapid.OneOf(rapid.Int64Range(int64(eventtime.Min), int64(eventtime.Max)),
		rapid.Map(rapid.SampledFrom(edges), func(i eventtime.Instant) int64 { return int64(i) })).Draw(t, "instant"))
}

// DrawText draws UTF-8, with NUL and combining marks likely.
func DrawText(t *rapid.T) string {
	return rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune{0, 1, 0xFF, 'e', 0x301, 'é', '"', '\\'})), 0, 12, -1).Draw(t, "text")
}

// DrawValue draws a value of type t; nulls are left to the caller at the top, and drawn inside of lists.
func DrawValue(t *rapid.T, typ value.Type) value.Value {
	switch typ.Kind {
	case value.Array, value.Set:
		parts := DrawParts(t, rapid.IntRange(0, 9).Draw(t, "n"), func(int) value.Type { return *typ.Elem })
		if typ.Kind == value.Set {
			return value.MakeSet(*typ.Elem, parts)
		}
		return value.OfList(value.Array, parts)
	case value.Vector:
		parts := make([]value.Value, typ.Length)
		for i := range parts {
			parts[i] = DrawScalar(t, value.Float32)
		}
		return value.OfList(value.Vector, parts)
	case value.Struct:
		return value.OfList(value.Struct, DrawParts(t, len(typ.Fields), func(i int) value.Type { return typ.Fields[i].Type }))
	case value.Map:
		keys := value.MakeSet(value.Scalar(value.String), drawTexts(t)).List()
		parts := make([]value.Value, 0, 2*len(keys))
		for i, v := range DrawParts(t, len(keys), func(int) value.Type { return *typ.Elem }) {
			parts = append(parts, keys[i], v)
		}
		return value.OfList(value.Map, parts)
	}
	return DrawScalar(t, typ.Kind)
}

func drawTexts(t *rapid.T) []value.Value {
	out := make([]value.Value, rapid.IntRange(0, 4).Draw(t, "n"))
	for i := range out {
		out[i] = value.OfString(DrawText(t))
	}
	return out
}

// DrawParts draws n values of the types that typeOf gives them, a fifth of them null.
func DrawParts(t *rapid.T, n int, typeOf func(int) value.Type) []value.Value {
	parts := make([]value.Value, n)
	for i := range parts {
		if rapid.IntRange(0, 4).Draw(t, "null") > 0 {
			parts[i] = DrawValue(t, typeOf(i))
		}
	}
	return parts
}

// DrawScalar draws a value of a kind that has no parts.
func DrawScalar(t *rapid.T, k value.Kind) value.Value {
	switch k {
	case value.Bool:
		return value.OfBool(rapid.Bool().Draw(t, "bool"))
	case value.Int32:
		return value.OfInt32(int32(drawInt64(t)))
	case value.Int64:
		return value.OfInt64(drawInt64(t))
	case value.Float32:
		bits := rapid.OneOf(rapid.Uint32(), rapid.SampledFrom([]uint32{0, 1 << 31, 0x7F800000, 0xFF800000, 0x7FC00001, 0xFFC00000, 1})).Draw(t, "bits")
		return value.OfFloat32(math.Float32frombits(bits))
	case value.Float64:
		return value.OfFloat64(math.Float64frombits(rapid.OneOf(rapid.Uint64(), rapid.SampledFrom(edgeBits)).Draw(t, "bits")))
	case value.String:
		return value.OfString(DrawText(t))
	case value.Bytes:
		return value.OfBytes(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "bytes"))
	case value.UnixTimestamp:
		return value.OfInstant(drawInstant(t))
	case value.Date:
		return value.OfDate(int32(rapid.IntRange(-719162, 2932896).Draw(t, "days")))
	case value.Uuid:
		return value.OfUuid([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")))
	case value.Decimal:
		return value.OfText(value.Decimal, rapid.StringMatching(`-?[0-9]{1,25}(\.[0-9]{1,12})?`).Draw(t, "decimal"))
	}
	return value.OfText(value.Json, rapid.SampledFrom([]string{`{}`, `[1, 2]`, `"é"`, `null`, `{"a":1.50}`, `9007199254740993`}).Draw(t, "json"))
}
