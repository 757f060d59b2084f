package historical

import (
	"cmp"
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/internal/spillfile"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// An engine answers the plans of one request: one for each chunk of entity rows, and one more where a request compares
// what was known when.
type engine struct {
	sel    *feature.Selection
	req    *Request
	joiner offline.Joiner  // nil where the histories are joined here
	tables *history.Tables // nil where the offline store joins
	read   []Snapshot      // by the first join of the offline store

	windows []pit.WindowScan // of the window views, in the order of their uses
}

// Close closes the histories.
func (e *engine) Close() error {
	if e.tables == nil {
		return nil
	}
	return e.tables.Close()
}

// snapshots returns what the engine reads, one per source in order of name. Two snapshots of one source, which differ in
// columns only, count as the first.
func (e *engine) snapshots() []Snapshot {
	if e.tables == nil {
		return e.read
	}
	var all []Snapshot
	for i := range e.sel.Uses {
		all = append(all, Snapshot{e.sel.Uses[i].Source.Name, e.tables.Of[i].Manifest()})
	}
	return bySource(all)
}

// bySource returns the first snapshot of each source, in order of name.
func bySource(all []Snapshot) []Snapshot {
	slices.SortStableFunc(all, func(a, b Snapshot) int { return cmp.Compare(a.Source, b.Source) })
	return slices.CompactFunc(all, func(a, b Snapshot) bool { return a.Source == b.Source })
}

// join answers in the offline store.
func (e *engine) join(ctx context.Context, j *offline.Join) (*pit.Result, error) {
	joined, err := e.joiner.Join(ctx, j)
	if err != nil {
		return nil, err
	}
	if e.read == nil {
		for i, s := range slices.Concat(j.Sources, j.WindowSources) {
			if len(joined.Read[i].Files) > 0 {
				e.read = append(e.read, Snapshot{s.Name, joined.Read[i]})
			}
		}
		e.read = bySource(e.read)
	}
	return joined.Result, nil
}

// newEngine returns the engine of a request: the offline store itself where it can join all histories of the request,
// otherwise pit over the histories, opened once each.
func newEngine(ctx context.Context, src Source, sel *feature.Selection, req *Request) (*engine, error) {
	e := &engine{sel: sel, req: req}
	if joiner, ok := src.Offline.(offline.Joiner); ok && req.Engine == Fast {
		j, err := buildJoin(sel, emptySpine(sel), req)
		if err != nil {
			return nil, err
		}
		_, err = joiner.Script(ctx, j)
		switch errs.CodeOf(err) {
		case errs.OK:
			e.joiner = joiner
			return e, nil
		case errs.Unimplemented: // the histories are joined here
		default:
			return nil, err
		}
	}
	var err error
	if e.tables, err = history.OpenAll(ctx, src.Offline, sel.Uses); err != nil {
		return nil, err
	}
	if e.windows, err = windowScans(sel, e.tables); err != nil {
		return nil, errs.Join(err, e.Close())
	}
	return e, nil
}

// windowScans returns what computes the window views of a selection.
func windowScans(sel *feature.Selection, tables *history.Tables) ([]pit.WindowScan, error) {
	var out []pit.WindowScan
	for i := range sel.Uses {
		if !sel.Uses[i].View.Windowed() {
			continue
		}
		w, err := history.Windows(&sel.Uses[i], tables.Of[i])
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// emptySpine returns a spine without rows.
func emptySpine(sel *feature.Selection) *spine {
	sp := &spine{columns: &value.Batch{}, keys: &value.Batch{}}
	for _, f := range sel.Request {
		sp.keys.Add(f.Name, value.NewColumn(f.Type, 0))
	}
	return sp
}

// whole reports whether all entity rows have to be in one plan: an offline store that joins sees one state of its data
// in one join, not in two.
func (e *engine) whole() bool { return e.joiner != nil }

// plan returns the plan for a chunk of entity rows whose histories are joined here.
func (e *engine) plan(sp *spine) *pit.Plan {
	plan := buildPlan(e.sel, sp, e.tables, e.req)
	plan.Windows = e.windows
	return plan
}

// answer answers the plan of a chunk, as known says, for each use of a view.
func (e *engine) answer(ctx context.Context, sp *spine, known pit.KnownAtRule, progress func(done, total int64)) ([]pit.ViewResult, error) {
	res, err := e.eval(ctx, sp, known, progress)
	if err != nil {
		return nil, err
	}
	return byUse(e.sel, res), nil
}

func (e *engine) eval(ctx context.Context, sp *spine, known pit.KnownAtRule, progress func(done, total int64)) (*pit.Result, error) {
	if e.joiner != nil {
		j, err := buildJoin(e.sel, sp, e.req)
		if err != nil {
			return nil, err
		}
		j.Plan.Known = known
		return e.join(ctx, j)
	}
	plan := e.plan(sp)
	plan.Known = known
	switch e.req.Engine {
	case Fast:
		return pit.Eval(ctx, plan, &pit.EvalOptions{Progress: progress, KeptMax: e.req.MemoryMax, Spill: spillfile.Open})
	case Naive:
		return pit.Naive(ctx, plan)
	}
	return nil, errs.New(errs.InvalidArgument, "unknown join engine %q", e.req.Engine).WithHint("leave it out, or use %s", Naive)
}

// buildJoin returns the join of a request for an engine that has the histories.
func buildJoin(sel *feature.Selection, sp *spine, req *Request) (*offline.Join, error) {
	unopened := &history.Tables{}
	j := &offline.Join{}
	for i := range sel.Uses {
		u := &sel.Uses[i]
		layout, err := history.Layout(u)
		if err != nil {
			return nil, err
		}
		unopened.Of = append(unopened.Of, &history.Table{Layout: layout})
		if u.View.Windowed() {
			j.WindowSources, j.WindowSettle = append(j.WindowSources, u.Source), append(j.WindowSettle, scalars(history.Declared(u)))
			continue
		}
		j.Sources, j.Settle = append(j.Sources, u.Source), append(j.Settle, scalars(u.View.Fields()))
	}
	j.Plan = buildPlan(sel, sp, unopened, req)
	for i := range j.Plan.Views {
		j.Plan.Views[i].Table = nil
	}
	var err error
	j.Plan.Windows, err = windowScans(sel, unopened)
	for i := range j.Plan.Windows {
		j.Plan.Windows[i].Table = nil
	}
	return j, err
}

// scalars returns the fields that are not nested.
func scalars(fields []value.Field) []value.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f value.Field) bool { return f.Type.Nested() })
}

// Script returns the SQL that answers a request, without running it. Errors: as Join; Unimplemented where the offline
// store does not join, or not this request.
func Script(ctx context.Context, src Source, req *Request) (string, error) {
	sel, err := Select(src.Set, req)
	if err != nil {
		return "", err
	}
	joiner, ok := src.Offline.(offline.Joiner)
	if !ok {
		return "", errs.New(errs.Unimplemented, "the offline store answers without SQL").WithID("T0352").
			WithHint("a SQL offline store prints it: offline_store: {type: postgres, …}")
	}
	sp, err := buildSpine(ctx, src, sel, req)
	if err != nil {
		return "", err
	}
	j, err := buildJoin(sel, sp, req)
	if err != nil {
		return "", err
	}
	return joiner.Script(ctx, j)
}
