package pit

import (
	"context"
	"maps"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// NaiveNewestWindows answers a plan key by key, asking the rules for every event. It is the oracle: obvious, slow, and
// everything in memory.
func NaiveNewestWindows(ctx context.Context, p *WindowsPlan) (Winners, error) {
	w := &p.Scan
	if err := w.check(); err != nil {
		return nil, err
	}
	if err := w.Layout.check(w.Name, w.Availability); err != nil {
		return nil, err
	}
	n, err := readEvents(ctx, w)
	if err != nil {
		return nil, err
	}
	of, limit := w.at(p.End)
	out := &naiveWindows{report: n.report, of: of}
	for i := range w.Features {
		t, _ := w.Features[i].Type()
		out.columns = append(out.columns, value.NewColumn(t, 0))
	}
	for _, key := range slices.Sorted(maps.Keys(n.rows)) {
		if of == eventtime.None || !slices.ContainsFunc(n.rows[key], func(r pastRow) bool { return p.touches(&r, of, limit) }) {
			continue
		}
		a, err := n.answer(knowledge{}, key, of, limit, -1)
		if err != nil {
			return nil, err
		}
		out.keys, out.empty = append(out.keys, key), append(out.empty, a.status == value.NotFound)
		for f, c := range out.columns {
			c.Append(a.cells[f])
		}
	}
	return out, nil
}

// touches reports whether a row is one for whose sake its key is written.
func (p *WindowsPlan) touches(r *pastRow, of, limit eventtime.Instant) bool {
	previous := of
	if p.Previous != eventtime.None {
		previous = min(previous, p.Previous)
	}
	reach, bounded := p.Scan.reach()
	return p.Scan.counts(knowledge{}, r, limit) && r.Event <= of && (!bounded || previous.Sub(r.Event) < reach)
}

type naiveWindows struct {
	keys    []string
	empty   []bool
	of      eventtime.Instant
	columns []*value.Column
	report  Report
}

func (w *naiveWindows) Len() int                      { return len(w.keys) }
func (w *naiveWindows) Key(i int) []byte              { return []byte(w.keys[i]) }
func (w *naiveWindows) Event(int) eventtime.Instant   { return w.of }
func (w *naiveWindows) Created(int) eventtime.Instant { return eventtime.None }
func (w *naiveWindows) Deleted(i int) bool            { return w.empty[i] }
func (w *naiveWindows) Report() Report                { return w.report }

func (w *naiveWindows) Load(_ context.Context, lo, hi int) ([]*value.Column, error) {
	var out []*value.Column
	for _, c := range w.columns {
		out = append(out, c.Slice(lo, hi))
	}
	return out, nil
}
