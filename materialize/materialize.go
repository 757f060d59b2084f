package materialize

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/sink"
)

// Bounds of time (design/semantics.md 7.4).
const (
	FutureMax        = 5 * eventtime.Minute  // how far ahead of the clock an END may be
	DefaultLease     = 60 * eventtime.Second // of a lease without renewal
	DefaultCommitLag = 15 * eventtime.Minute
	DefaultLateness  = eventtime.Hour
)

// An Env is what runs work on: the definitions of one registry revision, the stores and the clock.
type Env struct {
	Project  string
	Set      *feature.Set
	Revision registry.Revision
	Offline  offline.Driver
	Sink     sink.Sink // of the online store
	Ledger   *runs.Ledger
	Clock    eventtime.Clock
	LeaseTTL eventtime.Duration // 0: DefaultLease
	// Gone reports whether a holder's process is known to be dead: its lease is free at once. nil: none is known.
	Gone func(holder string) bool
}

// Materialize runs a request. Every view is tried; the report has one item per view, also when an error is returned.
//
// Errors before anything is done: InvalidArgument for START after END or an END in the future, NotFound for an unknown
// view, FailedPrecondition for one that is not served online and before the first apply. Afterwards: the view's own
// error if all failed alike or there is one view; Partial if some were done.
func Materialize(ctx context.Context, env *Env, req *Request) (*Report, error) {
	if env.Revision == 0 {
		return nil, errs.New(errs.FailedPrecondition, "nothing has been applied to project %q", env.Project).WithID("T0361").
			WithHint("truepoint apply")
	}
	views, err := chooseViews(env.Set, req.Views)
	if err != nil {
		return nil, err
	}
	asked, err := checkInterval(req, env.Clock())
	if err != nil {
		return nil, err
	}
	report := &Report{Mode: req.Mode, Views: make([]ViewReport, len(views))}
	progress := serialize(req.Progress)
	var g errgroup.Group
	most := atOnce(req, len(views))
	g.SetLimit(most)
	retries := newBudget()
	for i, v := range views {
		g.Go(func() error {
			j := &job{env: env, req: req, view: v, asked: asked, end: clampEnd(req, env.Clock()), progress: progress, atOnce: most, retries: retries}
			r := &report.Views[i]
			r.View = v.Name
			if req.DryRun {
				r.DryRun, r.Err = j.dryRun(ctx)
			} else {
				r.Run, r.Err = j.do(ctx)
			}
			return nil
		})
	}
	_ = g.Wait() // the functions report through their items
	return report, report.finish()
}

// atOnce returns how many of n views are materialized at the same time, at least 1.
func atOnce(req *Request, n int) int { return max(1, min(req.Parallel, n)) }

// chooseViews returns the views asked for in order of name, or all that are served online.
func chooseViews(set *feature.Set, names []string) ([]*feature.View, error) {
	var out []*feature.View
	if len(names) == 0 {
		for _, v := range set.Views {
			if v.Online {
				out = append(out, v)
			}
		}
		return out, nil
	}
	var faults errs.List
	for _, n := range names {
		v, err := set.DataView(n)
		switch {
		case err != nil:
			faults.AddErr(err)
		case !v.Online:
			faults.Add(notOnline(v))
		case !slices.Contains(out, v):
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b *feature.View) int { return strings.Compare(a.Name, b.Name) })
	return out, faults.Err()
}

// notOnline refuses a view that is not served online. What a window view then computes exists at no instant of its own.
func notOnline(v *feature.View) *errs.Error {
	err := errs.New(errs.FailedPrecondition, "feature view %q is not served online", v.Name).WithID("T0330")
	if v.Windowed() {
		return err.WithHint("write online: true and how often its values are computed, such as refresh: 1h, and apply")
	}
	return err.WithHint("set online: true and apply")
}

// checkInterval returns what the request asks for, Start None for an incremental run.
func checkInterval(req *Request, now eventtime.Instant) (eventtime.Interval, error) {
	asked := eventtime.Interval{Start: req.Start, End: req.End}
	if req.Mode == Incremental {
		asked.Start = eventtime.None
	}
	switch {
	case req.RowsPerSecond < 0 || math.IsNaN(req.RowsPerSecond):
		return asked, errs.New(errs.InvalidArgument, "a rate of %v rows a second is none", req.RowsPerSecond).WithID("T0374").
			WithHint("give a number above 0, or none for no bound")
	case req.Mode != Interval && req.Mode != Incremental:
		return asked, errs.New(errs.InvalidArgument, "unknown materialization mode %q", req.Mode)
	case !req.End.Valid(), req.Mode == Interval && !req.Start.Valid():
		return asked, errs.New(errs.InvalidArgument, "the interval has no valid start or end").WithID("T0331").
			WithHint("truepoint materialize START END")
	case req.Mode == Interval && req.Start > req.End:
		return asked, errs.New(errs.InvalidArgument, "start %s is after end %s", req.Start, req.End).WithID("T0332").
			WithHint("truepoint materialize START END, the earlier one first")
	case req.End > now.Add(FutureMax) && !req.AllowFuture:
		return asked, errs.New(errs.InvalidArgument, "end %s is in the future: it is %s now", req.End, now).WithID("T0333").
			WithHint("end at the present, or add --allow-future, which takes now instead")
	}
	return asked, nil
}

// clampEnd returns the END of a run: the present instead of one that is further ahead than FutureMax.
func clampEnd(req *Request, now eventtime.Instant) eventtime.Instant {
	if req.End > now.Add(FutureMax) {
		return now
	}
	return req.End
}

// serialize wraps a progress function so that it is never called by two goroutines at once.
func serialize(f func(Progress)) func(Progress) {
	if f == nil {
		return func(Progress) {}
	}
	var mu sync.Mutex
	return func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		f(p)
	}
}

// finish fills the texts of the errors and returns the error of the whole.
func (r *Report) finish() error {
	var failed []error
	var lines []string
	for i := range r.Views {
		v := &r.Views[i]
		if v.Err == nil {
			continue
		}
		failed = append(failed, v.Err)
		v.Error = v.Err.Error()
		var e *errs.Error
		if errors.As(v.Err, &e) {
			v.Hint = e.Hint
		}
		lines = append(lines, fmt.Sprintf("%s: %s", v.View, v.Error))
	}
	switch {
	case len(failed) == 0:
		return nil
	case len(r.Views) == 1:
		return failed[0]
	case len(failed) < len(r.Views):
		return errs.New(errs.Partial, "%d of %d views failed:\n%s", len(failed), len(r.Views), strings.Join(lines, "\n")).WithID("T0334").
			WithHint("the others are done; repeat the command for the failed ones with -v VIEW")
	}
	return errs.New(errs.CodeOf(failed[0]), "all %d views failed:\n%s", len(failed), strings.Join(lines, "\n")).WithID("T0334")
}
