package ingest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/sink"
	"github.com/truepoint/truepoint/state"
)

// DefaultMaxSkew is how far ahead of the clock a pushed row may be.
const DefaultMaxSkew = 2 * eventtime.Second

// An Env is what pushes work on: the definitions of one registry revision, the stores and the clock.
type Env struct {
	Project  string
	Set      *feature.Set
	Revision registry.Revision
	Offline  offline.Driver
	Sink     sink.Sink // of the online store
	State    state.Driver
	Ledger   *runs.Ledger
	Journal  *Journal // the same for all pushes of the process
	Clock    eventtime.Clock
	MaxSkew  eventtime.Duration // 0: DefaultMaxSkew
	Older    []*serving.Older   // the views that an older generation answers: it gets the rows too
}

// Push writes rows. Nothing is written unless all of them are valid. The offline store comes first, then each view;
// a failure between leaves some of it done, and repeating the push with its id is safe: rows replace only older ones,
// and an append with the same id happens once.
//
// Errors: NotFound with a suggestion for an unknown source or view; FailedPrecondition for a source that is not pushed
// to, has a delay, or is asked to reach online views and has none, and for an id that a newer release keeps;
// InvalidArgument with row numbers for rows that are not valid, or for an id that was used for other rows; DataLoss for
// an id whose record cannot be read; the stores' own codes, mostly Unavailable, for failures while writing.
func Push(ctx context.Context, env *Env, req *Request) (*Result, error) {
	t, err := env.Journal.targets.find(env.Set, req)
	if err != nil {
		return nil, err
	}
	if t.to == Online {
		log := env.Journal.line(t.name)
		log.Enter()
		defer log.Leave()
	}
	arrival := env.Clock()
	l := limits{arrival, arrival.Add(env.maxSkew())}
	named := *req
	named.Rows = t.named(req)
	rows, err := parse(ctx, t, &named, l)
	if err != nil {
		return nil, err
	}
	rows.older = env.readOlder(ctx, t, req, l)
	claim, err := env.claim(ctx, t, req, rows)
	if err != nil {
		return nil, err
	}
	first := claim.Result
	if !claim.answers(req.Ack) {
		claim.Ack = req.Ack
		if err := env.finish(ctx, t, rows, claim); err != nil {
			return nil, err
		}
	}
	if first == nil {
		return claim.Result, nil
	}
	repeated := *first
	repeated.Repeated = true
	return &repeated, nil
}

// finish writes rows that are claimed, and keeps the result. One that was kept before stays: the rows are written once more,
// so that they are acknowledged as the claim has it now.
func (e *Env) finish(ctx context.Context, t *target, rows *table, c *claim) error {
	if err := e.again(ctx, t, rows, c); err != nil {
		return err
	}
	res, err := e.write(ctx, t, rows, c)
	if err != nil {
		return err
	}
	if c.Result == nil {
		c.Result = res
	}
	return e.settle(ctx, t, c)
}

func (e *Env) maxSkew() eventtime.Duration {
	if e.MaxSkew > 0 {
		return e.MaxSkew
	}
	return DefaultMaxSkew
}

// write appends rows to the history, unless only the online store is asked for, and then writes every online view.
func (e *Env) write(ctx context.Context, t *target, rows *table, c *claim) (*Result, error) {
	res := &Result{ID: c.ID, Arrival: c.Arrival, Rows: int64(rows.batch.Rows), Views: []ViewResult{}}
	if rows.batch.Rows == 0 {
		return res, nil
	}
	if t.to != Online {
		if err := e.Offline.Append(ctx, t.batch, c.appendID(), rows.batch); err != nil {
			return nil, e.offlineError(err, t)
		}
		res.Offline = true
	}
	if t.to == Offline {
		return res, nil
	}
	for i := range t.uses {
		if !t.uses[i].View.Online {
			continue
		}
		out, err := e.writeView(ctx, &t.uses[i], rows, c.Arrival)
		if err != nil {
			return nil, err
		}
		res.Views = append(res.Views, out)
	}
	return res, nil
}

func (e *Env) writeView(ctx context.Context, u *feature.Use, rows *table, arrival eventtime.Instant) (ViewResult, error) {
	v := u.View
	state, err := e.Ledger.Seen(ctx, v.Name)
	if err == nil && !state.Known(v.Generation) {
		state, err = e.Ledger.Update(ctx, v.Name, func(s *runs.View) error { s.Generation(v.Generation); return nil })
	}
	if err != nil {
		return ViewResult{}, err
	}
	out, err := e.writeTable(ctx, u, rows, arrival)
	res := ViewResult{View: v.Name, Written: out.Written, Superseded: out.Superseded}
	marks := []runs.Mark{{Generation: v.Generation, Newest: out.Newest}}
	for i := range rows.older {
		if o := &rows.older[i]; err == nil && o.View == v.Name {
			res.Older, out, err = e.writeOlder(ctx, o, arrival)
			marks = append(marks, runs.Mark{Generation: o.Generation, Newest: out.Newest})
		}
	}
	if err != nil {
		return res, err
	}
	if !slices.ContainsFunc(marks, state.Lacks) {
		return res, nil
	}
	return res, e.Ledger.Wrote(ctx, v.Name, marks...)
}

// writeTable writes the newest row per key to the table of a use's generation.
func (e *Env) writeTable(ctx context.Context, u *feature.Use, rows *table, arrival eventtime.Instant) (sink.Outcome, error) {
	kept, lost, err := rows.newest(ctx, u, arrival)
	if err != nil {
		return sink.Outcome{}, err
	}
	out, err := e.Sink.Write(ctx, u.View.Table(e.Project), kept)
	if err != nil {
		return sink.Outcome{}, writeError(err, "push to view %q", u.View.Name)
	}
	if out.Superseded >= 0 {
		out.Superseded += lost
	}
	return out, nil
}

func (e *Env) offlineError(err error, t *target) error {
	var coded *errs.Error
	if errors.As(err, &coded) {
		return err
	}
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = e.Offline.Code(err)
	}
	return errs.Wrap(err, code, "append to source %q", t.batch.Name)
}

func writeError(err error, format string, args ...any) error {
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = errs.Unavailable
	}
	return errs.Wrap(err, code, format, args...).WithHint("repeat the push with the same push_id")
}

// newID returns an id for a push that came without one.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
