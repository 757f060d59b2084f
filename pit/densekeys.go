package pit

import "github.com/truepoint/truepoint/value"

// denseKeys holds the spans of number keys that lie close together, by key: a look in place of a search.
type denseKeys struct {
	low   uint64 // the least key
	spans []span // by key − low; nil: keys are searched in buckets
}

// denseMax is how many numbers there may be between the least and the greatest key for each spine row: with that many, the
// spans take as much memory as buckets would.
const denseMax = 4

// denseKeysOf returns an empty table for the keys of the spine rows that are present, whose column has the form intKey. It
// has no spans if the keys lie far apart.
func denseKeysOf(keys *value.Column, present func(row int) bool) denseKeys {
	first, low, high := true, int64(0), int64(0)
	for row, key := range keys.Ints {
		if !present(row) {
			continue
		}
		if first {
			first, low, high = false, key, key
		}
		low, high = min(low, key), max(high, key)
	}
	apart := uint64(high) - uint64(low)
	if first || apart >= denseMax*uint64(len(keys.Ints)) {
		return denseKeys{}
	}
	return denseKeys{uint64(low), makeLarge[span](int(apart) + 1)}
}

// put counts a spine row and returns its place.
func (d *denseKeys) put(code uint64, row uint32) uint32 {
	place := code - d.low
	if s := &d.spans[place]; s.hi == 0 {
		*s = span{row, 1}
	} else {
		s.hi++
	}
	return uint32(place)
}

// lookup is index.lookup. Whether a key is there is not asked of the processor, which would guess: every row takes the next
// place among the hits, and keeps it if it is one.
func (d *denseKeys) lookup(b *keyBlock, h *hits) {
	n := 0
	for j, code := range b.code[:b.n] {
		place := code - d.low
		if place >= uint64(len(d.spans)) {
			continue
		}
		s := d.spans[place]
		h.row[n], h.key[n], h.span[n] = b.row[j], int32(j), s
		n += int(min(s.hi, 1))
	}
	h.n = n
}
