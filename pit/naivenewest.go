package pit

import (
	"context"
	"maps"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// NaiveNewest answers a plan row by row, asking the rules for every row. It is the oracle: obvious, slow, and everything
// in memory. Its report is complete from the start.
func NaiveNewest(ctx context.Context, p *NewestPlan) (Winners, error) {
	if err := p.Layout.check(p.Name, p.Availability); err != nil {
		return nil, err
	}
	h, err := readHistory(ctx, &ViewScan{Name: p.Name, Table: p.Table, Layout: p.Layout, Availability: p.Availability})
	if err != nil {
		return nil, err
	}
	w := &naiveWinners{history: h}
	var cells []tiedCell
	for _, key := range slices.Sorted(maps.Keys(h.rows)) {
		best, tied := newest(h.rows[key], func(r *pastRow) bool { return p.Select.Selects(r.Event, r.available, r.Created) })
		if best == nil {
			continue
		}
		w.keys, w.best = append(w.keys, key), append(w.best, best)
		for f, other := range h.ambiguous(best, tied) {
			if other >= 0 {
				h.report.Ambiguous[f]++
				cells = append(cells, tiedCell{-1, f, h.names[f], best.Position, other})
			}
		}
	}
	if p.TiesError && len(cells) > 0 {
		return nil, tiesError(p.Name, cells, sum(h.report.Ambiguous))
	}
	return w, nil
}

type naiveWinners struct {
	*history
	keys []string
	best []*pastRow
}

func (w *naiveWinners) Len() int                        { return len(w.keys) }
func (w *naiveWinners) Key(i int) []byte                { return []byte(w.keys[i]) }
func (w *naiveWinners) Event(i int) eventtime.Instant   { return w.best[i].Event }
func (w *naiveWinners) Created(i int) eventtime.Instant { return w.best[i].Created }
func (w *naiveWinners) Deleted(i int) bool              { return w.best[i].deleted }
func (w *naiveWinners) Report() Report                  { return w.report }

func (w *naiveWinners) Load(_ context.Context, lo, hi int) ([]*value.Column, error) {
	var out []*value.Column
	for _, f := range w.features {
		c := value.NewColumn(f.Type, hi-lo)
		for _, r := range w.best[lo:hi] {
			c.Append(f.At(int(r.Position)))
		}
		out = append(out, c)
	}
	return out, nil
}
