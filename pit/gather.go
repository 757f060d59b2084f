package pit

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A pick asks for row in of a part to be stored in row out of a target.
type pick struct{ in, out uint32 }

// A target is columns to be filled with rows picked from all over a table.
type target struct {
	picks [][]pick // per part
	dst   []*value.Column
}

// newTarget returns a target for the rows 0 ≤ out < n of dst, whose source is at position at(out); negative: none.
func newTarget(start []int64, dst []*value.Column, n int, at func(out int) int64) *target {
	parts := len(start) - 1
	ends := make([]int, parts+1)
	for i := range n {
		if p := at(i); p >= 0 {
			ends[partOf(start, p)+1]++
		}
	}
	for i := range parts {
		ends[i+1] += ends[i]
	}
	all := make([]pick, ends[parts])
	t := &target{picks: make([][]pick, parts), dst: dst}
	for i := range parts {
		t.picks[i] = all[ends[i]:ends[i]:ends[i+1]]
	}
	for i := range n {
		if p := at(i); p >= 0 {
			part := partOf(start, p)
			t.picks[part] = append(t.picks[part], pick{uint32(p - start[part]), uint32(i)})
		}
	}
	return t
}

// partOf returns the part that holds a position. Parts tend to be of one size, so the guess is mostly right.
func partOf(start []int64, position int64) int {
	parts := len(start) - 1
	if guess := int(position / max(start[1], 1)); guess < parts && start[guess] <= position && position < start[guess+1] {
		return guess
	}
	i, found := slices.BinarySearch(start, position)
	for found && start[i+1] == position { // behind empty parts
		i++
	}
	if found {
		return i
	}
	return i - 1
}

// cellsAtOnce bounds the cells that a worker decodes before it gathers from them.
const cellsAtOnce = 1 << 20

// A gathering is the second pass over a table: it reads payload columns of those parts only that targets pick from.
type gathering struct {
	parts   []Part
	columns []string
	workers int
	done    func(rows int) // per part, read or skipped
	spare   workspaces
}

func (g *gathering) run(ctx context.Context, targets ...*target) error {
	return each(ctx, g.workers, len(g.parts), func(worker int) func(context.Context, int) error {
		cols := g.spare.of(worker).columnsOf(len(g.columns))
		return func(ctx context.Context, part int) error {
			if err := g.part(ctx, part, cols, targets); err != nil {
				return err
			}
			g.done(g.parts[part].Rows())
			return nil
		}
	})
}

func (g *gathering) part(ctx context.Context, part int, cols []*value.Column, targets []*target) error {
	lists := make([][]pick, len(targets))
	for i, t := range targets {
		lists[i] = t.picks[part]
	}
	r := newPicking(g.parts[part], lists)
	if r == nil {
		return nil
	}
	for i := range lists {
		lists[i] = r.delivered(lists[i])
	}
	step := max(1, cellsAtOnce/max(r.rows, 1))
	for lo := 0; lo < len(g.columns); lo += step {
		hi := min(lo+step, len(g.columns))
		src := cols[:hi-lo]
		if err := r.read(ctx, g.columns[lo:hi], src); err != nil {
			return err
		}
		for f := lo; f < hi; f++ {
			for i, t := range targets {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := r.copy(t.dst[f], src[f-lo], lists[i]); err != nil {
					return errs.Wrap(err, errs.InvalidArgument, "column %q", g.columns[f])
				}
			}
		}
	}
	return nil
}

// blankColumns returns columns of n rows with zero items and a null bitmap of full length, which is a copy of nulls or
// clear if that is nil.
func blankColumns(n int, types []value.Type, nulls []uint64) []*value.Column {
	out := make([]*value.Column, len(types))
	for i, t := range types {
		c := &value.Column{Type: t}
		c.Resize(n)
		c.Nulls = make([]uint64, (n+63)/64)
		copy(c.Nulls, nulls)
		out[i] = c
	}
	return out
}
