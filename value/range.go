package value

// AppendRange appends rows lo ≤ i < hi of from, which has the type of c. The items are copied, what strings and nested
// values refer to is shared.
func (c *Column) AppendRange(from *Column, lo, hi int) {
	switch c.storage() {
	case storeInts:
		c.Ints = append(c.Ints, from.Ints[lo:hi]...)
	case storeFloat32s:
		c.Float32s = append(c.Float32s, from.Float32s[lo:hi]...)
	case storeFloat64s:
		c.Float64s = append(c.Float64s, from.Float64s[lo:hi]...)
	case storeTexts:
		c.Texts = append(c.Texts, from.Texts[lo:hi]...)
	default:
		c.Values = append(c.Values, from.Values[lo:hi]...)
	}
	at := c.n
	c.n += hi - lo
	if !from.HasNulls() {
		return
	}
	for i := lo; i < hi; i++ {
		if from.Null(i) {
			c.SetNull(at + i - lo)
		}
	}
}

// Slice returns rows lo ≤ i < hi as a batch that shares the items of b.
func (b *Batch) Slice(lo, hi int) *Batch {
	out := &Batch{Names: b.Names, Rows: hi - lo}
	for _, c := range b.Columns {
		out.Columns = append(out.Columns, c.Slice(lo, hi))
	}
	return out
}
