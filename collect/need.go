package collect

import (
	"context"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
)

// A generation is one of a view.
type generation struct {
	view   string
	number uint32
}

// A need says which generations definitions want that were in force at some instant from cutoff on, and for how long
// their rows may be served.
type need struct {
	revision registry.Revision // the newest
	ttl      map[generation]eventtime.TTL
	views    map[string]bool // that any of the definitions has
}

// findNeed reads the definitions and works out what they want. Errors: those of the registry and of the ledger.
func (e *Env) findNeed(ctx context.Context, cutoff eventtime.Instant, states map[string]*runs.View) (*need, error) {
	entries, err := e.Registry.History(ctx, e.Project, 0)
	if err != nil {
		return nil, e.registryError(err)
	}
	n := &need{ttl: map[generation]eventtime.TTL{}, views: map[string]bool{}}
	first, err := e.firstComplete(ctx)
	if err != nil {
		return nil, err
	}
	for i, entry := range entries {
		if i == 0 {
			n.revision = entry.Revision
		} else if entries[i-1].Time < cutoff {
			break // another took its place before the span began, and so for all that are older
		} else if !mentionsViews(entries[i-1]) {
			continue // the views are as in the revision after this one
		}
		stored, err := e.Registry.Read(ctx, e.Project, entry.Revision)
		if err != nil {
			return nil, e.registryError(err)
		}
		set, err := registry.DecodeSet(stored)
		if err != nil {
			return nil, err
		}
		for _, v := range set.Views {
			n.add(v, states[v.Name], func(g uint32) bool { return first[generation{v.Name, g}] > cutoff })
		}
	}
	return n, nil
}

// mentionsViews reports whether a commit changed a view.
func mentionsViews(e registry.Entry) bool {
	for _, c := range e.Changed {
		if strings.HasPrefix(c[1:], feature.KindView+" ") {
			return true
		}
	}
	return false
}

// firstComplete returns when each generation was first filled. Those whose run is no longer known are missing.
func (e *Env) firstComplete(ctx context.Context) (map[generation]eventtime.Instant, error) {
	all, err := e.Ledger.Runs(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	out := map[generation]eventtime.Instant{}
	for _, r := range all {
		if g := (generation{r.View, r.Generation}); r.Status == runs.Complete && (out[g] == 0 || r.Finished < out[g]) {
			out[g] = r.Finished
		}
	}
	return out, nil
}

// add notes what a definition wants: the generation that it names, the one that serves it, the one that served it when
// the span began, and all between. recent reports whether a generation was filled within the span.
func (n *need) add(v *feature.View, state *runs.View, recent func(uint32) bool) {
	n.views[v.Name] = true
	n.want(v, v.Generation)
	if state == nil {
		return
	}
	n.want(v, state.Serving(v))
	before := *state
	before.Generations = nil
	for _, g := range state.Generations {
		if g.Complete && recent(g.Number) {
			if g.Number >= v.Since && g.Number <= v.Generation {
				n.want(v, g.Number)
			}
			g.Complete = false
		}
		before.Generations = append(before.Generations, g)
	}
	n.want(v, before.Serving(v))
}

func (n *need) want(v *feature.View, number uint32) {
	g := generation{v.Name, number}
	ttl, known := n.ttl[g]
	switch {
	case !known:
		n.ttl[g] = v.TTL
	case ttl == 0 || v.TTL == 0:
		n.ttl[g] = 0
	default:
		n.ttl[g] = max(ttl, v.TTL)
	}
}
