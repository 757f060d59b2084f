package pit

import (
	"math/rand/v2"
	"testing"
)

// Among so many keys there are some whose seats look the same.
func TestBestTableFindsEveryKeyAsItGrows(t *testing.T) {
	t.Parallel()
	const keys = 300_000
	codes := make([]uint64, keys)
	for i, r := 0, rand.New(rand.NewPCG(1, 2)); i < keys; i++ {
		codes[i] = r.Uint64()
	}
	b := newBestTable(intKey, 0)
	likely := map[uint64]bool{}
	alike := 0
	for i, code := range codes {
		b.reserve(1)
		if n := b.find(code, ""); n >= 0 {
			t.Fatalf("key %d is entry %d before it came", code, n)
		}
		if n := b.insert(entry{code: code, best: refOf(int64(i))}, ""); n != i {
			t.Fatalf("got entry %d, want %d", n, i)
		}
		high := spread(code) >> 32
		if likely[high] {
			alike++
		}
		likely[high] = true
	}
	if alike == 0 {
		t.Error("no two seats look the same")
	}
	for i, code := range codes {
		if n := b.find(code, ""); n != i {
			t.Fatalf("key %d: got entry %d, want %d", code, n, i)
		}
		if n := b.likely(b.home(code), code); n < 0 || n != i && spread(b.at(n).code)>>32 != spread(code)>>32 {
			t.Fatalf("key %d is likely entry %d", code, n)
		}
	}
}
