package pit

import (
	"cmp"
	"context"
	"hash/maphash"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// An index finds the slots of a key. A slot is a spine row; the slots of one key lie together, in ascending order of
// asOf, then of row. Spine rows without key or time have no slot. It costs about 100 bytes per spine row.
type index struct {
	form    keyForm
	seed    maphash.Seed
	keys    []*value.Column // of the spine
	types   []value.Type    // of keys
	dense   denseKeys       // in place of buckets
	buckets []bucket
	shift   uint                // spread(code)>>shift is the home bucket
	texts   []string            // for textKey and bytesKey: the key of a slot that is the first of its key
	rows    []uint32            // slot → spine row
	asOf    []eventtime.Instant // slot → asOf
	firsts  []uint32            // the first slot of each key, ascending, then the number of slots
}

// A span is a run of slots, lo ≤ slot < hi. hi is 0 for none.
type span struct{ lo, hi uint32 }

// A bucket holds the spans of up to four keys, filled from the left; it is one cache line.
type bucket struct {
	code [4]uint64
	span [4]span
}

// newIndex indexes the spine of p by the given columns of it.
func newIndex(ctx context.Context, p *Plan, keys []*value.Column) (*index, error) {
	types := typesOf(keys)
	x := &index{form: formOf(types), seed: maphash.MakeSeed(), keys: keys, types: types}
	b := &indexBuild{index: x, plan: p}
	if x.form == intKey {
		x.dense = denseKeysOf(keys[0], b.present)
	}
	if x.dense.spans == nil {
		x.buckets, x.shift = bucketsFor(len(p.Spine.AsOf))
	}
	if err := b.count(ctx); err != nil {
		return nil, err
	}
	b.arrange()
	return x, b.sort(ctx)
}

// bucketsFor returns buckets for the keys of so many rows, of whose places at most six of ten are used, and their shift.
func bucketsFor(rows int) (buckets []bucket, shift uint) {
	n := 2
	for shift = 63; n*4*6 < rows*10; shift-- {
		n *= 2
	}
	return makeLarge[bucket](n), shift
}

// spans returns all spans, also empty ones.
func (x *index) spans(yield func(*span) bool) {
	for i := range x.dense.spans {
		if !yield(&x.dense.spans[i]) {
			return
		}
	}
	for i := range x.buckets {
		for j := range x.buckets[i].span {
			if !yield(&x.buckets[i].span[j]) {
				return
			}
		}
	}
}

// spanAt returns the span at a place.
func (x *index) spanAt(place uint32) *span {
	if x.dense.spans != nil {
		return &x.dense.spans[place]
	}
	return &x.buckets[place/4].span[place%4]
}

// An indexBuild is what building an index needs and an index does not.
type indexBuild struct {
	*index
	plan  *Plan
	place []uint32 // of each spine row: its dense key, or four times the bucket plus the number within it, or nowhere
	text  []string // of each spine row, for textKey and bytesKey
}

// nowhere is the place of a spine row without slot.
const nowhere = ^uint32(0)

// count gives every key its place in the buckets and counts the rows of the key in span.hi; lo is one of them, plus 1.
func (b *indexBuild) count(ctx context.Context) error {
	rows := len(b.plan.Spine.AsOf)
	b.place = make([]uint32, rows)
	if b.form == textKey || b.form == bytesKey {
		b.text = make([]string, rows)
	}
	block := &keyBlock{form: b.form, seed: b.seed, what: entityRow}
	for i := range b.place {
		b.place[i] = nowhere
	}
	for lo := 0; lo < rows; lo += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := block.load(b.keys, lo, min(lo+blockRows, rows), b.present); err != nil {
			return err
		}
		for j := range block.n {
			row := block.row[j]
			if b.text != nil {
				b.text[row] = block.text[j]
			}
			b.place[row] = b.put(block.code[j], uint32(row))
		}
	}
	return nil
}

func (b *indexBuild) present(i int) bool { return !b.plan.absent(b.keys, i) }

// put counts a spine row and returns its place.
func (b *indexBuild) put(code uint64, row uint32) uint32 {
	if b.dense.spans != nil {
		return b.dense.put(code, row)
	}
	for h := spread(code) >> b.shift; ; h = (h + 1) & uint64(len(b.buckets)-1) {
		at := &b.buckets[h]
		for j := range at.span {
			s := &at.span[j]
			if s.hi == 0 {
				at.code[j], *s = code, span{row, 1}
				return uint32(h)*4 + uint32(j)
			}
			if at.code[j] == code && (b.text == nil || b.text[s.lo] == b.text[row]) {
				s.hi++
				return uint32(h)*4 + uint32(j)
			}
		}
	}
}

// arrange turns counts into spans and puts every spine row into a slot of its key.
func (b *indexBuild) arrange() {
	var slots uint32
	for s := range b.spans {
		if s.hi != 0 {
			b.firsts = append(b.firsts, slots)
			*s, slots = span{slots, slots}, slots+s.hi
		}
	}
	b.firsts = append(b.firsts, slots)
	b.rows, b.asOf = make([]uint32, slots), make([]eventtime.Instant, slots)
	if b.text != nil {
		b.texts = make([]string, slots)
	}
	for row, at := range b.place {
		if at == nowhere {
			continue
		}
		s := b.spanAt(at)
		if b.text != nil && s.lo == s.hi {
			b.texts[s.lo] = b.text[row]
		}
		b.rows[s.hi] = uint32(row)
		s.hi++
	}
}

// sort orders the slots of each key.
func (b *indexBuild) sort(ctx context.Context) error {
	asOf := b.plan.Spine.AsOf
	order := func(x, y uint32) int { return cmp.Or(cmp.Compare(asOf[x], asOf[y]), cmp.Compare(x, y)) }
	for i, lo := range b.firsts[:len(b.firsts)-1] {
		if i%blockRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := sortRows(ctx, b.rows[lo:b.firsts[i+1]], order); err != nil {
			return err
		}
	}
	for slot, row := range b.rows {
		b.asOf[slot] = asOf[row]
	}
	return ctx.Err()
}
