package pit

// hits are the rows of a block whose key is in the spine, with the slots of the key.
type hits struct {
	n    int
	row  [blockRows]int32 // number of the row within its part
	key  [blockRows]int32 // number of its key in the block
	span [blockRows]span
	home [blockRows]uint32
	seen uint64 // what looking ahead added up, so that the compiler does not leave it out
}

// lookup fills h with the rows of b whose key has slots. It loads all home buckets before it asks what is in them: a
// processor does not look far past a comparison that it guessed wrong, and so the cache misses of many rows overlap.
func (x *index) lookup(b *keyBlock, h *hits) {
	if x.dense.spans != nil {
		x.dense.lookup(b, h)
		return
	}
	h.n = 0
	for j, code := range b.code[:b.n] {
		home := uint32(spread(code) >> x.shift)
		h.home[j] = home
		h.seen += x.buckets[home].code[0]
	}
	for j, code := range b.code[:b.n] {
		if s := x.find(h.home[j], code); s.hi != 0 {
			h.row[h.n], h.key[h.n], h.span[h.n] = b.row[j], int32(j), s
			h.n++
		}
	}
	if x.texts != nil {
		x.verify(b, h)
	}
}

// find returns the first span on the way of a code from its home bucket whose code is the same, or none.
func (x *index) find(home uint32, code uint64) span {
	mask := uint32(len(x.buckets) - 1)
	for at := home; ; at = (at + 1) & mask {
		k := &x.buckets[at]
		for i := range k.code {
			if k.code[i] == code && k.span[i].hi != 0 {
				return k.span[i]
			}
		}
		if k.span[3].hi == 0 {
			return span{}
		}
	}
}

// verify drops the hits whose key only shares its hash with that of the slots, unless other slots have the key.
func (x *index) verify(b *keyBlock, h *hits) {
	n := h.n
	h.n = 0
	for i := range n {
		j, s := h.key[i], h.span[i]
		if x.texts[s.lo] != b.text[j] {
			s = x.findText(b.code[j], b.text[j])
		}
		if s.hi != 0 {
			h.row[h.n], h.key[h.n], h.span[h.n] = h.row[i], j, s
			h.n++
		}
	}
}

// findText returns the span of a key by its text: the way around keys that share a hash.
func (x *index) findText(code uint64, text string) span {
	mask := uint64(len(x.buckets) - 1)
	for at := spread(code) >> x.shift; ; at = (at + 1) & mask {
		k := &x.buckets[at]
		for i := range k.code {
			if s := k.span[i]; k.code[i] == code && s.hi != 0 && x.texts[s.lo] == text {
				return s
			}
		}
		if k.span[3].hi == 0 {
			return span{}
		}
	}
}
