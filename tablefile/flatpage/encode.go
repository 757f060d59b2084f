package flatpage

import (
	"encoding/binary"
	"math/bits"
)

// From so many equal numbers on a run of their own is worth its header and that of the bit-packed run behind it. A level
// has one bit, an index most often more.
const (
	runMin      = 8
	runMinLevel = 16
)

// AppendPresent appends the definition levels of the n rows of an optional column, without a length in front: 0 for those
// whose bit in nulls is set, else 1. nulls may be shorter; bits behind the last word are 0.
func AppendPresent(dst []byte, nulls []uint64, n int) []byte {
	for lo := 0; lo < n; {
		if null, end := levelRun(nulls, lo, n); end-lo >= runMinLevel || end == n {
			level := byte(1)
			if null {
				level = 0
			}
			dst = append(binary.AppendUvarint(dst, uint64(end-lo)<<1), level)
			lo = end
			continue
		}
		hi := lo + 8
		for hi < n {
			if _, end := levelRun(nulls, hi, n); end-hi >= runMinLevel {
				break
			}
			hi += 8
		}
		dst = binary.AppendUvarint(dst, uint64(hi-lo)/8<<1|1)
		for ; lo < hi; lo += 8 {
			dst = append(dst, ^byte(Word(nulls, lo)))
		}
	}
	return dst
}

// levelRun returns the run of equal levels that begins at row lo. It ends at n or a multiple of eight rows behind lo,
// where a bit-packed group can begin.
func levelRun(nulls []uint64, lo, n int) (null bool, end int) {
	null, end = Run(nulls, lo, n)
	if end < n {
		end -= (end - lo) % 8
	}
	return null, end
}

// AppendIndices appends positions in a dictionary of so many entries as IndicesOf reads them: the width of an index, and
// the indices. Each is less than entries.
func AppendIndices(dst []byte, indices []uint32, entries int) []byte {
	width := max(1, bits.Len(uint(max(entries, 1)-1))) // 0 bits, for a single entry, is more than some readers know
	dst = append(dst, byte(width))
	for len(indices) > 0 {
		if n := equal(indices); n >= runMin {
			dst = binary.AppendUvarint(dst, uint64(n)<<1)
			for i := range (width + 7) / 8 {
				dst = append(dst, byte(indices[0]>>(8*i)))
			}
			indices = indices[n:]
			continue
		}
		n := min(8, len(indices))
		for n < len(indices) && equal(indices[n:]) < runMin {
			n = min(n+8, len(indices))
		}
		dst = appendPacked(dst, indices[:n], width)
		indices = indices[n:]
	}
	return dst
}

// equal returns how many numbers are like the first.
func equal(numbers []uint32) int {
	n := 1
	for n < len(numbers) && numbers[n] == numbers[0] {
		n++
	}
	return n
}

// appendPacked appends a bit-packed run, whose last group it fills up with zeros.
func appendPacked(dst []byte, numbers []uint32, width int) []byte {
	groups := (len(numbers) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	end := len(dst) + groups*width
	var word uint64
	filled := 0 // bits of word, less than 32 between numbers
	for _, x := range numbers {
		word |= uint64(x) << filled
		if filled += width; filled >= 32 {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(word))
			word >>= 32
			filled -= 32
		}
	}
	for len(dst) < end {
		dst = append(dst, byte(word))
		word >>= 8
	}
	return dst
}

// AppendText appends a text as Texts reads it.
func AppendText(dst []byte, text string) []byte {
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(text))), text...)
}
