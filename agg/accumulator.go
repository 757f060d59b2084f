package agg

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// An accumulator is an exact sum of integers, floats or their squares: as many 64-bit words as the numbers that it has
// seen need, in two's complement. For numbers of like size that is three words, for the whole range of squares of
// float64 it is 68. It is a superaccumulator that holds only the words in use (R. Neal, Fast Exact Summation Using Small
// and Large Superaccumulators, 2015). The zero accumulator is 0.
type accumulator struct {
	low   int      // index of words[0] from the origin
	words []uint64 // the top one keeps its highest two bits equal, so that a carry into it never overflows
}

// origin is the exponent of the lowest bit that an accumulator can have: a multiple of 64 that is no greater than that
// of the least square, 2^−2148.
const origin = -34 * 64

// wordsMax bounds the words of an accumulator: 2^63 squares of the greatest float64 fit.
const wordsMax = 68

// A term is a number to be added: (hi·2^64 + lo)·2^exp, negative or not.
type term struct {
	hi, lo   uint64
	exp      int
	negative bool
}

// floatTerm returns a finite x.
func floatTerm(x float64) term {
	b := math.Float64bits(x)
	m, e := b&(1<<52-1), int(b>>52&0x7ff)
	if e == 0 {
		return term{lo: m, exp: -1074, negative: b>>63 != 0}
	}
	return term{lo: m | 1<<52, exp: e - 1075, negative: b>>63 != 0}
}

func intTerm(n int64) term {
	if n < 0 {
		return term{lo: -uint64(n), negative: true}
	}
	return term{lo: uint64(n)}
}

// squared returns t², for t without hi.
func (t term) squared() term {
	hi, lo := bits.Mul64(t.lo, t.lo)
	return term{hi: hi, lo: lo, exp: 2 * t.exp}
}

// add adds t.
func (a *accumulator) add(t term) {
	if t.hi|t.lo == 0 {
		return
	}
	at, shift := (t.exp-origin)>>6, uint(t.exp-origin)&63
	w := [3]uint64{t.lo << shift, t.hi<<shift | t.lo>>(64-shift), t.hi >> (64 - shift)}
	n := 3
	if w[2] == 0 {
		n = 2
	}
	a.reserve(at, at+n)
	if t.negative {
		a.subtractWords(at-a.low, w[:n])
	} else {
		a.addWords(at-a.low, w[:n])
	}
}

// merge adds b.
func (a *accumulator) merge(b *accumulator) {
	if len(b.words) == 0 {
		return
	}
	a.reserve(b.low, b.low+len(b.words))
	if b.words[len(b.words)-1]>>63 == 0 {
		a.addWords(b.low-a.low, b.words)
		return
	}
	minus := slices.Clone(b.words)
	carry := uint64(1)
	for i := range minus {
		minus[i], carry = bits.Add64(^minus[i], 0, carry)
	}
	a.subtractWords(b.low-a.low, minus)
}

// addWords adds w, which is not negative, at words[i]; there is at least one word above.
func (a *accumulator) addWords(i int, w []uint64) {
	var c uint64
	for k := range w {
		a.words[i+k], c = bits.Add64(a.words[i+k], w[k], c)
	}
	for i += len(w); c != 0 && i < len(a.words); i++ {
		a.words[i], c = bits.Add64(a.words[i], 0, c)
	}
	a.extend()
}

func (a *accumulator) subtractWords(i int, w []uint64) {
	var c uint64
	for k := range w {
		a.words[i+k], c = bits.Sub64(a.words[i+k], w[k], c)
	}
	for i += len(w); c != 0 && i < len(a.words); i++ {
		a.words[i], c = bits.Sub64(a.words[i], 0, c)
	}
	a.extend()
}

// extend restores the spare bit of the top word.
func (a *accumulator) extend() {
	top := a.words[len(a.words)-1]
	if top>>63 != top>>62&1 {
		a.words = append(a.words, uint64(int64(top)>>63))
	}
}

// reserve makes room for words from index low to top, both counted from the origin and inclusive.
func (a *accumulator) reserve(low, top int) {
	if len(a.words) == 0 {
		a.low, a.words = low, make([]uint64, top-low+1)
		return
	}
	if low < a.low {
		a.words = slices.Insert(a.words, 0, make([]uint64, a.low-low)...)
		a.low = low
	}
	for a.low+len(a.words) <= top {
		a.words = append(a.words, uint64(int64(a.words[len(a.words)-1])>>63))
	}
}

// fixed returns the sum; it shares memory with a.
func (a *accumulator) fixed() fixed { return fixed{a.words, origin + 64*a.low} }

// append appends the sum: the number of its bytes, which of them counted from the origin is the first, then the bytes
// in two's complement, lowest first; idle bytes at both ends are left out and zero has no first. These bytes do not
// depend on how the sum came about.
func (a *accumulator) append(dst []byte) []byte {
	b := make([]byte, 0, 8*len(a.words))
	for _, w := range a.words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	for len(b) > 1 && idleTop(b) {
		b = b[:len(b)-1]
	}
	first := 8 * a.low
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
		first++
	}
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	if len(b) == 0 {
		return dst
	}
	return append(binary.AppendUvarint(dst, uint64(first)), b...)
}

// idleTop reports whether the last of at least two bytes says no more than the sign of the one before.
func idleTop(b []byte) bool {
	top, next := b[len(b)-1], b[len(b)-2]
	return top == 0 && next < 0x80 || top == 0xff && next >= 0x80
}

// parse reads what append wrote.
func (a *accumulator) parse(r *reader) {
	n := int(r.count(8 * wordsMax))
	if n == 0 {
		return
	}
	first := int(r.count(uint64(8*wordsMax - n)))
	b := r.take(n)
	if b == nil {
		return
	}
	if b[0] == 0 || n > 1 && idleTop(b) {
		r.fail("a sum with idle bytes")
		return
	}
	a.low = first / 8
	padded := append(make([]byte, first%8, first%8+n+8), b...)
	sign := byte(int8(b[n-1]) >> 7)
	for len(padded)%8 != 0 {
		padded = append(padded, sign)
	}
	for ; len(padded) > 0; padded = padded[8:] {
		a.words = append(a.words, binary.LittleEndian.Uint64(padded))
	}
	a.extend()
}
