package pit

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// NaiveWindows answers the windows of a plan row by row, asking the rules for every event of the key. It is the oracle:
// obvious, slow, and everything in memory. Errors: those of the plan and of reading, and OutOfRange for a sum of
// integers that does not fit, of the first entity row with one.
func NaiveWindows(ctx context.Context, p *Plan) ([]WindowResult, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	var out []WindowResult
	for i := range p.Windows {
		r, err := p.naiveWindow(ctx, &p.Windows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	return out, nil
}

func (p *Plan) naiveWindow(ctx context.Context, w *WindowScan) (*WindowResult, error) {
	n, err := readEvents(ctx, w)
	if err != nil {
		return nil, err
	}
	keys, err := p.keys(w.view(nil))
	if err != nil {
		return nil, err
	}
	out := &WindowResult{Report: n.report}
	for i := range w.Features {
		t, _ := w.Features[i].Type()
		out.Columns = append(out.Columns, value.NewColumn(t, len(p.Spine.AsOf)))
	}
	for i, asOf := range p.Spine.AsOf {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a := naiveCells{status: value.NotFound, event: eventtime.None, cells: make([]value.Value, len(w.Features))}
		if !p.absent(keys, i) {
			key, err := value.AppendKeyRow(nil, keys, i)
			if err != nil {
				return nil, keyError(entityRow, int64(i), err)
			}
			of, limit := w.at(asOf)
			if a, err = n.answer(p.knowledge(), string(key), of, limit, i); err != nil {
				return nil, err
			}
			if a.status == value.Present && Judge(of, limit, asOf, w.TTL, false) == value.OutsideMaxAge {
				a.status = value.OutsideMaxAge
				clear(a.cells)
			}
		}
		out.Status, out.Event = append(out.Status, a.status), append(out.Event, a.event)
		for f, c := range out.Columns {
			c.Append(a.cells[f])
		}
	}
	return out, nil
}

// naiveCells are the answer for one key at one instant.
type naiveCells struct {
	status value.Status // Present or NotFound
	event  eventtime.Instant
	cells  []value.Value
}

// events is the history of a WindowScan in memory.
type events struct {
	*history
	scan     *WindowScan
	selected [][]uint64 // per feature: the positions that Where selects; nil for all
}

func readEvents(ctx context.Context, w *WindowScan) (*events, error) {
	names := w.payload()
	h, err := readHistory(ctx, w.view(names))
	if err != nil {
		return nil, err
	}
	h.report.Ambiguous = nil
	n := &events{history: h, scan: w, selected: make([][]uint64, len(w.Features))}
	if h.report.Read == 0 {
		return n, nil
	}
	if err := w.checkTypes(names, h.types); err != nil {
		return nil, err
	}
	for f := range w.Features {
		where := w.Features[f].Where
		if where == nil {
			continue
		}
		var cols []*value.Column
		for _, c := range where.Columns() {
			cols = append(cols, n.column(c.Name))
		}
		n.selected[f] = make([]uint64, (h.report.Read+63)/64)
		if err := where.Select(ctx, cols, int(h.report.Read), n.selected[f]); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *events) column(name string) *value.Column { return n.features[slices.Index(n.names, name)] }

// answer computes the features of a key at an instant, which is None where there is no snapshot. row is for messages.
func (n *events) answer(k knowledge, key string, of, limit eventtime.Instant, row int) (naiveCells, error) {
	out := naiveCells{status: value.NotFound, event: of}
	var usable []*pastRow
	for i := range n.rows[key] {
		if r := &n.rows[key][i]; n.scan.counts(k, r, limit) {
			usable = append(usable, r)
		}
	}
	usable = n.once(usable)
	for f := range n.scan.Features {
		feature := &n.scan.Features[f]
		var in []*pastRow
		for _, r := range usable {
			if of != eventtime.None && feature.Window.Bounds(of).Contains(r.Event) {
				in = append(in, r)
			}
		}
		if len(in) > 0 {
			out.status = value.Present
		}
		v, err := n.feature(f, in)
		if err != nil {
			return out, n.scan.fault(f, row, err)
		}
		out.cells = append(out.cells, v)
	}
	return out, nil
}

// once returns rows without those whose event was delivered again: of equal ids the greatest (created, position) counts.
func (n *events) once(rows []*pastRow) []*pastRow {
	if n.scan.EventID == "" {
		return rows
	}
	id := func(r *pastRow) value.Value { return n.column(n.scan.EventID).At(int(r.Position)) }
	return slices.DeleteFunc(slices.Clone(rows), func(r *pastRow) bool {
		return !id(r).IsNull() && slices.ContainsFunc(rows, func(o *pastRow) bool {
			return id(o).Identical(id(r)) && (o.Created > r.Created || o.Created == r.Created && o.Position > r.Position)
		})
	})
}

// feature computes feature f of the rows of its window.
func (n *events) feature(f int, in []*pastRow) (value.Value, error) {
	feature := &n.scan.Features[f]
	groups := map[string][]*pastRow{}
	for _, r := range in {
		if keep := n.selected[f]; keep != nil && keep[r.Position>>6]&(1<<(r.Position&63)) == 0 {
			continue
		}
		group := ""
		if feature.By != "" {
			by := n.column(feature.By).At(int(r.Position))
			if by.IsNull() {
				continue
			}
			group = groupName(by)
		}
		groups[group] = append(groups[group], r)
	}
	if feature.By == "" {
		return n.aggregate(feature, groups[""])
	}
	var entries []value.Value
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		v, err := n.aggregate(feature, groups[name])
		if err != nil {
			return v, err
		}
		entries = append(entries, value.OfString(name), v)
	}
	return value.OfList(value.Map, entries), nil
}

// groupName returns the key of a map for a secondary key.
func groupName(by value.Value) string {
	if by.Kind() == value.String {
		return by.Text()
	}
	return strconv.FormatInt(by.Int(), 10)
}

func (n *events) aggregate(feature *WindowFeature, rows []*pastRow) (value.Value, error) {
	state, err := feature.Spec.New()
	if err != nil {
		return value.Value{}, err
	}
	slices.SortFunc(rows, func(a, b *pastRow) int { return cmp.Or(a.Order(&b.Candidate), cmp.Compare(a.Position, b.Position)) })
	if feature.Last > 0 {
		rows = rows[max(0, len(rows)-feature.Last):]
	}
	for _, r := range rows {
		v := value.OfBool(true) // for a count of rows, of which any value will do
		if feature.Column != "" {
			v = n.column(feature.Column).At(int(r.Position))
		}
		if !v.IsNull() {
			state.Add(v, agg.Order{Event: r.Event, Created: r.Created, Rank: r.Rank, Position: r.Position})
		}
	}
	return state.Final()
}
