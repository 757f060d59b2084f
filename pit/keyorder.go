package pit

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
)

// A sortKey is the first eight bytes of an encoded key behind the beginning that all keys share, and the key's number.
type sortKey struct {
	prefix uint64
	at     uint32
}

// order returns the numbers of n keys in the order of the keys: of their prefixes first, then, where those are equal, of
// the whole.
func (w *winners) order(ctx context.Context, n int) ([]sortKey, error) {
	skip := w.shared(n)
	order := make([]sortKey, n)
	var padded [8]byte
	for i := range order {
		rest := w.key(uint32(i))[skip:]
		if len(rest) < 8 {
			padded = [8]byte{}
			copy(padded[:], rest)
			rest = padded[:]
		}
		order[i] = sortKey{binary.BigEndian.Uint64(rest), uint32(i)}
	}
	order, err := radixSort(ctx, order)
	if err != nil {
		return nil, err
	}
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && order[hi].prefix == order[lo].prefix {
			hi++
		}
		if hi-lo > 1 {
			slices.SortFunc(order[lo:hi], func(a, b sortKey) int { return bytes.Compare(w.key(a.at), w.key(b.at)) })
		}
		lo = hi
	}
	return order, nil
}

// shared returns the length of the longest beginning that n keys share.
func (w *winners) shared(n int) int {
	if n == 0 {
		return 0
	}
	first := w.key(0)
	length := len(first)
	for i := range n {
		k := w.key(uint32(i))
		length = min(length, len(k))
		for j := range length {
			if k[j] != first[j] {
				length = j
				break
			}
		}
	}
	return length
}

// radixSort sorts by prefix, byte by byte from the last, leaving out bytes that are the same in all. It is stable.
func radixSort(ctx context.Context, keys []sortKey) ([]sortKey, error) {
	to := make([]sortKey, len(keys))
	for shift := 0; shift < 64; shift += 8 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var ends [257]int
		for _, k := range keys {
			ends[k.prefix>>shift&0xFF+1]++
		}
		if slices.Contains(ends[1:], len(keys)) {
			continue
		}
		for i := range 256 {
			ends[i+1] += ends[i]
		}
		for _, k := range keys {
			b := k.prefix >> shift & 0xFF
			to[ends[b]] = k
			ends[b]++
		}
		keys, to = to, keys
	}
	return keys, nil
}
