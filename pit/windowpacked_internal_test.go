package pit

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPackedNumbersComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.SampledFrom([]int64{0, 1, 1000, math.MaxUint32, math.MaxUint32 + 1, -1, math.MaxInt64, math.MinInt64})
		xs := []int64{rapid.Int64().Draw(t, "first")}
		for range rapid.IntRange(0, 5).Draw(t, "more") {
			xs = append(xs, xs[len(xs)-1]+step.Draw(t, "step")) // which may wrap around
		}
		at := make([]uint32, len(xs))
		for i := range at {
			at[i] = uint32(len(xs) - 1 - i)
		}
		p := pack(xs)
		r := &bagReader{p.append(nil)}
		for what, q := range map[string]packed{"as it is": p, "read": r.packed()} {
			got := make([]int64, len(xs))
			q.place(got, at)
			slices.Reverse(got)
			if !slices.Equal(got, xs) || len(r.rest) > 0 {
				t.Fatalf("%s: got %v, want %v, %d bytes are left", what, got, xs, len(r.rest))
			}
		}
	})
	if p := pack(nil); p.bytes() != 0 {
		t.Errorf("nothing takes %d bytes", p.bytes())
	}
}
