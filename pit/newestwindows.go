package pit

import (
	"context"
	"math"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// NewestWindows answers a plan like NaiveNewestWindows, fast: one pass over key and time columns finds the keys, and Load
// evaluates the windows of 1,048,576 keys at a time, with one pass over the table for each. Event of a winner is the
// snapshot's instant, Created is None. Deleted, once the winner was loaded, says that its windows are empty: what is read
// of such a key is the empty value, and the status NotFound, whether the row is there or not (semantics 5.7). Memory: 50
// bytes per key and its encoded length, and for the keys at hand what EvalWindows takes. Load also returns OutOfRange for
// a sum of integers that does not fit. A nil opt means defaults.
func NewestWindows(ctx context.Context, p *WindowsPlan, opt *EvalOptions) (Winners, error) {
	n, of, err := p.keys()
	if err != nil {
		return nil, err
	}
	find := EvalOptions{}
	if opt != nil {
		find = *opt
	}
	find.TiesMax = math.MaxInt // rows that tie are one key
	keys, err := Newest(ctx, n, &find)
	if err != nil {
		return nil, err
	}
	find.Progress, find.TiesMax = nil, 0
	return &windowWinners{Winners: keys, plan: p, opt: &find, of: of, empty: make([]uint64, (keys.Len()+63)/64)}, nil
}

// keys returns the plan that finds the keys to be written, and the snapshot's instant.
func (p *WindowsPlan) keys() (*NewestPlan, eventtime.Instant, error) {
	w := &p.Scan
	if err := w.check(); err != nil {
		return nil, eventtime.None, err
	}
	if w.Refresh == 0 {
		return nil, eventtime.None, errs.New(errs.Internal, "the windows of view %q have no snapshots", w.Name)
	}
	of, limit := w.at(p.End)
	from := of
	if p.Previous != eventtime.None {
		from = min(from, p.Previous)
	}
	start := eventtime.Min
	if reach, bounded := w.reach(); bounded && from != eventtime.None {
		start = (from + 1).Add(-reach)
	}
	return &NewestPlan{
		Name: w.Name, Table: w.Table, Layout: w.Layout, Availability: w.Availability,
		Select: Selection{
			Interval: eventtime.Interval{Start: start, End: of}, AvailableBy: limit,
			CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
		},
	}, of, nil
}

// reach returns how far behind its end the widest window begins at most. bounded is false if one has no far edge.
func (w *WindowScan) reach() (reach eventtime.Duration, bounded bool) {
	for i := range w.Features {
		f := &w.Features[i]
		if f.Window.Length == 0 {
			return 0, false
		}
		reach = max(reach, f.Window.Length+f.Window.Offset+f.Window.Hop)
	}
	return reach, true
}

// A windowWinners gives the keys that Newest found the values of their windows.
type windowWinners struct {
	Winners
	plan   *WindowsPlan
	opt    *EvalOptions
	of     eventtime.Instant
	empty  []uint64 // of the winners evaluated so far: whether their windows are empty
	lo, hi int      // the winners of columns
	values []*value.Column
}

// windowKeys is the number of keys whose windows are evaluated at once.
const windowKeys = 1 << 20

func (w *windowWinners) Event(int) eventtime.Instant   { return w.of }
func (w *windowWinners) Created(int) eventtime.Instant { return eventtime.None }
func (w *windowWinners) Deleted(i int) bool            { return w.empty[i>>6]&(1<<(i&63)) != 0 }

func (w *windowWinners) Report() Report {
	r := w.Winners.Report()
	r.Ambiguous = nil
	return r
}

func (w *windowWinners) Load(ctx context.Context, lo, hi int) ([]*value.Column, error) {
	if lo < 0 || hi < lo || hi > w.Len() {
		return nil, errs.New(errs.Internal, "winners %d to %d of %d cannot be loaded", lo, hi, w.Len())
	}
	if w.values == nil || lo < w.lo || hi > w.hi {
		if err := w.evaluate(ctx, lo, max(hi, min(lo+windowKeys, w.Len()))); err != nil {
			return nil, err
		}
	}
	out := make([]*value.Column, len(w.values))
	for f, c := range w.values {
		out[f] = c.Slice(lo-w.lo, hi-w.lo)
	}
	return out, nil
}

// evaluate computes the windows of winners lo ≤ i < hi.
func (w *windowWinners) evaluate(ctx context.Context, lo, hi int) error {
	scan := w.plan.Scan
	scan.Spine, scan.TTL = scan.Layout.Keys, 0
	p := &Plan{Windows: []WindowScan{scan}, Spine: Spine{Columns: &value.Batch{}}}
	for i := lo; i < hi; i++ {
		parts, err := value.DecodeKey(w.Key(i))
		if err != nil {
			return err
		}
		for k, v := range parts {
			if i == lo {
				p.Spine.Columns.Add(scan.Layout.Keys[k], value.NewColumn(value.Scalar(v.Kind()), hi-lo))
			}
			p.Spine.Columns.Columns[k].Append(v)
		}
		p.Spine.AsOf = append(p.Spine.AsOf, w.of.Add(scan.Delay))
	}
	p.Spine.Columns.Rows = hi - lo
	if lo == hi {
		w.lo, w.hi, w.values = lo, hi, newWindowResult(&scan, p).Columns
		return nil
	}
	e := newEvaluation(p, w.opt, p.scans())
	e.keyed = true
	answers, err := e.windows(ctx)
	if err != nil {
		return err
	}
	r := &answers[0]
	for i, st := range r.Status {
		if at := lo + i; st == value.NotFound {
			w.empty[at>>6] |= 1 << (at & 63)
		}
	}
	w.lo, w.hi, w.values = lo, hi, r.Columns
	return nil
}
