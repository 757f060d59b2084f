package tablefile

import (
	"math/bits"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// A recycler hands the Parquet reader the same few buffers again and again for pages, of which a join decodes many
// gigabytes: fresh ones are cleared first, and let the heap grow. The reader gives a page's buffers back when its column
// chunk is closed, after which nothing of ours refers to them: numbers are decoded into columns and texts are copied.
// So it is for flat columns only; the general reader hands out arrays that outlive the chunk. Safe for concurrent use.
type recycler struct {
	memory.GoAllocator
	pools [recycleBitsMax + 1]sync.Pool // of *[]byte with that power of two as capacity
}

// Smaller buffers are not worth the trouble, greater ones are rare.
const (
	recycleBitsMin = 15
	recycleBitsMax = 26
)

// classOf returns the pool for buffers of a size; 0: none.
func classOf(size int) int {
	if n := bits.Len(uint(size - 1)); size > 0 && n >= recycleBitsMin && n <= recycleBitsMax {
		return n
	}
	return 0
}

// Allocate returns a buffer of so many bytes, not all of which need be zero.
func (r *recycler) Allocate(size int) []byte {
	n := classOf(size)
	if n == 0 {
		return r.GoAllocator.Allocate(size)
	}
	if b, ok := r.pools[n].Get().(*[]byte); ok {
		return (*b)[:size]
	}
	return make([]byte, size, 1<<n)
}

// Reallocate returns a buffer of so many bytes that begins with those of b, which it takes back.
func (r *recycler) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		return b[:size]
	}
	out := r.Allocate(size)
	copy(out, b)
	r.Free(b)
	return out
}

// Free takes a buffer back.
func (r *recycler) Free(b []byte) {
	if n := classOf(cap(b)); n != 0 && cap(b) == 1<<n {
		b = b[:0]
		r.pools[n].Put(&b)
	}
}
