package tablefile

import (
	"math/bits"
	"sync"
)

// A recycler hands out the same few buffers again and again for column chunks and pages, of which a join decodes many
// gigabytes: fresh ones are cleared first, and let the heap grow. They are given back when a column chunk is decoded,
// after which nothing refers to them: numbers lie in columns and texts are copied. Pages that wait for the end of the row group
// that is written have them too. Safe for concurrent use.
type recycler struct {
	pools [recycleBitsMax + 1]sync.Pool // of *[]byte with that power of two as capacity
}

// buffers are those of all files: a join reads one after the other.
var buffers recycler

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
		return make([]byte, size)
	}
	if b, ok := r.pools[n].Get().(*[]byte); ok {
		return (*b)[:size]
	}
	return make([]byte, size, 1<<n)
}

// Free takes a buffer back.
func (r *recycler) Free(b []byte) {
	if n := classOf(cap(b)); n != 0 && cap(b) == 1<<n {
		b = b[:0]
		r.pools[n].Put(&b)
	}
}
