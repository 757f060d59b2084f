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
