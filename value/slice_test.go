package value_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/value"
)

func TestSliceHasTheRowsOfItsRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]value.Type{value.Scalar(value.Int64), value.Scalar(value.String), value.Scalar(value.Float32)}).Draw(t, "type")
		n := rapid.IntRange(0, 300).Draw(t, "rows")
		c := value.NewColumn(typ, n)
		for i := range n {
			switch {
			case rapid.IntRange(0, 9).Draw(t, "null") == 0:
				c.Append(value.Value{})
			case typ.Kind == value.Int64:
				c.Append(value.OfInt64(int64(i)))
			case typ.Kind == value.String:
				c.Append(value.OfString(string(rune('a' + i%26))))
			default:
				c.Append(value.OfFloat32(float32(i)))
			}
		}
		lo := rapid.IntRange(0, n).Draw(t, "lo")
		hi := rapid.IntRange(lo, n).Draw(t, "hi")
		s := c.Slice(lo, hi)
		if s.Len() != hi-lo {
			t.Fatalf("Slice(%d, %d) has %d rows", lo, hi, s.Len())
		}
		for i := range s.Len() {
			if !s.At(i).Identical(c.At(lo+i)) || s.Null(i) != c.Null(lo+i) {
				t.Fatalf("row %d of Slice(%d, %d) is not row %d", i, lo, hi, lo+i)
			}
		}
	})
}

func TestKeepLeavesThePickedRowsInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]value.Type{value.Scalar(value.Bool), value.Scalar(value.Float64), value.Scalar(value.Bytes), value.ArrayOf(value.Scalar(value.Int64))}).Draw(t, "type")
		n := rapid.IntRange(0, 200).Draw(t, "rows")
		c, want := value.NewColumn(typ, n), value.NewColumn(typ, n)
		picked := make([]uint64, (n+63)/64)
		for i := range n {
			v := value.Value{}
			switch kind := rapid.IntRange(0, 4).Draw(t, "value"); {
			case kind == 0:
			case typ.Kind == value.Bool:
				v = value.OfBool(kind == 1)
			case typ.Kind == value.Float64:
				v = value.OfFloat64(float64(i))
			case typ.Kind == value.Bytes:
				v = value.OfBytes([]byte{byte(i)})
			default:
				v = value.OfList(value.Array, []value.Value{value.OfInt64(int64(i))})
			}
			c.Append(v)
			if rapid.Bool().Draw(t, "picked") {
				picked[i>>6] |= 1 << (i & 63)
				want.Append(v)
			}
		}
		c.Keep(picked)
		if c.Len() != want.Len() || c.HasNulls() != want.HasNulls() {
			t.Fatalf("%d rows, nulls %t; want %d, %t", c.Len(), c.HasNulls(), want.Len(), want.HasNulls())
		}
		for i := range want.Len() {
			if !c.At(i).Identical(want.At(i)) {
				t.Fatalf("row %d is %#v, want %#v", i, c.At(i), want.At(i))
			}
		}
	})
}
