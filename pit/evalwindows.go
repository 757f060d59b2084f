package pit

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// EvalWindows answers the windows of a plan like NaiveWindows, fast. The history of each is read once, whatever the
// number of features; rows whose key is in the spine, and which can count for it, are kept by shares of the keys, and then
// each key is swept once in the order of time. Sums are differences of exact prefix sums, minima and maxima come from
// monotone stacks.
//
// Cost: n·log n in the events of a key, then a step for each entity row and feature, or group of one, whatever the window
// holds; the distinct series alone rescan their window, and rows that became usable late cost a step for every entity row
// that they are missing from. Memory: the rows kept, about 12 bytes each and their payload, up to KeptMax where there is a
// Spill, then those of one share of the keys for each worker, and the results; all rows of one key must fit. A cancelled
// context ends it within 100 ms if the table's parts obey it too. A nil opt means defaults.
func EvalWindows(ctx context.Context, p *Plan, opt *EvalOptions) ([]WindowResult, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return newEvaluation(p, opt, p.scans()[len(p.Views):]).windows(ctx)
}

func (e *evaluation) windows(ctx context.Context) ([]WindowResult, error) {
	var out []WindowResult
	for i := range e.plan.Windows {
		r, err := e.window(ctx, &e.plan.Windows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	return out, nil
}

func (e *evaluation) window(ctx context.Context, w *WindowScan) (*WindowResult, error) {
	x, err := e.index(ctx, w.view(nil))
	if err != nil {
		return nil, err
	}
	r := &windowRun{
		scan: w, know: e.plan.knowledge(), index: x, parts: w.Table.Parts(), start: starts(w.Table.Parts()), meter: e.meter,
		roles: w.Layout.roles(), workers: e.opt.workers(), names: w.payload(), out: newWindowResult(w, e.plan),
	}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	if err := r.openSpill(ctx, e.opt); err != nil {
		return nil, err
	}
	err = r.read(ctx)
	if err == nil {
		err = each(ctx, r.workers, r.shares, func(int) func(context.Context, int) error { return newSweep(r).share })
	}
	if err := errs.Join(err, r.closeSpill()); err != nil {
		return nil, err
	}
	if r.fault != nil && e.keyed {
		return nil, w.fault(r.faultAt.feature, -1, r.fault)
	}
	if r.fault != nil {
		return nil, w.fault(r.faultAt.feature, r.faultAt.row, r.fault)
	}
	r.out.Report = r.report
	return r.out, nil
}

// newWindowResult returns a result in which every entity row lacks its key.
func newWindowResult(w *WindowScan, p *Plan) *WindowResult {
	n := len(p.Spine.AsOf)
	types := make([]value.Type, len(w.Features))
	for i := range types {
		types[i], _ = w.Features[i].Type()
	}
	out := &WindowResult{Status: make([]value.Status, n), Event: make([]eventtime.Instant, n), Columns: nullColumns(n, types)}
	for i := range n {
		out.Status[i], out.Event[i] = value.NotFound, eventtime.None
	}
	return out
}

// A windowRun is the evaluation of one WindowScan.
type windowRun struct {
	scan    *WindowScan
	know    knowledge
	index   *index
	parts   []Part
	start   []int64
	roles   *roles
	meter   *meter
	workers int
	names   []string     // payload columns
	types   []value.Type // of names; nil for a table without parts
	out     *WindowResult

	stored  []int               // of the payload columns those that are kept with the rows, as numbers in names
	filters []Filter            // distinct ones
	windows []eventtime.Window  // distinct ones
	ordered bool                // whether the order of rows of one instant matters
	always  bool                // whether a row counts from its event time on, for ever
	floor   []eventtime.Instant // per slot that is the first of its key: no earlier event counts; nil if any may
	spill   Spill               // nil for none
	keptMax int64
	kept    atomic.Int64 // bytes of bags in memory and in the spill
	shares  int          // parts of the key space
	mu      sync.Mutex   // guards the members below
	bags    [][]*bag     // per share, one for each part that has rows for it
	report  Report
	fault   error // the cell of the first entity row, and of those the first feature, that cannot be computed
	faultAt struct{ row, feature int }
}

// rowsPerShare is the number of rows of a table for which there is a share, up to sharesMax: sharing out costs little, and
// a share should fit the processor's caches.
const (
	rowsPerShare = 1 << 16
	sharesMax    = 256
)

func (r *windowRun) prepare(ctx context.Context) error {
	if len(r.parts) > 0 {
		l := &Layout{Features: r.names}
		var err error
		if r.types, err = l.types(ctx, r.parts); err != nil {
			return err
		}
		if err := r.scan.checkTypes(r.names, r.types); err != nil {
			return err
		}
	}
	r.shares = int(min(max(r.start[len(r.parts)]/rowsPerShare, int64(r.workers), 1), sharesMax))
	r.bags = make([][]*bag, r.shares)
	store := func(name string) {
		if i := slices.Index(r.names, name); i >= 0 && !slices.Contains(r.stored, i) {
			r.stored = append(r.stored, i)
		}
	}
	store(r.scan.EventID)
	r.ordered = r.scan.EventID != ""
	bounded := r.scan.EventID == ""
	for i := range r.scan.Features {
		f := &r.scan.Features[i]
		store(f.Column)
		store(f.By)
		r.ordered = r.ordered || f.Last > 0 || ordinal(f.Spec.Function)
		bounded = bounded && f.Window.Length > 0
		if !slices.Contains(r.windows, f.Window) {
			r.windows = append(r.windows, f.Window)
		}
		if f.Where != nil && r.filter(f.Where) < 0 {
			r.filters = append(r.filters, f.Where)
		}
	}
	r.always = r.scan.Availability.Rule == eventtime.ByEventTime && r.know.rule == KnownNow
	if bounded {
		r.setFloor()
	}
	return ctx.Err()
}

// filter returns the number of a filter, −1 for nil or one that is not there.
func (r *windowRun) filter(f Filter) int {
	if f == nil {
		return -1
	}
	return slices.IndexFunc(r.filters, func(g Filter) bool { return g.String() == f.String() })
}

// setFloor finds for every key the earliest event that counts for it: windows do not begin earlier for a later asOf.
func (r *windowRun) setFloor() {
	r.floor = make([]eventtime.Instant, len(r.index.rows))
	firsts := r.index.firsts
	for _, slot := range firsts[:len(firsts)-1] {
		of, _ := r.scan.at(r.index.asOf[slot])
		floor := eventtime.Max
		for _, w := range r.windows {
			if of == eventtime.None {
				floor = eventtime.Min
				break
			}
			floor = min(floor, w.Bounds(of).Start)
		}
		r.floor[slot] = floor
	}
}

// shareOf returns the share that a key belongs to, given its first slot.
func (r *windowRun) shareOf(slot uint32) int {
	return int(uint64(slot) * uint64(r.shares) / uint64(len(r.index.rows)))
}

// failed remembers a cell that cannot be computed.
func (r *windowRun) failed(row, feature int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault == nil || row < r.faultAt.row || row == r.faultAt.row && feature < r.faultAt.feature {
		r.fault = err
		r.faultAt.row, r.faultAt.feature = row, feature
	}
}
