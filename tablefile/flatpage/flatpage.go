// Package flatpage finds single values in a data page of a Parquet column that neither repeats nor nests, so that who
// wants one row in ten does not pay for the other nine; and it makes the bytes of such a page (AppendPresent,
// AppendIndices, AppendText).
//
// A page says which of its rows have a value (Present) and then holds the values one behind the other: as they are, or as
// indices into the dictionary of the column chunk (Indices). Texts that stand as they are can only be walked over (Texts);
// numbers need no type here, their place follows from their size. All of it trusts nothing: a damaged page is an error
// and never a read outside of its bytes.
//
// Source: the Parquet format, "Encodings": plain (0), and the hybrid of run-length and bit-packed runs (3), which
// definition levels and indices (2 and 8) share.
package flatpage

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// ErrDamaged says that the bytes of a page are not what its header claims.
var ErrDamaged = errors.New("the page ends early or its runs are damaged")

// A hybrid walks over runs of numbers of one width, in order.
type hybrid struct {
	rest       []byte // behind the current run
	width      int    // bits of a number, 0–32
	mask       uint64
	start, end int    // numbers of the current run
	packed     []byte // of a bit-packed run: its bytes and those behind it; nil: all numbers are same
	same       uint32
}

func newHybrid(b []byte, width int) hybrid {
	return hybrid{rest: b, width: width, mask: 1<<width - 1}
}

// next goes to the next run and reports whether there is one.
func (h *hybrid) next() bool {
	head, n := binary.Uvarint(h.rest)
	if n <= 0 || head>>1 == 0 || head>>1 > 1<<31 {
		return false
	}
	h.rest, h.start = h.rest[n:], h.end
	if head&1 == 0 {
		return h.repeated(int(head >> 1))
	}
	size := int(head>>1) * h.width // eight numbers take as many bytes as one has bits
	h.packed = h.rest
	if h.end += int(head>>1) * 8; size > len(h.rest) { // writers may leave the padding of the last run away
		if h.end = h.start + len(h.rest)*8/h.width; h.end == h.start {
			return false
		}
		size = len(h.rest)
	}
	h.rest = h.rest[size:]
	return true
}

// repeated begins a run of count equal numbers.
func (h *hybrid) repeated(count int) bool {
	size := (h.width + 7) / 8
	if size > len(h.rest) {
		return false
	}
	h.packed, h.same = nil, 0
	for i, b := range h.rest[:size] {
		h.same |= uint32(b) << (8 * i)
	}
	h.rest = h.rest[size:]
	h.end += count
	return uint64(h.same) <= h.mask
}

// unpack returns number k of the current run, which is bit-packed.
func (h *hybrid) unpack(k int) uint32 {
	bit := (k - h.start) * h.width
	p := h.packed[bit>>3:]
	if len(p) >= 8 {
		return uint32(binary.LittleEndian.Uint64(p) >> (bit & 7) & h.mask)
	}
	var word uint64
	for i, b := range p {
		word |= uint64(b) << (8 * i)
	}
	return uint32(word >> (bit & 7) & h.mask)
}

// Present sets the bits of those of n rows that have a value in present, which must have (n+63)/64 words, and returns how
// many there are. levels are the definition levels of an optional column, 0 or 1, without a length in front.
func Present(levels []byte, n int, present []uint64) (count int, err error) {
	clear(present)
	h := newHybrid(levels, 1)
	for h.end < n {
		if !h.next() {
			return 0, ErrDamaged
		}
		switch lo, hi := h.start, min(h.end, n); {
		case h.packed != nil:
			for k := lo; k < hi; k++ {
				present[k>>6] |= uint64(h.unpack(k)) << (k & 63)
			}
		case h.same == 1:
			setRange(present, lo, hi)
		}
	}
	for _, w := range present {
		count += bits.OnesCount64(w)
	}
	return count, nil
}

// setRange sets the bits lo ≤ k < hi.
func setRange(words []uint64, lo, hi int) {
	for ; lo < hi && lo&63 != 0; lo++ {
		words[lo>>6] |= 1 << (lo & 63)
	}
	for ; lo+64 <= hi; lo += 64 {
		words[lo>>6] = ^uint64(0)
	}
	for ; lo < hi; lo++ {
		words[lo>>6] |= 1 << (lo & 63)
	}
}
