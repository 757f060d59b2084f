package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A windowReader is the share of one goroutine in a pass over a history.
type windowReader struct {
	*windowPass
	deciding []*value.Column // of columns
	payload  []*value.Column // of names
	block    *keyBlock
	hits     *hits
	takers   []*taker // one for each run
}

func newWindowReader(p *windowPass) *windowReader {
	w := &windowReader{
		windowPass: p, deciding: blanks(len(p.columns)), payload: blanks(len(p.names)), hits: &hits{},
		block: &keyBlock{form: p.index.form, seed: p.index.seed, what: sourceRow(p.runs[0].scan.Name)},
	}
	for _, r := range p.runs {
		w.takers = append(w.takers, newTaker(r, w))
	}
	return w
}

func (w *windowReader) part(ctx context.Context, part int) error {
	p := w.parts[part]
	if err := readColumns(ctx, p, w.columns, w.deciding); err != nil {
		return err
	}
	for _, t := range w.takers {
		if err := t.begin(p); err != nil {
			return err
		}
	}
	w.block.from = w.start[part]
	for lo := 0; lo < p.Rows(); lo += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+blockRows, p.Rows())
		if err := w.look(lo, hi); err != nil {
			return err
		}
		w.meter.add((hi - lo) * len(w.takers))
	}
	if err := w.fill(ctx, p, part); err != nil {
		return err
	}
	w.meter.add(p.Rows() * len(w.takers))
	return nil
}

// look finds the keys of a block of rows and lets each taker pick. Takers that accept every row look once.
func (w *windowReader) look(lo, hi int) error {
	looked := false
	for _, t := range w.takers {
		if !looked || t.opened.keep != nil {
			if err := w.block.load(t.opened.keys, lo, hi, t.opened.keep); err != nil {
				return err
			}
			w.index.lookup(w.block, w.hits)
			looked = t.opened.keep == nil
		}
		t.take(w.hits)
	}
	return nil
}

// fill reads the payload of the picked rows and keeps a bag for each share that has some.
func (w *windowReader) fill(ctx context.Context, p Part, part int) error {
	var lists [][]pick
	for _, t := range w.takers {
		lists = append(lists, t.picks...)
	}
	r := newPicking(p, lists)
	if r != nil {
		if err := r.read(ctx, w.names, w.payload); err != nil {
			return err
		}
		for i, c := range w.payload {
			if !c.Type.Equal(w.types[i]) {
				return errs.New(errs.InvalidArgument, "view %q: column %q has type %s, expected %s",
					w.user(w.names[i]).scan.Name, w.names[i], c.Type, w.types[i]).WithID("T0311")
			}
		}
	}
	for _, t := range w.takers {
		if err := t.end(ctx, r, part); err != nil {
			return err
		}
	}
	return nil
}

func (w *windowReader) column(name string) *value.Column {
	return w.payload[slices.Index(w.names, name)]
}
