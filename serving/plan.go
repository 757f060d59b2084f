package serving

import (
	"slices"
	"sync"

	"github.com/truepoint/truepoint/derive"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// plansMax bounds how many resolved requests a catalog keeps; when it is full it starts anew.
const plansMax = 4096

// A plan is a request resolved against a catalog, without its entities.
type plan struct {
	sel      *feature.Selection
	tables   []string             // per use
	defaults [][]feature.Defaults // per use and field
	missing  [][]value.Value      // per use and field: what a key without a value has, before defaults
	older    []*Older             // of the views that are answered in an older form, each once
	wanted   map[string]bool      // request columns
	key      []bool               // per element of sel.Request: it is a join key
	derive   *derive.Plan         // nil without on-demand features
	cells    int                  // per entity row, with those that only on-demand features need
	groups   []keyGroup
	groupOf  []int // per use

	shaping [forms]sync.Once
	shapes  [forms]*shape // made on first use
}

// plan resolves the features of a request. Errors: InvalidArgument unless exactly one of features and service is given,
// those of feature.Set, and FailedPrecondition for a feature that exists but is not materialized yet.
func (c *Catalog) plan(req *Request) (*plan, error) {
	if len(req.Features) > 0 && req.Service != "" {
		return nil, errs.New(errs.InvalidArgument, "both features and the feature service %q are asked for", req.Service).WithID("T0342").
			WithHint("give either features or a service")
	}
	var short [1 << 10]byte
	key := append(short[:0], byte(req.Names), 0)
	key = append(append(key, req.Service...), 0)
	for _, f := range req.Features {
		key = append(append(key, f...), 0)
	}
	c.mu.RLock()
	p := c.plans[string(key)]
	c.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	sel, err := choose(c.Set, req)
	if err != nil {
		if _, fresh := choose(c.Newest, req); c.Set != c.Newest && fresh == nil {
			return nil, errs.Wrap(err, errs.FailedPrecondition, "a changed view is served in its older form until it has been materialized").
				WithID("T0360").WithHint("run truepoint materialize-incremental")
		}
		return nil, err
	}
	if p, err = c.compile(sel); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.plans) >= plansMax {
		clear(c.plans)
	}
	c.plans[string(key)] = p
	return p, nil
}

func choose(set *feature.Set, req *Request) (*feature.Selection, error) {
	if req.Service != "" {
		return set.SelectService(req.Service, req.Names)
	}
	return set.SelectRefs(req.Features, req.Names)
}

func (c *Catalog) compile(sel *feature.Selection) (*plan, error) {
	p := &plan{sel: sel, wanted: map[string]bool{}, cells: len(sel.Order)}
	p.groups, p.groupOf = keyGroups(sel)
	for _, f := range sel.Request {
		p.wanted[f.Name] = true
		p.key = append(p.key, slices.ContainsFunc(sel.Uses, func(u feature.Use) bool { return slices.Contains(u.Columns, f.Name) }))
	}
	var err error
	if p.derive, err = derive.Compile(sel); err != nil {
		return nil, err
	}
	if p.derive != nil {
		p.cells += len(p.derive.Inputs())
	}
	for i := range sel.Uses {
		u := &sel.Uses[i]
		defaults, missing := make([]feature.Defaults, len(u.Fields)), make([]value.Value, len(u.Fields))
		for f := range u.Fields {
			if defaults[f], err = u.Fields[f].Defaults(); err != nil {
				return nil, err
			}
			if missing[f], err = u.View.Missing(u.View.Field(u.Fields[f].Name)); err != nil {
				return nil, err
			}
		}
		p.defaults, p.missing = append(p.defaults, defaults), append(p.missing, missing)
		p.tables = append(p.tables, c.Table(u.View))
		if o := c.Older(u.View.Name); o != nil && !slices.Contains(p.older, o) {
			p.older = append(p.older, o)
		}
	}
	return p, nil
}
