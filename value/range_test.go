package value_test

import (
	"math/rand/v2"
	"testing"

	"github.com/truepoint/truepoint/value"
)

func TestAppendRangeAppendsTheRowsOfTheColumn(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 2))
	for _, typ := range []value.Type{
		value.Scalar(value.Int64), value.Scalar(value.Float32), value.Scalar(value.Float64), value.Scalar(value.String), value.ArrayOf(value.Scalar(value.Int64)),
	} {
		c := value.NewColumn(typ, 0)
		for i := range 300 {
			v := value.OfList(value.Array, []value.Value{value.OfInt64(int64(i))})
			switch typ.Kind {
			case value.Int64:
				v = value.OfInt64(int64(i))
			case value.Float32:
				v = value.OfFloat32(float32(i))
			case value.Float64:
				v = value.OfFloat64(float64(i))
			case value.String:
				v = value.OfString(string(rune('a' + i%26)))
			}
			if rng.IntN(4) == 0 {
				v = value.Value{}
			}
			c.Append(v)
		}
		for range 50 {
			lo := rng.IntN(300)
			hi := lo + rng.IntN(301-lo)
			grown := value.NewColumn(typ, 0)
			grown.Append(c.At(0))
			grown.AppendRange(c, lo, hi)
			cut := c.Slice(lo, hi)
			if cut.Len() != hi-lo || grown.Len() != hi-lo+1 {
				t.Fatalf("%s: rows %d to %d gave %d and %d", typ, lo, hi, cut.Len(), grown.Len())
			}
			for i := range hi - lo {
				if want := c.At(lo + i); !cut.At(i).Identical(want) || !grown.At(i+1).Identical(want) {
					t.Fatalf("%s, row %d of %d to %d: got %#v and %#v, want %#v", typ, i, lo, hi, cut.At(i), grown.At(i+1), want)
				}
			}
		}
	}
}
