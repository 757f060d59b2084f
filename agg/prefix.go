package agg

import (
	"math"
	"math/bits"
	"slices"
)

// A Prefix gives the Totals of any part of a run of numbers in constant time: it holds the exact sums of every beginning
// of the run, at one scale, and subtracts two of them. 128 bits are enough for numbers whose exponents differ little;
// otherwise a sum has as many words as the spread of the run demands. The zero Prefix is ready for use; its memory serves
// run after run. A Prefix is not safe for concurrent use.
type Prefix struct {
	// Squares asks for the sums of squares too, which the moments need.
	Squares bool
	// Stop, unless nil, is asked now and then while a long run is taken in. Once it returns true, Ints and Floats end early,
	// and what the other methods return until the next run means nothing.
	Stop func() bool

	integers     bool
	sums, powers table
	specials     []special // of every beginning; nil while all numbers are finite
	out          Totals
}

// A table holds one fixed of width words for every beginning, all at one scale.
type table struct {
	width, scale int
	words        []uint64
	difference   []uint64
}

// Ints takes in a run of integers in place of the one before. xs is not kept.
func (p *Prefix) Ints(xs []int64) {
	p.integers, p.specials = true, nil
	span := 0
	for _, x := range xs {
		span = max(span, bits.Len64(intTerm(x).lo))
	}
	p.sums.reset(len(xs), span, 0)
	if p.Squares {
		p.powers.reset(len(xs), 2*span, 0)
	}
	for i, x := range xs {
		if i&stopEvery == stopEvery && p.stopped() {
			return
		}
		p.push(i, intTerm(x))
	}
}

// Floats takes in a run of floats in place of the one before. xs is not kept.
func (p *Prefix) Floats(xs []float64) {
	p.integers, p.specials = false, nil
	least, greatest := math.MaxInt, math.MinInt
	finite := true
	for _, x := range xs {
		switch e := max(int(math.Float64bits(x)>>52&0x7ff), 1); {
		case e == 0x7ff:
			finite = false
		case x != 0:
			least, greatest = min(least, e), max(greatest, e)
		}
	}
	if greatest < 0 {
		least, greatest = 1075, 1075 // zeros alone
	}
	span := greatest - least + 53
	p.sums.reset(len(xs), span, least-1075)
	if p.Squares {
		p.powers.reset(len(xs), 2*span, 2*(least-1075))
	}
	if !finite {
		p.specials = make([]special, len(xs)+1)
	}
	for i, x := range xs {
		if i&stopEvery == stopEvery && p.stopped() {
			return
		}
		t := floatTerm(x)
		if p.specials != nil {
			p.specials[i+1] = p.specials[i]
			if p.specials[i+1].take(x, 1) {
				t = term{exp: least - 1075}
			}
		}
		if x == 0 {
			t.exp = least - 1075
		}
		p.push(i, t)
	}
}

// stopEvery is a mask: Stop is asked for each number whose index has all of its bits.
const stopEvery = 1<<16 - 1

func (p *Prefix) stopped() bool { return p.Stop != nil && p.Stop() }

func (p *Prefix) push(i int, t term) {
	p.sums.push(i, t)
	if p.Squares {
		p.powers.push(i, t.squared())
	}
}

// Totals returns the Totals of the numbers from index lo up to, not including, hi, with 0 ≤ lo ≤ hi ≤ the length of the
// run. It is valid until the next call of a method of p.
func (p *Prefix) Totals(lo, hi int) *Totals {
	t := &p.out
	*t = Totals{n: int64(hi - lo), integers: p.integers, sum: p.sums.between(lo, hi)}
	if p.Squares {
		t.squares = p.powers.between(lo, hi)
	}
	if p.specials != nil {
		a, b := p.specials[lo], p.specials[hi]
		t.special = special{b.nan - a.nan, b.plus - a.plus, b.minus - a.minus}
	}
	return t
}

// FloatSum returns what sum makes of the floats from index lo up to, not including, hi; ok is false where that is null.
func (p *Prefix) FloatSum(lo, hi int) (sum float64, ok bool) {
	if lo == hi {
		return 0, false
	}
	if t := &p.sums; t.width == 2 && p.specials == nil {
		a, b := t.words[2*lo:2*lo+2], t.words[2*hi:2*hi+2]
		low, c := bits.Sub64(b[0], a[0], 0)
		high, _ := bits.Sub64(b[1], a[1], c)
		return float128(low, high, t.scale), true
	}
	v, _ := p.Totals(lo, hi).total() // only sums of integers fail
	return v.Float(), true
}

// Except returns Totals(lo, hi) without the numbers at the indices in out, which are distinct and lie there. It costs a
// step for each of them.
func (p *Prefix) Except(lo, hi int, out []int) *Totals {
	t := p.Totals(lo, hi)
	for _, i := range out {
		t.n--
		p.sums.less(i)
		if p.Squares {
			p.powers.less(i)
		}
		if p.specials != nil {
			a, b := p.specials[i], p.specials[i+1]
			t.special = special{t.nan - (b.nan - a.nan), t.plus - (b.plus - a.plus), t.minus - (b.minus - a.minus)}
		}
	}
	return t
}

// reset makes room for n terms below 2^(span+scale), which are integers in units of 2^scale: beside their bits a sum has
// those of their number and a sign.
func (t *table) reset(n, span, scale int) {
	t.width, t.scale = max(2, (span+bits.Len(uint(n))+64)/64), scale
	size := (n + 1) * t.width
	t.words = slices.Grow(t.words[:0], size)[:size]
	clear(t.words[:t.width])
	t.difference = slices.Grow(t.difference[:0], t.width)[:t.width]
}

// push makes the sum of the first i+1 terms of that of the first i and of x.
func (t *table) push(i int, x term) {
	shift := uint(x.exp - t.scale)
	if t.width == 2 {
		lo := x.lo << shift
		hi := x.hi<<shift | x.lo>>(64-shift) | x.lo<<(shift-64) // a shift by 64 and more, or "less than 0", gives 0
		w := t.words[2*i : 2*i+4]
		var c uint64
		if x.negative {
			w[2], c = bits.Sub64(w[0], lo, 0)
			w[3], _ = bits.Sub64(w[1], hi, c)
		} else {
			w[2], c = bits.Add64(w[0], lo, 0)
			w[3], _ = bits.Add64(w[1], hi, c)
		}
		return
	}
	next := t.words[(i+1)*t.width : (i+2)*t.width]
	copy(next, t.words[i*t.width:])
	next = next[shift>>6:]
	shift &= 63
	parts := [3]uint64{x.lo << shift, x.hi<<shift | x.lo>>(64-shift), x.hi >> (64 - shift)}
	var c uint64
	for k := 0; k < len(next) && (k < len(parts) || c != 0); k++ {
		var part uint64
		if k < len(parts) {
			part = parts[k]
		}
		if x.negative {
			next[k], c = bits.Sub64(next[k], part, c)
		} else {
			next[k], c = bits.Add64(next[k], part, c)
		}
	}
}

// between returns the sum of the terms from lo up to, not including, hi. It is valid until the next call.
func (t *table) between(lo, hi int) fixed {
	a, b := t.words[lo*t.width:(lo+1)*t.width], t.words[hi*t.width:(hi+1)*t.width]
	var c uint64
	for k := range t.difference {
		t.difference[k], c = bits.Sub64(b[k], a[k], c)
	}
	return fixed{t.difference, t.scale}
}

// less takes term i away from what between returned last.
func (t *table) less(i int) {
	a, b := t.words[i*t.width:(i+1)*t.width], t.words[(i+1)*t.width:(i+2)*t.width]
	var c, d, term uint64
	for k := range t.difference {
		term, c = bits.Sub64(b[k], a[k], c)
		t.difference[k], d = bits.Sub64(t.difference[k], term, d)
	}
}
