//go:build unix

package blockcache

import "golang.org/x/sys/unix"

// take returns n zero bytes outside Go's heap. The system gives them page by page, as they are touched.
func take(n int) ([]byte, error) {
	return unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
}

// give returns what take took.
func give(b []byte) error { return unix.Munmap(b) }
