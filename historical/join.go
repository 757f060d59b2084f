package historical

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/registry"
)

// A Source is what a join works on: the definitions of one registry revision and the offline store.
type Source struct {
	Set      *feature.Set
	Revision registry.Revision
	Offline  offline.Driver
}

// Join answers a request: one output row per spine row, in spine order. Every history is opened once.
//
// Errors: InvalidArgument for a request that contradicts itself and for spine columns that are missing, of a wrong
// type or null (with row numbers); NotFound with a suggestion for unknown names; those of the offline store, which name
// the file; FailedPrecondition for ambiguous cells when ties are refused.
func Join(ctx context.Context, src Source, req *Request) (res *Result, err error) {
	sel, err := selectFeatures(src.Set, req)
	if err != nil {
		return nil, err
	}
	sp, err := buildSpine(ctx, src, sel, req)
	if err != nil {
		return nil, err
	}
	e, answer, err := newEngine(ctx, src, sel, sp, req)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, e.Close()) }()
	res, err = shape(sel, sp, answer)
	if err != nil {
		return nil, err
	}
	res.AsOf, res.Revision, res.Sources = sp.asOf, src.Revision, e.snapshots(sel)
	if req.Ages {
		res.reportAges()
	}
	if req.Leaks {
		res.Leaks, err = leaks(ctx, e, sel, answer, &leakSearch{result: res, max: req.LeaksMax})
	}
	return res, err
}

func selectFeatures(set *feature.Set, req *Request) (*feature.Selection, error) {
	switch {
	case len(req.Features) > 0 && req.Service != "":
		return nil, errs.New(errs.InvalidArgument, "both features and the feature service %q are asked for", req.Service).
			WithID("T0342").WithHint("give either features or a service")
	case req.Service != "":
		return set.SelectService(req.Service, req.Names)
	case len(req.Features) == 0 && req.AllKeys != "":
		return selectWholeView(set, req)
	}
	return set.SelectRefs(req.Features, req.Names)
}

// selectWholeView asks for every feature of the view whose keys make the spine.
func selectWholeView(set *feature.Set, req *Request) (*feature.Selection, error) {
	refs := []string{req.AllKeys + ":"}
	if v, ok := set.View(req.AllKeys); ok {
		refs = refs[:0]
		for _, f := range v.Schema {
			refs = append(refs, feature.Ref{View: v.Name, Feature: f.Name}.String())
		}
	} else {
		refs[0] = req.AllKeys + ":any"
	}
	return set.SelectRefs(refs, req.Names)
}

func buildPlan(sel *feature.Selection, sp *spine, tables *history.Tables, req *Request) *pit.Plan {
	plan := &pit.Plan{
		Spine:       pit.Spine{Columns: sp.keys, AsOf: sp.asOf},
		Known:       req.Known,
		KnownAt:     req.KnownAt,
		NullInSpine: req.OnNull == NullFeatures,
	}
	for i := range sel.Uses {
		u := &sel.Uses[i]
		plan.Views = append(plan.Views, pit.ViewScan{
			Name:         u.Alias,
			Table:        tables.Of[i],
			Layout:       tables.Of[i].Layout,
			Spine:        u.Columns,
			Availability: u.Source.Availability,
			TTL:          u.View.TTL,
			TiesError:    req.TiesError || u.Source.Ties == "error",
		})
	}
	return plan
}

func evaluate(ctx context.Context, plan *pit.Plan, req *Request) (*pit.Result, error) {
	switch req.Engine {
	case Fast:
		return pit.Eval(ctx, plan, &pit.EvalOptions{Progress: req.Progress})
	case Naive:
		return pit.Naive(ctx, plan)
	}
	return nil, errs.New(errs.InvalidArgument, "unknown join engine %q", req.Engine).WithHint("leave it out, or use %s", Naive)
}
