package pit

import (
	"syscall"
	"unsafe"
)

// hugeBytes is the size of a huge page, and that of the smallest slice that is worth one.
const hugeBytes = 2 << 20

// makeLarge returns n zero items for a table that is read and written all over. The kernel is asked to map it in huge
// pages: with small ones most looks at it miss the cache of addresses too, which costs as much as the miss itself.
// Where it does not, nothing is lost but time.
func makeLarge[T any](n int) []T {
	items := make([]T, n)
	if n == 0 {
		return items
	}
	size := uintptr(n) * unsafe.Sizeof(items[0])
	if size < hugeBytes {
		return items
	}
	start := uintptr(unsafe.Pointer(&items[0]))
	skip := -start & (uintptr(syscall.Getpagesize()) - 1)
	_ = syscall.Madvise(unsafe.Slice((*byte)(unsafe.Pointer(&items[0])), size)[skip:], syscall.MADV_HUGEPAGE)
	return items
}
