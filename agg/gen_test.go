package agg_test

import (
	"math"
	"slices"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A row is what a State is given of one row.
type row struct {
	at agg.Order
	v  value.Value
}

// inputsOf returns the types that a function takes, each as often as the others; the zero type stands for no column.
func inputsOf(f agg.Function) []value.Type {
	texts := []string{
		"", "Bool", "Int32", "Int64", "Float32", "Float64", "String", "Bytes", "UnixTimestamp", "Date", "Uuid", "Decimal", "Json",
		"Array(Int64)", "Map(String, Float64)", "Vector(2)", "Struct(a: String, b: Int32)", "Set(String)",
	}
	var out []value.Type
	for _, text := range texts {
		var t value.Type
		if err := t.UnmarshalText([]byte(text)); err != nil {
			panic(err)
		}
		if _, err := specOf(f, t, 3).Result(); err == nil {
			out = append(out, t)
		}
	}
	return out
}

// specOf returns the Spec of a function, with n where it takes one.
func specOf(f agg.Function, in value.Type, n int) agg.Spec {
	switch f {
	case agg.FirstN, agg.LastN, agg.FirstDistinctN, agg.LastDistinctN:
		return agg.Spec{Function: f, Input: in, N: n}
	}
	return agg.Spec{Function: f, Input: in}
}

func drawSpec(t *rapid.T) agg.Spec {
	f := agg.Function(rapid.SampledFrom(agg.Functions()).Draw(t, "function"))
	in := rapid.SampledFrom(inputsOf(f)).Draw(t, "input")
	return specOf(f, in, rapid.IntRange(1, 4).Draw(t, "n"))
}

// drawRows draws rows whose values and places are often equal; no two have the same position.
func drawRows(t *rapid.T, s agg.Spec, most int) []row {
	style := rapid.IntRange(0, 4).Draw(t, "style of floats")
	rows := make([]row, rapid.IntRange(0, most).Draw(t, "rows"))
	for i := range rows {
		rows[i].v = value.OfBool(true)
		if !s.Input.IsZero() {
			rows[i].v = drawValue(t, s.Input, style)
		}
		rows[i].at = agg.Order{
			Event:    eventtime.Instant(rapid.IntRange(-2, 2).Draw(t, "event")),
			Created:  rapid.SampledFrom([]eventtime.Instant{eventtime.None, 5, 6}).Draw(t, "created"),
			Position: int64(i),
		}
		if rapid.Bool().Draw(t, "rank") {
			rows[i].at.Rank = []value.Value{rapid.SampledFrom([]value.Value{{}, value.OfInt64(1), value.OfInt64(2)}).Draw(t, "rank")}
		}
	}
	return rows
}

func drawValue(t *rapid.T, typ value.Type, style int) value.Value {
	small := rapid.IntRange(0, 3).Draw(t, "small")
	switch typ.Kind {
	case value.Bool:
		return value.OfBool(small&1 == 0)
	case value.Int32:
		return value.OfInt32(int32(drawInt(t, math.MinInt32, math.MaxInt32)))
	case value.Int64:
		return value.OfInt64(drawInt(t, math.MinInt64, math.MaxInt64))
	case value.Float32:
		return value.OfFloat32(float32(drawFloat(t, style)))
	case value.Float64:
		return value.OfFloat64(drawFloat(t, style))
	case value.String:
		return value.OfString([]string{"", "a", "ab", "é"}[small])
	case value.Bytes:
		return value.OfBytes([]byte{0, 255, 1, 2}[:small])
	case value.UnixTimestamp:
		return value.OfInstant(eventtime.Instant(small - 1))
	case value.Date:
		return value.OfDate(int32(small - 1))
	case value.Uuid:
		return value.OfUuid([16]byte{15: byte(small)})
	case value.Decimal:
		return value.OfText(value.Decimal, rapid.SampledFrom([]string{"1", "1.0", "01.00", "0", "-0.0", "-1.5", "10", "0.10", "123456789012345678901234567890"}).Draw(t, "decimal"))
	case value.Json:
		return value.OfText(value.Json, []string{"{}", "null", "[1]", "1"}[small])
	case value.Array:
		return value.OfList(value.Array, []value.Value{value.OfInt64(1), {}}[:small%3])
	case value.Set:
		return value.OfList(value.Set, []value.Value{value.OfString("a"), value.OfString("b")}[:small%3])
	case value.Map:
		return value.OfList(value.Map, []value.Value{value.OfString("k"), value.OfFloat64(float64(small))})
	case value.Vector:
		return value.OfList(value.Vector, []value.Value{value.OfFloat32(1), value.OfFloat32(float32(small))})
	}
	return value.OfList(value.Struct, []value.Value{value.OfString("s"), value.OfInt32(int32(small))})
}

func drawInt(t *rapid.T, least, greatest int64) int64 {
	edges := []int64{0, 1, -1, least, greatest, 7, 7}
	return rapid.OneOf(rapid.Int64Range(least, greatest), rapid.SampledFrom(edges)).Draw(t, "int")
}

// drawFloat draws by style: amounts of money, numbers around 10⁸ whose deviation is 1, all sizes, all bits, and edges.
func drawFloat(t *rapid.T, style int) float64 {
	switch style {
	case 0:
		return float64(rapid.IntRange(-100000, 100000).Draw(t, "cents")) / 100
	case 1:
		return 1e8 + float64(rapid.IntRange(-1000, 1000).Draw(t, "thousandths"))/1000
	case 2:
		return math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "fraction"), rapid.IntRange(-1080, 1020).Draw(t, "exponent"))
	case 3:
		return math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
	}
	edges := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, math.MaxFloat64, -math.MaxFloat64, 5e-324, -5e-324, math.Inf(1), math.Inf(-1),
		math.NaN(), math.Float64frombits(0xfff8000000000007), 1 << 53, 1<<53 + 2, 0x1p-1022, math.MaxFloat32}
	return rapid.SampledFrom(edges).Draw(t, "edge")
}

// shuffled returns rows in another order.
func shuffled(t *rapid.T, rows []row) []row {
	return rapid.Permutation(slices.Clone(rows)).Draw(t, "order")
}
