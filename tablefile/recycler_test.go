package tablefile

import "testing"

func TestRecycledBufferIsHandedOutAgain(t *testing.T) {
	t.Parallel()
	r := &recycler{}
	for size := 1 << recycleBitsMin; size <= 1<<recycleBitsMax; size *= 2 {
		for _, n := range []int{size - 63, size} {
			b := r.Allocate(n)
			if len(b) != n || cap(b) != size {
				t.Fatalf("a buffer of %d bytes has length %d and capacity %d", n, len(b), cap(b))
			}
			r.Free(b)
		}
	}
	if b := r.Allocate(1<<recycleBitsMax + 1); len(b) != 1<<recycleBitsMax+1 {
		t.Errorf("got %d bytes", len(b))
	}
}
