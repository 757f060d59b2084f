package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/value"
)

// A lane is one feature, or one group of a feature with a secondary key, along the rows of a key.
type lane struct {
	feature int
	*WindowFeature
	kind    laneKind
	formula agg.Formula
	window  int     // number in the sweep's windows
	plain   bool    // a sum of floats
	group   string  // with a secondary key
	cells   *cells  // where its values go; with a secondary key one cell alone
	inputs  *series // the rows that the function reads
	rows    *series // the rows that Last counts and that make a group; nil without both

	inLo, inHi, rowLo, rowHi int // cursors
	stack                    *stack
	cursor                   int // in stack
	slide                    slide
}

// A laneKind is a way to compute a function.
type laneKind uint8

const (
	counting  laneKind = iota
	totalling          // by prefix sums
	least              // by stacks and trees
	greatest
	edge     // first and last rows, without a look at the others
	distinct // by a sliding multiset
	rescan   // by a State
)

func kindOf(s agg.Spec) (laneKind, agg.Formula) {
	formula, _, totals := s.Formula()
	switch {
	case s.Function == agg.Count:
		return counting, nil
	case totals:
		return totalling, formula
	case s.Function == agg.Min:
		return least, nil
	case s.Function == agg.Max:
		return greatest, nil
	case s.Function == agg.CountDistinct:
		return distinct, nil
	case s.Function == agg.FirstDistinctN || s.Function == agg.LastDistinctN:
		return rescan, nil
	}
	return edge, nil
}

// lanes are those of all features. Series and stacks are shared where features agree.
type lanes struct {
	sweep  *sweep
	lanes  []*lane // of features without a secondary key, whatever the key of the rows; then those of groups
	fixed  int     // how many of lanes are of the first kind
	series []*series
	stacks []*stack
	shared int      // how many of stacks belong to fixed lanes
	ones   []*cells // per feature with a secondary key, for the group at hand
	out    []int
}

func newLanes(s *sweep) lanes {
	l := lanes{sweep: s, ones: make([]*cells, len(s.cells))}
	for f := range s.scan.Features {
		if s.scan.Features[f].By == "" {
			l.lanes = append(l.lanes, l.lane(f))
			continue
		}
		t, _ := s.scan.Features[f].Spec.Result() // the plan was checked
		l.ones[f] = newCells(t)
	}
	l.fixed = len(l.lanes)
	for _, n := range l.lanes {
		n.inputs = l.share(n, n.Column)
		if n.Last > 0 {
			n.rows = l.share(n, "")
		}
		l.stack(n)
	}
	l.shared = len(l.stacks)
	return l
}

// lane returns a lane of feature f without its series.
func (l *lanes) lane(f int) *lane {
	n := &lane{feature: f, WindowFeature: &l.sweep.scan.Features[f], cells: l.sweep.cells[f]}
	if n.By != "" {
		n.cells = l.ones[f]
	}
	n.kind, n.formula = kindOf(n.Spec)
	n.plain = n.Spec.Function == agg.Sum && n.cells.column.Type.Kind == value.Float64
	n.window = slices.Index(l.sweep.windows, n.Window)
	return n
}

// share returns a series of the column and filter of n that all lanes share.
func (l *lanes) share(n *lane, column string) *series {
	r := l.sweep.windowRun
	x := newSeries(r, n, column)
	if i := slices.IndexFunc(l.series, func(o *series) bool { return o.column == x.column && o.filter == x.filter }); i >= 0 {
		l.series[i].sums.Squares = l.series[i].sums.Squares || x.sums.Squares
		return l.series[i]
	}
	l.series = append(l.series, x)
	return x
}

func newSeries(r *windowRun, n *lane, column string) *series {
	x := &series{column: -1, filter: r.filter(n.Where)}
	if column != "" {
		x.column = slices.Index(r.stored, slices.Index(r.names, column))
	}
	_, x.sums.Squares, _ = n.Spec.Formula()
	return x
}

// reset begins a key, whose rows the sweep has loaded.
func (l *lanes) reset(ctx context.Context) error {
	k := &l.sweep.rows
	for _, x := range l.series {
		if k.n > blockRows && ctx.Err() != nil {
			return ctx.Err()
		}
		x.reset(k, nil)
	}
	l.lanes, l.stacks = l.lanes[:l.fixed], l.stacks[:l.shared]
	for _, s := range l.stacks {
		s.extremes.Reset()
		s.pushed = 0
	}
	for _, n := range l.lanes {
		n.inLo, n.inHi, n.rowLo, n.rowHi, n.cursor = 0, 0, 0, 0, 0
		n.slide.reset()
	}
	for f := range l.sweep.scan.Features {
		if by := l.sweep.scan.Features[f].By; by != "" {
			if err := l.groups(ctx, f, by); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// answer computes cells j of the sweep for its windows.
func (l *lanes) answer(ctx context.Context, j int) {
	s := l.sweep
	for _, n := range l.lanes[:l.fixed] {
		if s.rows.n > blockRows && ctx.Err() != nil {
			return
		}
		if _, err := l.value(ctx, n, j); err != nil {
			s.faults[n.feature] = err
		}
	}
	for f, one := range l.ones {
		if one != nil {
			l.maps(ctx, f, j)
		}
	}
}

// value computes the function's value for a lane as cell j, and tells whether any row of its group, if it is one of a
// group, lies in the window.
func (l *lanes) value(ctx context.Context, n *lane, j int) (some bool, err error) {
	s := l.sweep
	lo, hi := s.lo[n.window], s.hi[n.window]
	if n.rows != nil {
		lo, some = l.last(n, lo, hi)
	}
	a, b := n.inputs.before(lo, &n.inLo), n.inputs.before(hi, &n.inHi)
	l.out = n.inputs.among(l.out[:0], s.away.rows, a, b)
	var v value.Value
	switch n.kind {
	case counting:
		n.cells.int(j, int64(b-a-len(l.out)))
		return some, nil
	case totalling:
		sums := n.inputs.prefix(ctx)
		if n.inputs.n > blockRows && ctx.Err() != nil {
			return some, ctx.Err()
		}
		if n.plain && len(l.out) == 0 {
			if sum, ok := sums.FloatSum(a, b); ok {
				n.cells.float(j, sum)
			}
			return some, nil
		}
		v, err = n.formula(sums.Except(a, b, l.out))
	case least, greatest:
		if i := n.extreme(ctx, a, b, l.out); i >= 0 {
			n.cells.extreme(j, n.inputs.col, n.inputs.place(i))
		}
		return some, nil
	case edge:
		v = n.edge(a, b, l.out)
	case distinct:
		n.cells.int(j, n.slide.count(ctx, n, a, b, l.out))
		return some, nil
	case rescan:
		v, err = n.rescan(ctx, &s.rows, a, b, l.out)
	}
	n.cells.set(j, v)
	return some, err
}

// last returns the first row that Last leaves of those from lo up to, not including, hi, and whether any is left.
func (l *lanes) last(n *lane, lo, hi int) (first int, some bool) {
	a, b := n.rows.before(lo, &n.rowLo), n.rows.before(hi, &n.rowHi)
	out := n.rows.among(l.out[:0], l.sweep.away.rows, a, b)
	l.out = out
	some = b-a > len(out)
	if n.Last == 0 || b-a-len(out) <= n.Last {
		return lo, some
	}
	i := b
	for left := n.Last; left > 0; {
		i--
		if len(out) > 0 && out[len(out)-1] == i {
			out = out[:len(out)-1]
			continue
		}
		if len(out) == 0 {
			i -= left - 1
			break
		}
		left--
	}
	return n.rows.row(i), some
}
