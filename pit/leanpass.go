package pit

import (
	"context"
	"errors"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// lean reports whether the first pass over v can do without created times and ranks. When a row may be used must follow
// from its event time, so that rows of one key and event time meet in one slot and created time and rank decide between
// them alone; and nobody asks for created times.
func (p *Plan) lean(v *ViewScan) bool {
	return p.Known == KnownNow && !p.WantCreated && v.Availability.Rule != eventtime.ByCreatedTime && len(v.Layout.tieBreaking().names) > 0
}

// errManyTies ends a lean pass that meets more rows of one key and event time than it is good for.
var errManyTies = errors.New("pit: many rows of one key and event time")

// leanMin is the least number of tied rows that a worker of a lean pass may hold.
const leanMin = 1 << 16

// leanShare is how many rows a lean pass must read for each that is tied: to note a tie costs about as much as to read
// the created times of so many rows.
const leanShare = 16

// leanPass makes a pass that reads keys and event times only, then created times and ranks of the tied rows. tiesMax bounds
// what it holds too: errManyTies is returned long before an error that those who are tied in all may deserve.
func (e *evaluation) leanPass(ctx context.Context, s *scan, tiesMax int) (*scanWorker, error) {
	held := e.leanMax
	if held == 0 {
		held = max(leanMin, len(s.index.rows)/4) // a tie takes about 80 bytes: at most 20 per spine row
	}
	s.roles, s.lean = s.view.Layout.placing(), true
	best, err := s.run(ctx, e.workers(s), min(held, tiesMax))
	if err != nil {
		return nil, err
	}
	return best, best.settle(ctx, e.opt.workers())
}

// checkTies returns an error where there are more ties than may be.
func (w *scanWorker) checkTies() error {
	switch {
	case w.lean && (w.ties.full() || w.ties.met > (w.ties.max+int(w.report.Read))/leanShare):
		return errManyTies
	case w.ties.full():
		return tiesOverflow(w.view.Name, w.ties.max)
	}
	return nil
}

// settle lets the rows that are tied after a lean pass compete again, by created time and rank, which it reads of them.
// It must come before carry: until then no row is in two slots.
func (w *scanWorker) settle(ctx context.Context, workers int) error {
	var slots []*slot
	var rows []int64 // those of a slot together
	for i := range w.slots {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if p := &w.slots[i]; p.best.tied() {
			slots = append(slots, p)
			rows = append(append(rows, p.best.position()), w.ties.others[p.best.position()]...)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	c, err := w.tieBreakers(ctx, rows, workers)
	if err != nil {
		return err
	}
	k := len(c.roles.rank)
	again := &scanWorker{scan: w.scan, chunk: c, k: k, ranks: make([]value.Value, k), ties: newTies(w.ties.max)}
	at := 0
	for _, p := range slots {
		end := at + 1 + len(w.ties.others[p.best.position()])
		for p.best = 0; at < end; at++ {
			if at%(1<<16) == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			again.compete(p, 0, Candidate{p.event, c.created(at), nil, rows[at]}, at)
		}
	}
	w.ties = again.ties
	return nil
}

// tieBreakers reads the columns that decide between rows of one key and event time, of the rows at some positions.
func (w *scanWorker) tieBreakers(ctx context.Context, rows []int64, workers int) (*chunk, error) {
	c := newChunk(w.view.Layout.tieBreaking())
	types := make([]value.Type, len(c.cols))
	if err := readTypes(ctx, w.parts[partOf(w.start, rows[0])], c.roles.names, types); err != nil {
		return nil, err
	}
	c.cols = blankColumns(len(rows), types, nil)
	t := newTarget(w.start, c.cols, len(rows), func(i int) int64 { return rows[i] })
	g := &gathering{parts: w.parts, columns: c.roles.names, workers: workers, done: func(int) {}, spare: w.spare}
	if err := g.run(ctx, t); err != nil {
		return nil, err
	}
	return c, c.check()
}
