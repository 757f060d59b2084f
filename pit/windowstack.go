package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// A stack is the extremes of the members that have come into windows of one offset.
type stack struct {
	inputs   *series
	greatest laneKind
	offset   eventtime.Duration
	extremes *agg.Extremes[int64]
	pushed   int
}

// stack gives a lane of min or max its stack.
func (l *lanes) stack(n *lane) {
	if n.kind != least && n.kind != greatest {
		return
	}
	at := slices.IndexFunc(l.stacks, func(s *stack) bool {
		return s.inputs == n.inputs && s.greatest == n.kind && s.offset == n.Window.Offset
	})
	if at < 0 {
		s := &stack{inputs: n.inputs, greatest: n.kind, offset: n.Window.Offset, extremes: agg.NewLeast[int64]()}
		if n.kind == greatest {
			s.extremes = agg.NewGreatest[int64]()
		}
		at, l.stacks = len(l.stacks), append(l.stacks, s)
	}
	n.stack = l.stacks[at]
}

// extreme returns the least or greatest input of the members a ≤ i < b but those in out.
func (n *lane) extreme(ctx context.Context, a, b int, out []int) value.Value {
	top := 0
	if n.kind == greatest {
		top = 1
	}
	r := n.inputs.ranking(ctx, top)
	for s := n.stack; s.pushed < b; s.pushed++ {
		s.extremes.Push(s.pushed, r.keys[s.pushed])
	}
	best, ok := 0, a < b
	switch {
	case len(out) > 0:
		best = r.best(top, a, b, out)
		ok = best >= 0
	case ok:
		best, ok = n.stack.extremes.Best(a, &n.cursor)
	}
	if !ok {
		return value.Value{}
	}
	return agg.PlainNaN(n.inputs.value(best))
}
