package tablefile

import (
	"bytes"
	"testing"
)

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

func TestGrownBufferKeepsItsBytes(t *testing.T) {
	t.Parallel()
	r := &recycler{}
	for _, size := range []int{0, 100, 1<<recycleBitsMin - 1, 1 << recycleBitsMin, 100_000} {
		b := r.Allocate(size)
		for i := range b {
			b[i] = byte(i)
		}
		want := bytes.Clone(b)
		grown := r.Reallocate(2*size+1, b)
		if len(grown) != 2*size+1 || !bytes.Equal(grown[:size], want) {
			t.Errorf("a buffer of %d bytes lost some when it grew", size)
		}
		if shrunk := r.Reallocate(size/2, grown); !bytes.Equal(shrunk, want[:size/2]) {
			t.Errorf("a buffer of %d bytes lost some when it shrank", size)
		}
	}
}
