package pit

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"

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
	x := &index{form: formOf(types), seed: maphash.MakeSeed(), keys: keys, types: types, shift: 63}
	buckets := 2
	for buckets*4*6 < len(p.Spine.AsOf)*10 { // at most six of ten places are used
		buckets *= 2
		x.shift--
	}
	x.buckets = makeLarge[bucket](buckets)
	b := &indexBuild{index: x, plan: p}
	if err := b.count(ctx); err != nil {
		return nil, err
	}
	b.arrange()
	return x, b.sort(ctx)
}

// An indexBuild is what building an index needs and an index does not.
type indexBuild struct {
	*index
	plan  *Plan
	place []uint32 // of each spine row: four times the bucket plus the number within it, or nowhere
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
	for i := range b.buckets {
		for j := range b.buckets[i].span {
			if s := &b.buckets[i].span[j]; s.hi != 0 {
				b.firsts = append(b.firsts, slots)
				*s, slots = span{slots, slots}, slots+s.hi
			}
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
		s := &b.buckets[at/4].span[at%4]
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

// sortRows sorts rows. It looks at the context every sortRun rows.
func sortRows[T any](ctx context.Context, rows []T, order func(a, b T) int) error {
	const sortRun = 1 << 16
	for lo := 0; lo < len(rows); lo += sortRun {
		if run := rows[lo:min(lo+sortRun, len(rows))]; len(run) > 1 && !slices.IsSortedFunc(run, order) {
			slices.SortFunc(run, order)
		}
		if len(rows) > sortRun && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if len(rows) <= sortRun {
		return nil
	}
	from, to := rows, make([]T, len(rows))
	for width := sortRun; width < len(rows); width *= 2 {
		for lo := 0; lo < len(rows); lo += 2 * width {
			mid, hi := min(lo+width, len(rows)), min(lo+2*width, len(rows))
			if err := merge(ctx, to[lo:hi], from[lo:mid], from[mid:hi], order); err != nil {
				return err
			}
		}
		from, to = to, from
	}
	copy(rows, from)
	return nil
}

// merge merges the sorted a and b into dst, whose length is the sum of theirs.
func merge[T any](ctx context.Context, dst, a, b []T, order func(a, b T) int) error {
	for i := range dst {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if len(b) == 0 || len(a) > 0 && order(a[0], b[0]) <= 0 {
			dst[i], a = a[0], a[1:]
		} else {
			dst[i], b = b[0], b[1:]
		}
	}
	return nil
}

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
