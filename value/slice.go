package value

// Slice returns rows lo ≤ i < hi of c as a column of its own. It shares c's storage: neither may be changed while the
// other is in use. It costs (hi−lo)/64 steps for the nulls.
func (c *Column) Slice(lo, hi int) *Column {
	s := &Column{Type: c.Type, n: hi - lo, Nulls: sliceBits(c.Nulls, lo, hi)}
	switch c.storage() {
	case storeInts:
		s.Ints = c.Ints[lo:hi:hi]
	case storeFloat32s:
		s.Float32s = c.Float32s[lo:hi:hi]
	case storeFloat64s:
		s.Float64s = c.Float64s[lo:hi:hi]
	case storeTexts:
		s.Texts = c.Texts[lo:hi:hi]
	default:
		s.Values = c.Values[lo:hi:hi]
	}
	return s
}

// Keep drops the rows i whose bit i&63 of picked[i>>6] is clear; the others keep their order. picked must have a bit for
// every row.
func (c *Column) Keep(picked []uint64) {
	n := 0
	var nulls []uint64
	for i := range c.n {
		if picked[i>>6]&(1<<(i&63)) == 0 {
			continue
		}
		if c.Null(i) {
			for len(nulls) <= n>>6 {
				nulls = append(nulls, 0)
			}
			nulls[n>>6] |= 1 << (n & 63)
		}
		c.move(n, i)
		n++
	}
	last := *c
	c.Reshape(n)
	c.Nulls = append(c.Nulls, nulls...)
	clear(last.Texts[min(n, len(last.Texts)):]) // so that what they refer to can go
	clear(last.Values[min(n, len(last.Values)):])
}

// move stores the item of row from in row to.
func (c *Column) move(to, from int) {
	switch c.storage() {
	case storeInts:
		c.Ints[to] = c.Ints[from]
	case storeFloat32s:
		c.Float32s[to] = c.Float32s[from]
	case storeFloat64s:
		c.Float64s[to] = c.Float64s[from]
	case storeTexts:
		c.Texts[to] = c.Texts[from]
	default:
		c.Values[to] = c.Values[from]
	}
}

// sliceBits returns bits lo ≤ i < hi of a bitmap, moved to begin at bit 0; nil when none of them is set. Bits beyond
// the bitmap are clear.
func sliceBits(words []uint64, lo, hi int) []uint64 {
	word := func(i int) uint64 {
		if i < len(words) {
			return words[i]
		}
		return 0
	}
	var out []uint64
	for at := lo; at < hi; at += 64 {
		w := word(at>>6) >> (at & 63)
		if at&63 != 0 {
			w |= word(at>>6+1) << (64 - at&63)
		}
		if rest := hi - at; rest < 64 {
			w &= 1<<rest - 1
		}
		if w == 0 && out == nil {
			continue
		}
		for len(out) < (at-lo)>>6 {
			out = append(out, 0)
		}
		out = append(out, w)
	}
	return out
}
