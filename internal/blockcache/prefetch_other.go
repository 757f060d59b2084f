//go:build !amd64 && !arm64

package blockcache

// prefetch does nothing here.
func prefetch(*byte) {}
