package dataset

import (
	"math"
	"testing"

	"github.com/truepoint/truepoint/value"
)

func TestFloatsOfAnotherEngineAreNear(t *testing.T) {
	t.Parallel()
	f, entries := value.OfFloat64, func(x float64) value.Value {
		return value.OfList(value.Map, []value.Value{value.OfString("k"), value.OfFloat64(x), value.OfString("l"), {}})
	}
	for _, c := range []struct {
		a, b value.Value
		want bool
	}{
		{f(10.3), f(10.299999999999999), true}, {f(10.3), f(10.3000001), false}, {f(0), f(math.Copysign(0, -1)), true}, {f(1e-20), f(2e-20), false},
		{f(math.NaN()), f(math.NaN()), true}, {f(math.NaN()), f(1), false}, {f(math.Inf(1)), f(1), false}, {f(1), value.Value{}, false}, {value.Value{}, value.Value{}, true},
		{entries(10.3), entries(10.299999999999999), true}, {entries(1), entries(2), false}, {value.OfInt64(1), value.OfInt64(1), true}, {value.OfInt64(1), value.OfInt64(2), false},
	} {
		if got := near(c.a, c.b); got != c.want {
			t.Errorf("%v and %v: got %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
