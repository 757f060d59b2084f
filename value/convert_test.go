package value_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

func TestConvertTable(t *testing.T) {
	t.Parallel()
	scalar := value.Scalar
	i32, i64, f32, f64 := value.OfInt32, value.OfInt64, value.OfFloat32, value.OfFloat64
	dec := func(s string) value.Value { return value.OfText(value.Decimal, s) }
	list := func(k value.Kind, parts ...value.Value) value.Value { return value.OfList(k, parts) }
	vector := value.Type{Kind: value.Vector, Length: 2}
	var null value.Value
	lossy, never := errs.OutOfRange, errs.InvalidArgument
	for _, c := range []struct {
		name string
		in   value.Value
		to   value.Type
		want value.Value
		code errs.Code
	}{
		{"NullIsNullOfEveryType", null, scalar(value.Int64), null, errs.OK},
		{"Int32Widens", i32(-7), scalar(value.Int64), i64(-7), errs.OK},
		{"Int64ThatFits", i64(math.MinInt32), scalar(value.Int32), i32(math.MinInt32), errs.OK},
		{"Int64ThatOverflows", i64(math.MaxInt32 + 1), scalar(value.Int32), null, lossy},
		{"IntAsFloat", i64(1 << 53), scalar(value.Float64), f64(1 << 53), errs.OK},
		{"IntAboveTwoTo53", i64(1<<53 + 1), scalar(value.Float64), null, lossy},
		{"GreatestInt", i64(math.MaxInt64), scalar(value.Float64), null, lossy},
		{"LeastIntIsAPowerOfTwo", i64(math.MinInt64), scalar(value.Float64), f64(math.MinInt64), errs.OK},
		{"IntAsFloat32", i32(1 << 24), scalar(value.Float32), f32(1 << 24), errs.OK},
		{"IntInexactAsFloat32", i32(1<<24 + 1), scalar(value.Float32), null, lossy},
		{"Float32Widens", f32(0.1), scalar(value.Float64), f64(float64(float32(0.1))), errs.OK},
		{"Float32NaNKeepsItsBits", f32(math.Float32frombits(0xFF800001)), scalar(value.Float64), f64(math.Float64frombits(0xFFF0000020000000)), errs.OK},
		{"Float64IsRounded", f64(0.1), scalar(value.Float32), f32(0.1), errs.OK},
		{"Float64ThatBecomesInfinite", f64(1e39), scalar(value.Float32), null, lossy},
		{"InfinityStays", f64(math.Inf(-1)), scalar(value.Float32), f32(float32(math.Inf(-1))), errs.OK},
		{"WholeFloat", f64(-3), scalar(value.Int64), i64(-3), errs.OK},
		{"FloatWithFraction", f64(1.5), scalar(value.Int64), null, lossy},
		{"NegativeZeroAsInt", f64(math.Copysign(0, -1)), scalar(value.Int64), null, lossy},
		{"NaNAsInt", f64(math.NaN()), scalar(value.Int64), null, lossy},
		{"FloatTooLargeForInt", f64(1 << 63), scalar(value.Int64), null, lossy},
		{"FloatAsLeastInt", f64(-1 << 63), scalar(value.Int64), i64(math.MinInt64), errs.OK},
		{"FloatTooLargeForInt32", f64(1 << 31), scalar(value.Int32), null, lossy},
		{"IntAsDecimal", i64(-5), scalar(value.Decimal), dec("-5"), errs.OK},
		{"DecimalAsInt", dec("12.000"), scalar(value.Int64), i64(12), errs.OK},
		{"DecimalWithFraction", dec("12.001"), scalar(value.Int64), null, lossy},
		{"DecimalTooLarge", dec("2147483648"), scalar(value.Int32), null, lossy},
		{"DecimalAsFloat", dec("0.10"), scalar(value.Float64), f64(0.1), errs.OK},
		{"DecimalDigitsLost", dec("0.12345678901234567890"), scalar(value.Float64), null, lossy},
		{"DateIsMidnightUTC", value.OfDate(-1), scalar(value.UnixTimestamp), value.OfInstant(-86400e6), errs.OK},
		{"DateBeyondYears", value.OfDate(math.MaxInt32), scalar(value.UnixTimestamp), null, lossy},
		{"MidnightAsDate", value.OfInstant(-86400e6), scalar(value.Date), value.OfDate(-1), errs.OK},
		{"NoonAsDate", value.OfInstant(-43200e6), scalar(value.Date), null, lossy},
		{"StringAsBytes", value.OfString("é"), scalar(value.Bytes), value.OfBytes([]byte("é")), errs.OK},
		{"BytesAsString", value.OfBytes([]byte("é")), scalar(value.String), value.OfString("é"), errs.OK},
		{"InvalidUTF8", value.OfBytes([]byte{0xff}), scalar(value.String), null, lossy},
		{"StringAsTime", value.OfString("1970-01-01T00:00:01Z"), scalar(value.UnixTimestamp), value.OfInstant(1e6), errs.OK},
		{"StringAsDate", value.OfString("1969-12-31"), scalar(value.Date), value.OfDate(-1), errs.OK},
		{"StringAsUuid", value.OfString("00000000-0000-0000-0000-00000000000F"), scalar(value.Uuid), value.OfUuid([16]byte{15: 15}), errs.OK},
		{"StringAsDecimal", value.OfString("1.50"), scalar(value.Decimal), dec("1.50"), errs.OK},
		{"StringThatIsNoDecimal", value.OfString("1e5"), scalar(value.Decimal), null, never},
		{"UuidAsString", value.OfUuid([16]byte{15: 15}), scalar(value.String), value.OfString("00000000-0000-0000-0000-00000000000f"), errs.OK},
		{"BytesAsUuid", value.OfBytes(make([]byte, 16)), scalar(value.Uuid), value.OfUuid([16]byte{}), errs.OK},
		{"FifteenBytesAsUuid", value.OfBytes(make([]byte, 15)), scalar(value.Uuid), null, lossy},
		{"StringAsInt", value.OfString("1"), scalar(value.Int64), null, never},
		{"IntAsString", i64(1), scalar(value.String), null, never},
		{"BoolAsInt", value.OfBool(true), scalar(value.Int64), null, never},
		{"IntAsTime", i64(1), scalar(value.UnixTimestamp), null, never},
		{"FloatAsDecimal", f64(1), scalar(value.Decimal), null, never},
		{"ArrayByElement", list(value.Array, i32(1), null), value.ArrayOf(scalar(value.Int64)), list(value.Array, i64(1), null), errs.OK},
		{"ElementThatOverflows", list(value.Array, i64(1<<40)), value.ArrayOf(scalar(value.Int32)), null, lossy},
		{"ArrayAsSet", list(value.Array, i64(2), i64(1), i64(2)), value.SetOf(scalar(value.Int64)), list(value.Set, i64(1), i64(2)), errs.OK},
		{"SetAsArray", list(value.Set, i64(1)), value.ArrayOf(scalar(value.Int64)), list(value.Array, i64(1)), errs.OK},
		{"ArrayAsVector", list(value.Array, f64(1), f64(2)), vector, list(value.Vector, f32(1), f32(2)), errs.OK},
		{"ArrayOfOtherLength", list(value.Array, f64(1)), vector, null, lossy},
		{"ArrayWithNullAsVector", list(value.Array, f64(1), null), vector, null, lossy},
		{"MapByValue", list(value.Map, value.OfString("a"), i32(1)), value.MapOf(scalar(value.Int64)), list(value.Map, value.OfString("a"), i64(1)), errs.OK},
		{"StructByPosition", list(value.Struct, i32(1)), value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "a", Type: scalar(value.Int64)}}}, list(value.Struct, i64(1)), errs.OK},
		{"StructOfOtherArity", list(value.Struct, i32(1), null), value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "a", Type: scalar(value.Int64)}}}, null, never},
		{"ArrayAsScalar", list(value.Array, i64(1)), scalar(value.Int64), null, never},
		{"ScalarAsArray", i64(1), value.ArrayOf(scalar(value.Int64)), null, never},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := value.Convert(c.in, c.to)
			if errs.CodeOf(err) != c.code || err == nil && !got.Identical(c.want) {
				t.Fatalf("got %v, %v, want %v, %s", got, err, c.want, c.code)
			}
		})
	}
}

func TestConvertToItsOwnTypeChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := drawType(t, 2)
		v := drawValue(t, typ)
		got, err := value.Convert(v, typ)
		if err != nil || !got.Identical(v) {
			t.Fatalf("%v as %s became %v, %v", v, typ, got, err)
		}
	})
}

func TestWhatConvertsThereAndBackIsUnchanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := drawScalarType(t), drawScalarType(t)
		v := drawScalar(t, from.Kind)
		there, err := value.Convert(v, to)
		if (err == nil) && !value.Convertible(from.Kind, to.Kind) {
			t.Fatalf("%s became %s, which Convertible denies", from, to)
		}
		if err != nil || from.Kind == value.Float64 && to.Kind == value.Float32 {
			return // the one conversion that rounds
		}
		back, err := value.Convert(there, from)
		if err != nil && value.Convertible(to.Kind, from.Kind) || err == nil && value.Compare(back, v) != 0 && from.Kind != value.Decimal {
			t.Fatalf("%v of %s became %v of %s, and that %v, %v", v, from, there, to, back, err)
		}
	})
}

func TestCompareIsATotalOrderOfBits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := drawType(t, 2)
		draw := func() value.Value {
			if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
				return value.Value{}
			}
			return drawValue(t, typ)
		}
		a, b, c := draw(), draw(), draw()
		if value.Compare(a, b) != -value.Compare(b, a) {
			t.Fatalf("%v and %v compare differently when swapped", a, b)
		}
		if value.Compare(a, b) <= 0 && value.Compare(b, c) <= 0 && value.Compare(a, c) > 0 {
			t.Fatalf("%v ≤ %v ≤ %v, but not the first and the last", a, b, c)
		}
		if (value.Compare(a, b) == 0) != a.Identical(b) {
			t.Fatalf("%v and %v: Compare %d, Identical %v", a, b, value.Compare(a, b), a.Identical(b))
		}
	})
}

func TestCompareOrder(t *testing.T) {
	t.Parallel()
	f := value.OfFloat64
	dec := func(s string) value.Value { return value.OfText(value.Decimal, s) }
	for name, ascending := range map[string][]value.Value{
		"Floats":   {{}, f(math.Inf(-1)), f(-1), f(math.Copysign(0, -1)), f(0), f(math.SmallestNonzeroFloat64), f(1), f(math.Inf(1)), f(math.NaN())},
		"Float32s": {{}, value.OfFloat32(float32(math.Inf(-1))), value.OfFloat32(float32(math.Copysign(0, -1))), value.OfFloat32(0), value.OfFloat32(float32(math.Inf(1))), value.OfFloat32(float32(math.NaN()))},
		"Strings":  {{}, value.OfString(""), value.OfString("B"), value.OfString("a"), value.OfString("aa"), value.OfString("b"), value.OfString("é")},
		"Decimals": {{}, dec("-10"), dec("-9.5"), dec("0"), dec("0.5"), dec("1"), dec("1.0"), dec("1.01"), dec("10"), dec("100")},
		"Bools":    {{}, value.OfBool(false), value.OfBool(true)},
		"Lists":    {{}, value.OfList(value.Array, nil), value.OfList(value.Array, []value.Value{{}}), value.OfList(value.Array, []value.Value{f(1)}), value.OfList(value.Array, []value.Value{f(1), f(0)}), value.OfList(value.Array, []value.Value{f(2)})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range ascending[1:] {
				if value.Compare(ascending[i], ascending[i+1]) != -1 {
					t.Errorf("%v is not less than %v", ascending[i], ascending[i+1])
				}
			}
		})
	}
}

func TestMakeSetSortsAndDropsDuplicates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		elem := drawScalarType(t)
		parts := drawParts(t, rapid.IntRange(0, 9).Draw(t, "n"), func(int) value.Type { return elem })
		set := value.MakeSet(elem, parts).List()
		for i := 1; i < len(set); i++ {
			if value.Compare(set[i-1], set[i]) >= 0 {
				t.Fatalf("%v is not ascending", set)
			}
		}
		for _, p := range parts {
			if !slices.ContainsFunc(set, p.Identical) {
				t.Fatalf("%v lacks %v", set, p)
			}
		}
	})
}
