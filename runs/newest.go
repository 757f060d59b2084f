package runs

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/truepoint/truepoint/eventtime"
)

// A Mark is the greatest event time of rows that were written to one generation of a view; None: no row was.
type Mark struct {
	Generation uint32
	Newest     eventtime.Instant
}

// Lacks reports whether v has a record of the mark's generation that does not say as much yet.
func (v *View) Lacks(m Mark) bool {
	return slices.ContainsFunc(v.Generations, func(g Generation) bool { return g.Number == m.Generation && g.Newest < m.Newest })
}

// A board gathers what writers of this process have to note about views, so that one of them notes it for all who wait.
type board struct {
	mu    sync.Mutex
	views map[string]*notes
}

// notes are what is still to be noted about one view.
type notes struct {
	turn  chan struct{}                // has an item while somebody writes the record
	marks map[uint32]eventtime.Instant // by generation; guarded by the board's mu
}

// of returns the notes of a view, made if there are none. The caller holds mu.
func (b *board) of(view string) *notes {
	n := b.views[view]
	if n == nil {
		n = &notes{turn: make(chan struct{}, 1), marks: map[uint32]eventtime.Instant{}}
		if b.views == nil {
			b.views = map[string]*notes{}
		}
		b.views[view] = n
	}
	return n
}

// add puts marks on the board.
func (b *board) add(view string, marks []Mark) *notes {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.of(view)
	for _, m := range marks {
		if at, ok := n.marks[m.Generation]; m.Newest != eventtime.None && (!ok || at < m.Newest) {
			n.marks[m.Generation] = m.Newest
		}
	}
	return n
}

// open returns what is still to be noted.
func (b *board) open(n *notes) map[uint32]eventtime.Instant {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(n.marks)
}

// done takes marks off the board, but for those that have grown since.
func (b *board) done(n *notes, noted map[uint32]eventtime.Instant) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for generation, at := range noted {
		if n.marks[generation] == at {
			delete(n.marks, generation)
		}
	}
}

// errNoted ends an update that would change nothing.
var errNoted = errors.New("it is noted")

// Wrote notes, durably, what was written to a view by whoever holds no lease on it; see View.Wrote. Calls at once for one
// view in one process share a compare-and-swap. A record that says so already is read and not written, and of a generation
// without a record nothing is noted: its table was collected meanwhile.
func (l *Ledger) Wrote(ctx context.Context, view string, marks ...Mark) error {
	n := l.notes.add(view, marks)
	select {
	case n.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-n.turn }()
	open := l.notes.open(n)
	if len(open) == 0 { // somebody else has noted it meanwhile
		return nil
	}
	_, err := l.Update(ctx, view, func(v *View) error {
		changed := false
		for generation, newest := range open {
			if v.Lacks(Mark{generation, newest}) {
				v.Wrote(generation, newest)
				changed = true
			}
		}
		if !changed {
			return errNoted
		}
		return nil
	})
	if err != nil && !errors.Is(err, errNoted) {
		return err
	}
	l.notes.done(n, open)
	return nil
}
