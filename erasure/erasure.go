package erasure

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
)

// An Env is what deletes work on: the definitions of one registry revision, the stores and the clock.
type Env struct {
	Project  string
	Set      *feature.Set
	Revision registry.Revision
	Online   *online.Store
	State    state.Driver
	Clock    eventtime.Clock
}

// A Request asks for the delete of one entity.
type Request struct {
	Keys   []input.Column // one value of each join key
	Erase  bool           // also keep every later row of the entity out
	DryRun bool           // look, write nothing
}

// A part is what is deleted in one view.
type part struct {
	use    *feature.Use
	at     []int         // positions of the given keys among the view's
	values []value.Value // of the given keys, in the view's types
	tables []string      // the view's present table first
}

// Delete deletes an entity and returns the receipt, which it has stored. A failure leaves an unknown part done; repeating
// the delete is safe.
//
// Errors: InvalidArgument for no key, a key with several values or none, or a value that is not of the key's type; NotFound
// if no view has all of the keys; Aborted if rows came back while they were deleted; those of the stores.
func Delete(ctx context.Context, env *Env, req *Request) (*Receipt, error) {
	parts, err := env.parts(ctx, req.Keys)
	if err != nil {
		return nil, err
	}
	now := env.Clock()
	r := &Receipt{Format: format, Project: env.Project, Time: now, Revision: env.Revision, Erased: req.Erase, Tables: []Table{}}
	names := make([]string, len(parts[0].at))
	for i, p := range parts[0].at {
		names[i] = parts[0].use.Keys[p].Name
		r.Keys = append(r.Keys, Key{names[i], textOf(parts[0].values[i])})
	}
	r.Hash = hashOf(env.Project, names, parts[0].values)
	if req.Erase && !req.DryRun { // first, so that nothing comes back behind the tombstones
		l := &list{state: env.State, project: env.Project}
		if err := l.add(ctx, &suppression{Format: format, Keys: names, Hash: r.Hash, Since: now}); err != nil {
			return nil, err
		}
	}
	for i := range parts {
		for _, table := range parts[i].tables {
			d := deletion{env: env, part: &parts[i], table: table, now: now, dry: req.DryRun}
			done, err := d.do(ctx)
			if err != nil {
				return nil, err
			}
			r.Tables = append(r.Tables, done)
		}
	}
	if r.Remaining, err = env.remaining(ctx, parts); err != nil || req.DryRun {
		return r, err
	}
	r.ID = now.Time().Format("20060102T150405.000000Z") + "-" + r.Hash[:8]
	return r, env.keep(ctx, r)
}

// parts returns what the keys concern, one item per view, in order of name.
func (e *Env) parts(ctx context.Context, keys []input.Column) ([]part, error) {
	names := make([]string, len(keys))
	for i, c := range keys {
		names[i] = c.Name
		if c.Len() != 1 {
			return nil, errs.New(errs.InvalidArgument, "key %q has %d values, expected one: a delete is of one entity", c.Name, c.Len()).WithID("T0376").
				WithHint("delete the entities one after the other")
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		return nil, errs.New(errs.InvalidArgument, "no key is given").WithID("T0376").WithHint("truepoint delete-entity -e user_id=user_001")
	}
	tables, err := e.Online.Tables(ctx)
	if err != nil {
		return nil, err
	}
	var out []part
	for _, v := range e.Set.Views {
		use, err := e.Set.SelectView(v)
		if err != nil {
			return nil, err
		}
		at, concerned := within(names, use.Keys)
		if !concerned || !v.Online {
			continue
		}
		p := part{use: use, at: at, values: make([]value.Value, len(at)), tables: []string{v.Table(e.Project)}}
		for i, place := range at {
			c, _ := input.Find(keys, names[i])
			if p.values[i], err = c.Value(0, use.Keys[place].Type); err != nil {
				return nil, errs.Wrap(err, errs.CodeOf(err), "key %q of view %q", names[i], v.Name)
			}
			if p.values[i].IsNull() {
				return nil, errs.New(errs.InvalidArgument, "key %q is null, and no row has a null key", names[i]).WithID("T0376")
			}
		}
		for _, table := range tables { // former generations, which a rollback would serve
			if strings.HasPrefix(table, e.Project+"/"+v.Name+"/") && table != p.tables[0] {
				p.tables = append(p.tables, table)
			}
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, errs.New(errs.NotFound, "no feature view that is served online has the join keys %s", strings.Join(names, ", ")).WithID("T0377").
			WithHint("truepoint entities list shows the join keys")
	}
	return out, nil
}

// remaining names what a delete does not reach: histories, logs of pushes, and tables of views that are no longer defined.
func (e *Env) remaining(ctx context.Context, parts []part) ([]Remainder, error) {
	out := []Remainder{}
	add := func(r Remainder) {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for _, p := range parts {
		add(Remainder{"source", p.use.Source.Name, "histories are not changed: training sets still read the rows"})
		if s, ok := e.Set.Source(p.use.View.Source); ok && s.Type == feature.PushSource {
			add(Remainder{"push log", s.Name, "pushes that went online only are kept for replay"})
		}
	}
	tables, err := e.Online.Tables(ctx)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		rest, ours := strings.CutPrefix(table, e.Project+"/")
		view, _, _ := strings.Cut(rest, "/")
		if _, defined := e.Set.View(view); ours && !defined {
			add(Remainder{"online table", table, "its view is not defined any more; truepoint gc removes it"})
		}
	}
	slices.SortStableFunc(out, func(a, b Remainder) int {
		return cmp.Or(strings.Compare(b.Kind, a.Kind), strings.Compare(a.Name, b.Name))
	})
	return out, nil
}
