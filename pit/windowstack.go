package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/eventtime"
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

// advance lets the members before b enter. Fewer have come once ctx has ended.
func (s *stack) advance(ctx context.Context, b int) {
	for s.pushed < b {
		s.push(ctx, min(b, s.pushed+blockRows))
		if s.pushed < b && ctx.Err() != nil {
			return
		}
	}
}

func (s *stack) push(ctx context.Context, b int) {
	x, top, key := s.inputs, 0, agg.LeastKey
	if s.greatest == greatest {
		top, key = 1, agg.GreatestKey
	}
	if x.all && x.col.Float64s != nil {
		floats := x.col.Float64s[x.base : x.base+x.n]
		for ; s.pushed < b; s.pushed++ {
			s.extremes.Push(s.pushed, key(floats[s.pushed]))
		}
		return
	}
	keys := x.ranking(ctx, top).keys
	for ; s.pushed < b; s.pushed++ {
		s.extremes.Push(s.pushed, keys[s.pushed])
	}
}

// extreme returns the member a ≤ i < b but those in out with the least or greatest input, −1 if there is none.
func (n *lane) extreme(ctx context.Context, a, b int, out []int) int {
	n.stack.advance(ctx, b)
	if len(out) > 0 {
		top := 0
		if n.kind == greatest {
			top = 1
		}
		return n.inputs.ranking(ctx, top).best(ctx, top, a, b, out)
	}
	if a >= b {
		return -1
	}
	best, ok := n.stack.extremes.Best(a, &n.cursor)
	if !ok {
		return -1
	}
	return best
}
