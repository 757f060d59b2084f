//go:build amd64 || arm64

package blockcache

// prefetch has the processor fetch the line of cache that p lies in. It waits for nothing and reads nothing.
//
//go:noescape
func prefetch(p *byte)
