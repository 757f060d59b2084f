package pit

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Naive answers a plan row by row, asking the rules for every row of the key's history. It is the oracle: obvious, and
// slow. It holds the history in memory and costs Σ over spine rows of the rows of their key.
func Naive(ctx context.Context, p *Plan) (*Result, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	out := &Result{}
	for i := range p.Views {
		v, err := p.naiveView(ctx, &p.Views[i])
		if err != nil {
			return nil, err
		}
		out.Views = append(out.Views, *v)
	}
	var err error
	out.Windows, err = NaiveWindows(ctx, p)
	return out, err
}

func (p *Plan) naiveView(ctx context.Context, v *ViewScan) (*ViewResult, error) {
	h, err := readHistory(ctx, v)
	if err != nil {
		return nil, err
	}
	keys, err := p.keys(v)
	if err != nil {
		return nil, err
	}
	out := p.newViewResult(h.types)
	out.Report, out.Columns = h.report, nil
	for _, t := range h.types {
		out.Columns = append(out.Columns, value.NewColumn(t, len(p.Spine.AsOf)))
	}
	var cells []tiedCell
	for i, asOf := range p.Spine.AsOf {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		best, tied, err := p.search(h, keys, i)
		if err != nil {
			return nil, err
		}
		out.answer(h, best, p.judge(v, best, i), i)
		if best == nil || Judge(best.Event, best.available, asOf, v.TTL, false) != value.Present {
			continue
		}
		for f, other := range h.ambiguous(best, tied) {
			if other >= 0 {
				out.Report.Ambiguous[f]++
				cells = append(cells, tiedCell{i, f, h.names[f], best.Position, other})
			}
		}
	}
	if v.TiesError && len(cells) > 0 {
		return nil, tiesError(v.Name, cells, sum(out.Report.Ambiguous))
	}
	return out, nil
}

// search returns the newest row of the history that may be used for spine row i, nil if there is none, and the rows tied
// with it.
func (p *Plan) search(h *history, keys []*value.Column, i int) (*pastRow, []*pastRow, error) {
	if p.absent(keys, i) {
		return nil, nil, nil
	}
	key, err := value.AppendKeyRow(nil, keys, i)
	if err != nil {
		return nil, nil, keyError(entityRow, int64(i), err)
	}
	asOf := p.Spine.AsOf[i]
	best, tied := newest(h.rows[string(key)], func(r *pastRow) bool {
		return eventtime.Visible(r.Event, r.available, asOf, 0) && p.knowledge().knew(r.Event, r.Created, asOf)
	})
	return best, tied, nil
}

func (p *Plan) judge(v *ViewScan, best *pastRow, i int) value.Status {
	if best == nil {
		return value.NotFound
	}
	return Judge(best.Event, best.available, p.Spine.AsOf[i], v.TTL, best.deleted)
}

// answer stores the answer of row best, which is nil if there is none, to spine row i.
func (v *ViewResult) answer(h *history, best *pastRow, st value.Status, i int) {
	v.Status[i] = st
	if best != nil {
		v.Event[i], v.Row[i] = best.Event, best.Position
		if v.Created != nil {
			v.Created[i] = best.Created
		}
	}
	for f, c := range v.Columns {
		if st == value.Present {
			c.Append(h.features[f].At(int(best.Position)))
		} else {
			c.Append(value.Value{})
		}
	}
}

func (p *Plan) knowledge() knowledge { return knowledge{p.Known, p.KnownAt} }

// newest returns the newest of the rows that are usable, nil if there is none, and all rows tied with it, itself
// included.
func newest(rows []pastRow, usable func(*pastRow) bool) (best *pastRow, tied []*pastRow) {
	for i := range rows {
		r := &rows[i]
		if !usable(r) {
			continue
		}
		switch {
		case best == nil || r.Order(&best.Candidate) > 0:
			best, tied = r, append(tied[:0], r)
		case r.Order(&best.Candidate) == 0:
			tied = append(tied, r)
			if r.Newer(&best.Candidate) {
				best = r
			}
		}
	}
	return best, tied
}

// A history is a whole table in memory, its accepted rows by encoded key.
type history struct {
	view     string
	rows     map[string][]pastRow
	names    []string
	types    []value.Type
	features []*value.Column // of all rows, by position
	report   Report
}

type pastRow struct {
	Candidate
	available eventtime.Instant
	deleted   bool
}

// readHistory reads the table of v.
func readHistory(ctx context.Context, v *ViewScan) (*history, error) {
	parts, l := v.Table.Parts(), &v.Layout
	types, err := l.types(ctx, parts)
	if err != nil {
		return nil, err
	}
	h := &history{view: v.Name, rows: map[string][]pastRow{}, names: l.Features, types: types}
	h.report.Ambiguous = make([]int64, len(types))
	for _, t := range types {
		h.features = append(h.features, value.NewColumn(t, 0))
	}
	c := newChunk(l.roles())
	for _, part := range parts {
		if err := c.read(ctx, part); err != nil {
			return nil, err
		}
		if err := h.add(ctx, c, part, v); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// add appends a part, whose deciding columns c holds.
func (h *history) add(ctx context.Context, c *chunk, part Part, v *ViewScan) error {
	l, deleted := &v.Layout, new(value.Column)
	if l.Deleted != "" {
		if err := readColumns(ctx, part, []string{l.Deleted}, []*value.Column{deleted}); err != nil {
			return err
		}
	}
	for f, name := range l.Features {
		col := new(value.Column)
		if err := readColumns(ctx, part, []string{name}, []*value.Column{col}); err != nil {
			return err
		}
		for i := range part.Rows() {
			h.features[f].Append(col.At(i))
		}
	}
	for i := range part.Rows() {
		position := h.report.Read
		h.report.Read++
		if c.reject(i, v.Availability, &h.report) {
			continue
		}
		key, err := value.AppendKeyRow(nil, c.keys(nil), i)
		if err != nil {
			return keyError(sourceRow(h.view), position, err)
		}
		r := pastRow{Candidate: Candidate{c.event(i), c.created(i), c.rank(nil, i), position}}
		r.available, _ = v.Availability.Of(r.Event, r.Created)
		r.deleted = l.Deleted != "" && deleted.At(i).Bool()
		h.rows[string(key)] = append(h.rows[string(key)], r)
	}
	return nil
}

// ambiguous returns, per feature, the position of a row that is tied with best and makes the cell ambiguous, or −1. It
// is so for every feature if some of the tied rows are deletes and others not, for none if all are, otherwise where a
// tied row differs from best.
func (h *history) ambiguous(best *pastRow, tied []*pastRow) []int64 {
	out := make([]int64, len(h.names))
	for f := range h.names {
		out[f] = -1
		for _, r := range tied {
			same := h.features[f].At(int(r.Position)).Identical(h.features[f].At(int(best.Position)))
			if r.deleted != best.deleted || !best.deleted && !same {
				out[f] = r.Position
				break
			}
		}
	}
	return out
}
