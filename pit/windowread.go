package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A bag is the rows of one part that may count for the keys of one share, in the order of the part.
type bag struct {
	part     int
	slot     []uint32 // the first of the row's key
	event    []int64
	from     []int64         // the limit from which on the row counts; nil if that is its event time
	created  []int64         // None for none; nil unless rows are ordered
	position []int64         // nil unless rows are ordered
	ranks    []*value.Column // nil unless rows are ordered
	cols     []*value.Column // the stored columns
	selected [][]uint64      // per filter a bit for each row
}

// read reads every part once and fills the bags.
func (r *windowRun) read(ctx context.Context) error {
	return each(ctx, r.workers, len(r.parts), func(int) func(context.Context, int) error {
		w := &windowReader{
			windowRun: r, chunk: newChunk(r.roles), hits: &hits{}, picks: make([][]pick, r.shares), slots: make([][]uint32, r.shares),
			block: &keyBlock{form: r.index.form, seed: r.index.seed, what: sourceRow(r.scan.Name)}, payload: make([]*value.Column, len(r.names)),
		}
		for i := range w.payload {
			w.payload[i] = new(value.Column)
		}
		return w.part
	})
}

// A windowReader is the share of one goroutine.
type windowReader struct {
	*windowRun
	chunk   *chunk
	block   *keyBlock
	hits    *hits
	picks   [][]pick         // per share: the rows of the part at hand that it keeps
	slots   [][]uint32       // per share: the first slots of their keys
	from    []int64          // per row of the part at hand
	reach   [blockRows]reach // per hit
	payload []*value.Column
	found   Report
	record  []byte
}

func (w *windowReader) part(ctx context.Context, part int) error {
	p := w.parts[part]
	w.found = Report{}
	open, err := w.chunk.open(ctx, p, w.scan.Name, w.index.types, w.scan.Availability, &w.found)
	if err != nil {
		return err
	}
	for i := range w.picks {
		w.picks[i], w.slots[i] = w.picks[i][:0], w.slots[i][:0]
	}
	w.block.from = w.start[part]
	if !w.always {
		w.from = slices.Grow(w.from[:0], p.Rows())[:p.Rows()]
	}
	for lo := 0; lo < p.Rows(); lo += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+blockRows, p.Rows())
		if err := w.block.load(open.keys, lo, hi, open.keep); err != nil {
			return err
		}
		w.index.lookup(w.block, w.hits)
		w.take(open.times)
		w.meter.add(hi - lo)
	}
	bags, err := w.fill(ctx, p, part, open.times)
	if err != nil {
		return err
	}
	w.meter.add(p.Rows())
	w.addReport()
	for q, b := range bags {
		if b == nil {
			continue
		}
		if err := w.keep(ctx, q, b); err != nil {
			return err
		}
	}
	return nil
}

func (w *windowReader) addReport() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.report.add(w.found)
}

// keep puts a bag of share q where it is found again: into memory while there is room, otherwise into the spill.
func (w *windowReader) keep(ctx context.Context, q int, b *bag) error {
	if w.spill != nil && w.kept.Add(b.bytes()) > w.keptMax {
		w.record = b.append(w.record[:0])
		return w.spill.Append(ctx, q, w.record)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.windowRun.bags[q] = append(w.windowRun.bags[q], b)
	return nil
}

// take picks the hits that may count for their key. It loads the reach of all before it asks what is in them, for the same
// reason as index.lookup.
func (w *windowReader) take(t times) {
	h := w.hits
	for j, s := range h.span[:h.n] {
		w.reach[j] = w.windowRun.reach[s.lo]
	}
	for j, i := range h.row[:h.n] {
		event, of := t.eventAt(int(i)), &w.reach[j]
		if event < of.floor {
			continue
		}
		from := event
		if !w.always {
			created := t.createdAt(int(i))
			available, _ := w.scan.Availability.Of(event, created)
			from = w.scan.countsFrom(w.know, event, available, created)
			w.from[i] = int64(from)
		}
		if from == eventtime.None || from > of.ceiling {
			continue
		}
		slot := h.span[j].lo
		q := w.shareOf(slot)
		w.picks[q] = append(w.picks[q], pick{in: uint32(i), out: uint32(len(w.picks[q]))})
		w.slots[q] = append(w.slots[q], slot)
	}
}

// fill reads the payload of the picked rows and returns a bag for each share that has some.
func (w *windowReader) fill(ctx context.Context, p Part, part int, t times) ([]*bag, error) {
	r := newPicking(p, w.picks)
	if r == nil {
		return nil, nil
	}
	if err := r.read(ctx, w.names, w.payload); err != nil {
		return nil, err
	}
	for i, c := range w.payload {
		if !c.Type.Equal(w.types[i]) {
			return nil, errs.New(errs.InvalidArgument, "view %q: column %q has type %s, expected %s", w.scan.Name, w.names[i], c.Type, w.types[i]).WithID("T0311")
		}
	}
	selected, err := w.selects(ctx, p.Rows())
	if err != nil {
		return nil, err
	}
	bags := make([]*bag, w.shares)
	for q, picks := range w.picks {
		if len(picks) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if bags[q], err = w.bag(r, part, q, t, selected); err != nil {
			return nil, err
		}
	}
	return bags, nil
}

// selects applies every filter to the part at hand.
func (w *windowReader) selects(ctx context.Context, rows int) ([][]uint64, error) {
	out := make([][]uint64, len(w.filters))
	for i, f := range w.filters {
		var cols []*value.Column
		for _, c := range f.Columns() {
			cols = append(cols, w.column(c.Name))
		}
		out[i] = make([]uint64, (rows+63)/64)
		if err := f.Select(ctx, cols, rows, out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (w *windowReader) column(name string) *value.Column {
	return w.payload[slices.Index(w.names, name)]
}

// bag copies the rows that share q picked of the part at hand.
func (w *windowReader) bag(r *picking, part, q int, t times, selected [][]uint64) (*bag, error) {
	picks := w.picks[q]
	n := len(picks)
	b := &bag{part: part, slot: append([]uint32(nil), w.slots[q]...), event: make([]int64, n)}
	copyItems(b.event, t.event, picks)
	if !w.always {
		b.from = make([]int64, n)
		copyItems(b.from, w.from, picks)
	}
	if w.ordered {
		b.created, b.position = make([]int64, n), make([]int64, n)
		for _, p := range picks {
			b.created[p.out], b.position[p.out] = int64(t.createdAt(int(p.in))), w.start[part]+int64(p.in)
		}
		for _, rank := range w.roles.rank {
			src := w.chunk.cols[rank]
			dst := blankColumns(n, []value.Type{src.Type}, nil)[0]
			if err := (&picking{texts: copyTexts}).copy(dst, src, picks); err != nil {
				return nil, err
			}
			b.ranks = append(b.ranks, dst)
		}
	}
	for _, c := range w.stored {
		dst := blankColumns(n, w.types[c:c+1], nil)[0]
		if err := r.copy(dst, w.payload[c], picks); err != nil {
			return nil, err
		}
		if !dst.HasNulls() {
			dst.Nulls = nil
		}
		b.cols = append(b.cols, dst)
	}
	for _, bits := range selected {
		own := make([]uint64, (n+63)/64)
		for _, p := range picks {
			own[p.out>>6] |= bits[p.in>>6] >> (p.in & 63) & 1 << (p.out & 63)
		}
		b.selected = append(b.selected, own)
	}
	return b, nil
}
