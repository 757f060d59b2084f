package agg

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// A fixed is an exact number: the integer that words hold in two's complement, least significant first, times 2^scale.
// Without words it is zero.
type fixed struct {
	words []uint64
	scale int
}

// sign returns −1, 0 or 1, and the index of the least word that is not zero.
func (f fixed) sign() (sign, low int) {
	for low < len(f.words) && f.words[low] == 0 {
		low++
	}
	switch {
	case low == len(f.words):
		return 0, 0
	case f.words[len(f.words)-1]>>63 != 0:
		return -1, low
	}
	return 1, low
}

// magnitude returns word i of |f|, given what sign returned. Words below the first are 0.
func (f fixed) magnitude(i, sign, low int) uint64 {
	switch {
	case i < low:
		return 0
	case sign > 0:
		return f.words[i]
	case i == low:
		return -f.words[i]
	}
	return ^f.words[i]
}

// over returns the float64 nearest to f/n, ties to even, ±Inf beyond the range; a zero is +0. n must not be 0.
func (f fixed) over(n uint64) float64 {
	sign, low := f.sign()
	if sign == 0 {
		return 0
	}
	top := len(f.words) - 1
	for f.magnitude(top, sign, low) == 0 {
		top--
	}
	// Long division, most significant word first. The first quotient word that is not zero and the one behind it have
	// more bits than a float64; of all others only counts whether they are zero.
	var first, second, rest uint64
	at, exact := 0, true
	for i := top; i >= min(low, top-2); i-- {
		q := f.magnitude(i, sign, low)
		if n != 1 {
			q, rest = bits.Div64(rest, q, n)
		}
		switch {
		case first == 0:
			first, at = q, i
		case i == at-1:
			second = q
		default:
			exact = exact && q == 0
		}
	}
	s := bits.LeadingZeros64(first)
	m, lost := first<<s|second>>(64-s), second<<s
	r := rounded(m, exact && rest == 0 && lost == 0, f.scale+64*at-s)
	if sign < 0 {
		return -r
	}
	return r
}

// float128 returns what over(1) does of two words.
func float128(low, high uint64, scale int) float64 {
	sign := high & (1 << 63)
	if sign != 0 {
		var c uint64
		low, c = bits.Sub64(0, low, 0)
		high, _ = bits.Sub64(0, high, c)
	}
	if high == 0 {
		if low == 0 {
			return 0
		}
		low, high, scale = 0, low, scale-64
	}
	s := bits.LeadingZeros64(high)
	r := rounded(high<<s|low>>(64-s), low<<s == 0, scale+64-s)
	return math.Float64frombits(math.Float64bits(r) | sign)
}

// rounded returns the float64 nearest to m·2^scale, ties to even. The top bit of m is set. Unless exact, the number is a
// little greater, by less than one unit of m.
func rounded(m uint64, exact bool, scale int) float64 {
	biased := scale + 63 + 1023
	drop := uint(11) // of the 64 bits a float64 keeps 53,
	if biased < 1 {
		drop += uint(1 - biased) // or fewer below the normal numbers
	}
	if drop > 64 {
		return 0
	}
	kept, lost := m>>drop, m<<(64-drop)
	if lost > 1<<63 || lost == 1<<63 && (!exact || kept&1 == 1) {
		kept++
	}
	switch {
	case biased < 1:
		return math.Float64frombits(kept)
	case biased >= 0x7ff:
		return math.Inf(1)
	}
	return math.Float64frombits(uint64(biased)<<52 + kept - 1<<52)
}

// int64 returns f, a sum of integers, and false if it does not fit. The scale of such a sum is not negative; where it is
// not 0, it is at least 64.
func (f fixed) int64() (int64, bool) {
	sign, _ := f.sign()
	if sign == 0 {
		return 0, true
	}
	n := int64(f.words[0])
	for _, w := range f.words[1:] {
		if w != uint64(n>>63) {
			return 0, false
		}
	}
	return n, f.scale == 0 && (sign < 0) == (n < 0)
}

// big returns the integer of f, without its scale.
func (f fixed) big() *big.Int {
	sign, low := f.sign()
	if sign == 0 {
		return new(big.Int)
	}
	b := make([]byte, 0, 8*len(f.words))
	for i := len(f.words) - 1; i >= 0; i-- {
		b = binary.BigEndian.AppendUint64(b, f.magnitude(i, sign, low))
	}
	n := new(big.Int).SetBytes(b)
	if sign < 0 {
		n.Neg(n)
	}
	return n
}

// ratio returns the float64 nearest to num·2^scale/den, ties to even; num ≥ 0 and den > 0.
func ratio(num, den *big.Int, scale int) float64 {
	shift := max(0, 66+den.BitLen()-num.BitLen())
	q, r := new(big.Int).QuoRem(new(big.Int).Lsh(num, uint(shift)), den, new(big.Int))
	return roundedBig(q, r.Sign() == 0, scale-shift)
}

// root returns the float64 nearest to the square root of num·2^scale/den, ties to even; num ≥ 0 and den > 0. The
// integer root of a quotient of 130 bits has 65 of its own, and with what is left behind decides the rounding.
func root(num, den *big.Int, scale int) float64 {
	shift := max(0, 130+den.BitLen()-num.BitLen())
	if (scale-shift)&1 != 0 {
		shift++
	}
	q, r := new(big.Int).QuoRem(new(big.Int).Lsh(num, uint(shift)), den, new(big.Int))
	s := new(big.Int).Sqrt(q)
	exact := r.Sign() == 0 && new(big.Int).Mul(s, s).Cmp(q) == 0
	return roundedBig(s, exact, (scale-shift)/2)
}

// roundedBig is rounded for an integer q ≥ 0 of any length.
func roundedBig(q *big.Int, exact bool, scale int) float64 {
	n := q.BitLen() - 64
	switch {
	case q.Sign() == 0:
		return 0
	case n < 0:
		return rounded(q.Uint64()<<-n, exact, scale+n)
	}
	m := new(big.Int).Rsh(q, uint(n)).Uint64()
	return rounded(m, exact && int(q.TrailingZeroBits()) >= n, scale+n)
}
