package historical

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// A Source is what a join works on: the definitions of one registry revision and the offline store.
type Source struct {
	Set      *feature.Set
	Revision registry.Revision
	Offline  offline.Driver
}

// Join answers a request: one output row per spine row, in spine order. It is Stream, collected in memory.
func Join(ctx context.Context, src Source, req *Request) (*Result, error) {
	all := &collection{}
	res, err := Stream(ctx, src, req, all.add)
	if err != nil {
		return nil, err
	}
	return all.finish(res), nil
}

// Select resolves what a request asks for. Errors: InvalidArgument for features and a service together, NotFound with a
// suggestion for unknown names.
func Select(set *feature.Set, req *Request) (*feature.Selection, error) {
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

// Keys returns the columns of entity rows that are join keys of uses, each once, in their declared types. Columns that
// only on-demand features read are none.
func Keys(uses []feature.Use) []value.Field {
	var out []value.Field
	for i := range uses {
		for k, column := range uses[i].Columns {
			if !slices.ContainsFunc(out, func(f value.Field) bool { return f.Name == column }) {
				out = append(out, value.Field{Name: column, Type: uses[i].Keys[k].Type})
			}
		}
	}
	return out
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

// buildPlan returns the joins of a request; windows stand for themselves.
func buildPlan(sel *feature.Selection, sp *spine, tables *history.Tables, req *Request) *pit.Plan {
	plan := &pit.Plan{
		Spine:       pit.Spine{Columns: sp.keys, AsOf: sp.asOf},
		Known:       req.Known,
		KnownAt:     req.KnownAt,
		NullInSpine: req.OnNull == NullFeatures,
		WantCreated: req.Leaks,
	}
	for i := range sel.Uses {
		u := &sel.Uses[i]
		if u.View.Windowed() {
			continue
		}
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
