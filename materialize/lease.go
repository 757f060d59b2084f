package materialize

import (
	"context"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/runs"
)

// renewalsPerLease is how many times a lease is renewed within its length.
const renewalsPerLease = 3

// A lease is the right to move one view's state record. Every move proves it under compare-and-swap and renews it.
type lease struct {
	env   *Env
	view  string
	token int64
}

func (e *Env) leaseTTL() eventtime.Duration {
	if e.LeaseTTL > 0 {
		return e.LeaseTTL
	}
	return DefaultLease
}

// held reports whether somebody who may still be at work has the lease on v.
func (e *Env) held(v *runs.View, now eventtime.Instant) bool {
	return v.Live(now) && (e.Gone == nil || !e.Gone(v.Lease.Holder))
}

// move changes the state record if the lease still holds. Errors: Aborted when it was taken over or has run out: then
// nothing was written.
func (l *lease) move(ctx context.Context, change func(*runs.View)) (*runs.View, error) {
	return l.env.Ledger.Update(ctx, l.view, func(v *runs.View) error {
		now := l.env.Clock()
		switch {
		case v.Lease == nil || v.Lease.Token != l.token:
			return l.lost("was taken over by another run")
		case !v.Live(now):
			return l.lost("ran out at " + v.Lease.Expires.String())
		}
		v.Lease.Expires = now.Add(l.env.leaseTTL())
		change(v)
		return nil
	})
}

func (l *lease) lost(how string) error {
	return errs.New(errs.Aborted, "the lease on view %q %s", l.view, how).WithID("T0335").
		WithHint("repeat the command: it continues where the last checkpoint stands")
}

// keep renews the lease in the background until the returned function is called, which waits for the end of it. The
// returned context is cancelled, with the reason as its cause, when the lease is lost or the run is asked to stop.
func (l *lease) keep(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stopped, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(max(time.Millisecond, time.Duration(l.env.leaseTTL())*time.Microsecond/renewalsPerLease))
		defer tick.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			v, err := l.move(ctx, func(*runs.View) {})
			switch {
			case errs.CodeOf(err) == errs.Aborted:
				cancel(err)
				return
			case err == nil && v.CancelAsked:
				cancel(errCancelAsked)
				return
			}
		}
	}()
	return ctx, func() {
		close(stopped)
		<-done
		cancel(context.Canceled)
	}
}

// errCancelAsked is the cause of a run that stops because somebody asked for it.
var errCancelAsked = errs.New(errs.Canceled, "the run was cancelled").WithID("T0336")

// busy is the error of a view that somebody else materializes now.
func busy(view string, v *runs.View) error {
	what := "another run"
	if v.Current != nil {
		what = "run " + v.Current.ID
	}
	return errs.New(errs.Aborted, "view %q is being materialized by %s (%s) since %s", view, runs.Who(v.Lease.Holder), what, v.Lease.Acquired).WithID("T0337").
		WithHint("wait for it, or stop it with truepoint runs cancel; its lease ends at %s unless it is renewed", eventtime.Floor(v.Lease.Expires, eventtime.Second))
}
