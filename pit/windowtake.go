package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A taker takes for one run what one goroutine reads.
type taker struct {
	*windowRun
	reader *windowReader
	chunk  *chunk
	opened *opened          // the part at hand
	picks  [][]pick         // per share: the rows of the part that it keeps
	slots  [][]uint32       // per share: the first slots of their keys
	from   []int64          // per row of the part
	reach  [blockRows]reach // per hit
	found  Report
	record []byte
	picked []int64
}

func newTaker(r *windowRun, w *windowReader) *taker {
	t := &taker{windowRun: r, reader: w, chunk: &chunk{roles: r.roles}, picks: make([][]pick, r.shares), slots: make([][]uint32, r.shares)}
	for _, name := range r.roles.names {
		t.chunk.cols = append(t.chunk.cols, w.deciding[slices.Index(w.columns, name)])
	}
	return t
}

// begin turns to a part whose deciding columns have been read.
func (w *taker) begin(p Part) (err error) {
	w.found = Report{}
	if err := w.chunk.check(); err != nil {
		return err
	}
	if w.opened, err = w.chunk.accept(p.Rows(), w.scan.Name, w.index.types, w.scan.Availability, &w.found); err != nil {
		return err
	}
	for i := range w.picks {
		w.picks[i], w.slots[i] = w.picks[i][:0], w.slots[i][:0]
	}
	if !w.always {
		w.from = slices.Grow(w.from[:0], p.Rows())[:p.Rows()]
	}
	return nil
}

// take picks the hits that may count for their key. It loads the reach of all before it asks what is in them, for the same
// reason as index.lookup.
func (w *taker) take(h *hits) {
	t := w.opened.times
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

// end makes bags of the picked rows, whose payload r has read; r is nil where no run picks any.
func (w *taker) end(ctx context.Context, r *picking, part int) error {
	w.mu.Lock()
	w.report.add(w.found)
	w.mu.Unlock()
	if r == nil {
		return nil
	}
	selected, err := w.selects(ctx, r.rows)
	if err != nil {
		return err
	}
	for q, picks := range w.picks {
		if len(picks) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := w.bag(r, part, q, selected)
		if err != nil {
			return err
		}
		if err := w.keep(ctx, q, b); err != nil {
			return err
		}
	}
	return nil
}

// keep puts a bag of share q where it is found again: into memory while there is room, otherwise into the spill.
func (w *taker) keep(ctx context.Context, q int, b *bag) error {
	if w.spill.able && !w.room.take(b.bytes()) {
		w.record = b.append(w.record[:0])
		return w.spill.append(ctx, q, w.record)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bags[q] = append(w.bags[q], b)
	return nil
}

// selects applies every filter to the rows that were read of the part at hand.
func (w *taker) selects(ctx context.Context, rows int) ([][]uint64, error) {
	out := make([][]uint64, len(w.filters))
	for i, f := range w.filters {
		var cols []*value.Column
		for _, c := range f.Columns() {
			cols = append(cols, w.reader.column(c.Name))
		}
		out[i] = make([]uint64, (rows+63)/64)
		if err := f.Select(ctx, cols, rows, out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pack packs the picked ones of xs.
func (w *taker) pack(xs []int64, picks []pick) packed {
	w.picked = slices.Grow(w.picked[:0], len(picks))[:len(picks)]
	copyItems(w.picked, xs, picks)
	return pack(w.picked)
}

// bag copies the rows that share q picked of the part at hand.
func (w *taker) bag(r *picking, part, q int, selected [][]uint64) (*bag, error) {
	t := w.opened.times
	picks := w.picks[q]
	n := len(picks)
	b := &bag{part: part, slot: slices.Clone(w.slots[q]), event: w.pack(t.event, picks)}
	if !w.always {
		b.from = w.pack(w.from, picks)
	}
	if w.ordered {
		w.picked = slices.Grow(w.picked[:0], n)[:n]
		for _, p := range picks {
			w.picked[p.out] = int64(t.createdAt(int(p.in)))
		}
		b.created = pack(w.picked)
		for _, p := range picks {
			w.picked[p.out] = w.start[part] + int64(p.in)
		}
		b.position = pack(w.picked)
		for _, rank := range w.roles.rank {
			src := w.chunk.cols[rank]
			dst := blankColumns(n, []value.Type{src.Type}, nil)[0]
			if err := (&picking{texts: copyTexts}).copy(dst, src, picks); err != nil {
				return nil, err
			}
			b.ranks = append(b.ranks, dst)
		}
	}
	read := r.delivered(picks)
	for _, c := range w.stored {
		dst := blankColumns(n, w.types[c:c+1], nil)[0]
		if err := r.copy(dst, w.reader.payload[c], read); err != nil {
			return nil, err
		}
		if !dst.HasNulls() {
			dst.Nulls = nil
		}
		b.cols = append(b.cols, dst)
	}
	for _, bits := range selected {
		own := make([]uint64, (n+63)/64)
		for _, p := range read {
			own[p.out>>6] |= bits[p.in>>6] >> (p.in & 63) & 1 << (p.out & 63)
		}
		b.selected = append(b.selected, own)
	}
	return b, nil
}
