package pit

import (
	"hash/maphash"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// inBuckets returns the index of the spine of p whose keys are in buckets.
func inBuckets(t *testing.T, p *Plan, keys *value.Column) *index {
	t.Helper()
	x := &index{form: intKey, seed: maphash.MakeSeed(), keys: []*value.Column{keys}, types: []value.Type{keys.Type}}
	x.buckets, x.shift = bucketsFor(len(p.Spine.AsOf))
	b := &indexBuild{index: x, plan: p}
	if err := b.count(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.arrange()
	if err := b.sort(t.Context()); err != nil {
		t.Fatal(err)
	}
	return x
}

// found returns the spine rows of each row of a block.
func found(x *index, b *keyBlock) [][]uint32 {
	h := &hits{}
	x.lookup(b, h)
	out := make([][]uint32, b.n)
	for i := range h.n {
		out[h.key[i]] = x.rows[h.span[i].lo:h.span[i].hi]
	}
	return out
}

func TestKeysThatLieCloseAreFoundAsThoseInBuckets(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	dense := 0
	for range 300 {
		low := []int64{0, -20, math.MinInt64, math.MaxInt64 - 2000, r.Int64()}[r.IntN(5)]
		reach := 1 + r.Int64N([]int64{10, 2000}[r.IntN(2)])
		key := func() int64 { return min(low, math.MaxInt64-reach) + r.Int64N(reach) }
		col, p := value.NewColumn(value.Scalar(value.Int64), 0), &Plan{Spine: Spine{Columns: &value.Batch{}}}
		for range r.IntN(600) {
			at := eventtime.Instant(r.IntN(50))
			if r.IntN(10) == 0 {
				at = eventtime.None
			}
			v := value.OfInt64(key())
			if r.IntN(10) == 0 {
				v = value.Value{}
			}
			col.Append(v)
			p.Spine.AsOf = append(p.Spine.AsOf, at)
		}
		p.Spine.Columns.Add("k", col)
		x, err := newIndex(t.Context(), p, []*value.Column{col})
		if err != nil {
			t.Fatal(err)
		}
		if x.dense.spans != nil {
			dense++
		}
		block := &keyBlock{form: intKey, n: 200}
		for j := range block.n {
			block.row[j], block.code[j] = int32(j), uint64(key())
			if r.IntN(4) == 0 {
				block.code[j] += uint64(r.Int64N(5)-2) * uint64(reach)
			}
		}
		got, want := found(x, block), found(inBuckets(t, p, col), block)
		for j := range got {
			if !slices.Equal(got[j], want[j]) {
				t.Fatalf("key %d: got rows %v, want %v", int64(block.code[j]), got[j], want[j])
			}
		}
	}
	if dense < 50 || dense > 280 {
		t.Errorf("%d of 300 indexes were dense: the generator is too tame", dense)
	}
}
