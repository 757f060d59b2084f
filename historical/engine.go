package historical

import (
	"cmp"
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// An engine answers the plan of one request, more than once where a request compares what was known when.
type engine struct {
	plan   *pit.Plan
	answer func(context.Context, *pit.Plan) (*pit.Result, error)
	tables *history.Tables // nil where the offline store joins
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
func (e *engine) snapshots(sel *feature.Selection) []Snapshot {
	if e.tables == nil {
		return nil
	}
	var out []Snapshot
	for i := range sel.Uses {
		name := sel.Uses[i].Source.Name
		if !slices.ContainsFunc(out, func(s Snapshot) bool { return s.Source == name }) {
			out = append(out, Snapshot{name, e.tables.Of[i].Manifest()})
		}
	}
	slices.SortFunc(out, func(a, b Snapshot) int { return cmp.Compare(a.Source, b.Source) })
	return out
}

// newEngine returns the engine of a request with its first answer: the offline store itself where it can join all
// histories of the request, otherwise pit over the histories, opened once each.
func newEngine(ctx context.Context, src Source, sel *feature.Selection, sp *spine, req *Request) (*engine, *pit.Result, error) {
	if joiner, ok := src.Offline.(offline.Joiner); ok && req.Engine == Fast {
		j, err := buildJoin(sel, sp, req)
		if err != nil {
			return nil, nil, err
		}
		there := func(ctx context.Context, p *pit.Plan) (*pit.Result, error) {
			with := *j
			with.Plan = p
			return joiner.Join(ctx, &with)
		}
		result, err := there(ctx, j.Plan)
		switch errs.CodeOf(err) {
		case errs.OK:
			return &engine{plan: j.Plan, answer: there}, result, nil
		case errs.Unimplemented: // the histories are joined here
		default:
			return nil, nil, err
		}
	}
	tables, err := history.OpenAll(ctx, src.Offline, sel.Uses)
	if err != nil {
		return nil, nil, err
	}
	e := &engine{plan: buildPlan(sel, sp, tables, req), tables: tables, answer: func(ctx context.Context, p *pit.Plan) (*pit.Result, error) {
		return evaluate(ctx, p, req)
	}}
	result, err := e.answer(ctx, e.plan)
	if err != nil {
		return nil, nil, errs.Join(err, e.Close())
	}
	return e, result, nil
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
		j.Sources = append(j.Sources, u.Source)
		var settle []value.Field
		for _, f := range u.View.Schema {
			if !f.Type.Nested() {
				settle = append(settle, value.Field{Name: f.Name, Type: f.Type})
			}
		}
		j.Settle = append(j.Settle, settle)
	}
	j.Plan = buildPlan(sel, sp, unopened, req)
	for i := range j.Plan.Views {
		j.Plan.Views[i].Table = nil
	}
	return j, nil
}

// Script returns the SQL that answers a request, without running it. Errors: as Join; Unimplemented where the offline
// store does not join, or not this request.
func Script(ctx context.Context, src Source, req *Request) (string, error) {
	sel, err := selectFeatures(src.Set, req)
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
