package pit

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	hugeBytes = 2 << 20  // the size of a huge page, and that of the smallest slice that is worth one
	mapBytes  = 64 << 10 // that of the smallest slice that is worth a call of the kernel
)

// makeLarge returns n zero items for a table that is read and written all over. The kernel is asked to map it at once, which
// takes half the time of doing so page by page, above all where a page is read before it is written; and in huge pages: with
// small ones most looks at a large table miss the cache of addresses too, which costs as much as the miss itself. Where it does not,
// nothing is lost but time.
func makeLarge[T any](n int) []T {
	items := make([]T, n)
	if n == 0 {
		return items
	}
	size := uintptr(n) * unsafe.Sizeof(items[0])
	if size < mapBytes {
		return items
	}
	start := uintptr(unsafe.Pointer(&items[0]))
	skip := -start & (uintptr(syscall.Getpagesize()) - 1)
	memory := unsafe.Slice((*byte)(unsafe.Pointer(&items[0])), size)[skip:]
	if size >= hugeBytes {
		_ = syscall.Madvise(memory, syscall.MADV_HUGEPAGE)
	}
	_ = syscall.Madvise(memory, unix.MADV_POPULATE_WRITE)
	return items
}
