package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/value"
)

// shareRows are the rows of the bags of one share, key by key: those of a key stand in the order of parts and of the rows
// within them. The memory serves share after share.
type shareRows struct {
	run      *windowRun
	event    []int64
	from     []int64 // nil as in a bag, like all of these
	created  []int64
	position []int64
	ranks    []*value.Column
	cols     []*value.Column // the stored columns
	selected [][]uint64      // per filter a bit for each row

	ends  []uint32 // per slot of the share: where the rows of its key end, if it is the first of one
	place []uint32 // of the rows of the bag at hand
}

func newShareRows(r *windowRun) *shareRows {
	s := &shareRows{run: r, selected: make([][]uint64, len(r.filters))}
	for _, c := range r.stored {
		s.cols = append(s.cols, &value.Column{Type: r.types[c]})
	}
	return s
}

// load takes in bags, in the order of their parts, whose slots lie in base ≤ slot < base + slots.
func (s *shareRows) load(ctx context.Context, bags []*bag, base uint32, slots int) error {
	s.ends = slices.Grow(s.ends[:0], slots+1)[:slots+1]
	clear(s.ends)
	for _, b := range bags {
		for _, slot := range b.slot {
			s.ends[slot-base+1]++
		}
	}
	for i := 1; i < len(s.ends); i++ {
		s.ends[i] += s.ends[i-1]
	}
	s.resize(int(s.ends[slots]), bags)
	for i, b := range bags {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.add(b, base)
		bags[i] = nil
	}
	return nil
}

// resize makes room for n rows.
func (s *shareRows) resize(n int, bags []*bag) {
	s.event = slices.Grow(s.event[:0], n)[:n]
	if !s.run.always {
		s.from = slices.Grow(s.from[:0], n)[:n]
	}
	if s.run.ordered {
		s.created, s.position = slices.Grow(s.created[:0], n)[:n], slices.Grow(s.position[:0], n)[:n]
	}
	if len(bags) > 0 && len(s.ranks) == 0 {
		for _, c := range bags[0].ranks {
			s.ranks = append(s.ranks, &value.Column{Type: c.Type})
		}
	}
	for _, c := range append(s.ranks[:len(s.ranks):len(s.ranks)], s.cols...) {
		c.Resize(n)
	}
	for i := range s.selected {
		s.selected[i] = slices.Grow(s.selected[i][:0], (n+63)/64)[:(n+63)/64]
		clear(s.selected[i])
	}
}

// add puts the rows of a bag behind those of their keys that are there.
func (s *shareRows) add(b *bag, base uint32) {
	s.place = slices.Grow(s.place[:0], len(b.slot))[:len(b.slot)]
	for j, slot := range b.slot {
		s.place[j] = s.ends[slot-base] // becomes the end of the slot's own rows
		s.ends[slot-base]++
	}
	b.event.place(s.event, s.place)
	if s.from != nil {
		b.from.place(s.from, s.place)
	}
	if s.created != nil {
		b.created.place(s.created, s.place)
		b.position.place(s.position, s.place)
	}
	for i, c := range b.ranks {
		s.column(s.ranks[i], c)
	}
	for i, c := range b.cols {
		s.column(s.cols[i], c)
	}
	for i, bits := range b.selected {
		for j, at := range s.place {
			s.selected[i][at>>6] |= bits[j>>6] >> (j & 63) & 1 << (at & 63)
		}
	}
}

// column puts a column of the bag at hand into its places.
func (s *shareRows) column(dst, src *value.Column) {
	switch {
	case dst.Float64s != nil:
		place(dst.Float64s, src.Float64s, s.place)
	case dst.Ints != nil:
		place(dst.Ints, src.Ints, s.place)
	case dst.Float32s != nil:
		place(dst.Float32s, src.Float32s, s.place)
	case dst.Texts != nil:
		place(dst.Texts, src.Texts, s.place)
	default:
		place(dst.Values, src.Values, s.place)
	}
	if !src.HasNulls() {
		return
	}
	for j, at := range s.place {
		if src.Null(j) {
			dst.SetNull(int(at))
		}
	}
}
