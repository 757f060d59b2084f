package explain

import (
	"cmp"
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// An Env is what explanations look at.
type Env struct {
	Project  string
	Set      *feature.Set
	Revision registry.Revision
	Offline  offline.Driver
	Online   *online.Store
	Serving  *serving.Server
	Ledger   *runs.Ledger
	Clock    eventtime.Clock
}

// Value explains one feature of one entity, by the definition that serves it now: it reads the whole history of the
// view. An on-demand feature is explained by its expression and the inputs that an online read has.
//
// Errors: InvalidArgument for a malformed reference or key, NotFound with a suggestion for unknown names, those of the
// stores. A key without rows is no error: the answer says so.
func Value(ctx context.Context, env *Env, req *Request) (*Result, error) {
	c, err := env.Serving.Current(ctx)
	if err != nil {
		return nil, err
	}
	sel, err := c.Set.SelectRefs([]string{req.Ref}, feature.ShortNames)
	if err != nil {
		return nil, err
	}
	if sel.Order[0].Use == feature.FromDerived {
		return env.computed(ctx, c, req, sel)
	}
	u := &sel.Uses[0]
	res := &Result{Ref: req.Ref, Field: u.Fields[0], Revision: c.Revision, Older: c.Older(u.View.Name), TTL: u.View.TTL}
	parts, err := res.readKeys(u, req.Keys)
	if err != nil {
		return nil, err
	}
	if res.Online, res.At, err = env.online(ctx, c, req, u); err != nil {
		return nil, err
	}
	if res.Offline, err = env.offline(ctx, u, parts, res.At); err != nil {
		return nil, err
	}
	if n := cmp.Or(req.OthersMax, othersDefault); len(res.Offline.Others) > n {
		res.Offline.Others = res.Offline.Others[:n]
	}
	if w := res.Offline.Window; w != nil {
		w.Rows = w.Rows[:min(len(w.Rows), cmp.Or(req.OthersMax, othersDefault))]
	}
	res.Agree = res.Online.Status.Agrees(res.Offline.Status) && res.Online.Value.Identical(res.Offline.Value)
	if !res.Agree {
		res.Cure, err = env.cure(ctx, res, u)
	}
	return res, err
}

// readKeys reads the one entity of a request and returns its key parts in order of key name.
func (r *Result) readKeys(u *feature.Use, columns []input.Column) ([]value.Value, error) {
	if err := oneEntity(columns, len(u.Keys) > 0); err != nil {
		return nil, err
	}
	parts := make([]value.Value, len(u.Keys))
	var err error
	for i, k := range u.Keys {
		c, ok := input.Find(columns, k.Name)
		if !ok {
			return nil, errs.New(errs.InvalidArgument, "join key %q is missing", k.Name).WithID("T0363").WithHint("add -e %s=VALUE (%s)", k.Name, k.Type)
		}
		if parts[i], err = c.Value(0, k.Type); err != nil {
			return nil, errs.Wrap(err, errs.InvalidArgument, "join key %q is %s", k.Name, k.Type).WithID("T0365")
		}
		if parts[i].IsNull() {
			return nil, errs.New(errs.InvalidArgument, "join key %q is null", k.Name).WithID("T0365")
		}
		r.Keys = append(r.Keys, Key{k.Name, parts[i]})
	}
	return parts, nil
}

// oneEntity refuses columns of several rows where any are needed.
func oneEntity(columns []input.Column, needed bool) error {
	n, err := input.Rows(columns)
	if err != nil {
		return err
	}
	if n != 1 && len(columns) > 0 && needed {
		return errs.New(errs.InvalidArgument, "an explanation is about one entity, %d are given", n).WithID("T0380").
			WithHint("give each join key once: -e KEY=VALUE")
	}
	return nil
}

func (e *Env) offline(ctx context.Context, u *feature.Use, parts []value.Value, at eventtime.Instant) (out Offline, err error) {
	table, err := history.Open(ctx, e.Offline, u, nil)
	if err != nil {
		return out, err
	}
	defer func() { err = errs.Join(err, table.Close()) }()
	f, err := collect(ctx, table, parts)
	if err != nil {
		return out, err
	}
	return f.answer(ctx, u, at)
}
