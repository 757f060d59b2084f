package pit

import (
	"context"
	"maps"
	"slices"

	"github.com/truepoint/truepoint/value"
)

// groups adds a lane for each group of feature f, in the order of their names.
func (l *lanes) groups(ctx context.Context, f int, by string) error {
	r, k := l.sweep.windowRun, &l.sweep.rows
	col := k.cols[slices.Index(r.stored, slices.Index(r.names, by))]
	groups := map[value.Value][]int32{}
	for i := range k.n {
		if i%blockRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if v := col.At(k.lo + i); !v.IsNull() {
			groups[v] = append(groups[v], int32(i))
		}
	}
	named := map[string][]int32{}
	for v, rows := range groups {
		named[groupName(v)] = rows
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if k.n > blockRows && ctx.Err() != nil {
			return ctx.Err()
		}
		n := l.lane(f)
		n.group = name
		n.inputs, n.rows = newSeries(r, n, n.Column), newSeries(r, n, "")
		n.inputs.reset(k, named[name])
		n.rows.reset(k, named[name])
		l.stack(n)
		l.lanes = append(l.lanes, n)
	}
	return nil
}

// maps computes cell j of feature f, which has a secondary key.
func (l *lanes) maps(ctx context.Context, f, j int) {
	s := l.sweep
	var entries []value.Value
	for _, n := range l.lanes[l.fixed:] {
		if n.feature != f {
			continue
		}
		n.cells.reset(1)
		some, err := l.value(ctx, n, 0)
		if err != nil {
			s.faults[f] = err
			return
		}
		if some {
			entries = append(entries, value.OfString(n.group), n.cells.at(0))
		}
	}
	s.cells[f].set(j, value.OfList(value.Map, entries))
}
