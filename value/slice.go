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
