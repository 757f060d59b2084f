package flatpage

import "math/bits"

// Word returns 64 bits from bit at on; those behind the last word are 0.
func Word(words []uint64, at int) uint64 {
	i, shift := at>>6, at&63
	if i >= len(words) {
		return 0
	}
	w := words[i] >> shift
	if shift != 0 && i+1 < len(words) {
		w |= words[i+1] << (64 - shift)
	}
	return w
}

// Run returns the first of the bits lo, where lo < hi, and the end of the run of bits like it: at most hi. Bits behind the
// last word are 0.
func Run(words []uint64, lo, hi int) (set bool, end int) {
	set = Word(words, lo)&1 != 0
	for end = lo; end < hi && (set || end>>6 < len(words)); end += 64 {
		w := Word(words, end)
		if set {
			w = ^w
		}
		if w != 0 {
			return set, min(hi, end+bits.TrailingZeros64(w))
		}
	}
	return set, hi
}
