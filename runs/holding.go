package runs

import (
	"context"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// renewalsPerLease is how many times a lease is renewed within its length.
const renewalsPerLease = 3

// A Holding is a lease that its holder has: the right to move one view's state record. Every move proves it under
// compare-and-swap and renews it.
type Holding struct {
	Ledger *Ledger
	View   string
	Token  int64 // of the lease
	Clock  eventtime.Clock
	TTL    eventtime.Duration // of the lease without renewal
}

// Held reports whether somebody who may still be at work has the lease on v. gone reports whether a holder's process is
// known to be dead; nil: none is known.
func (v *View) Held(now eventtime.Instant, gone func(holder string) bool) bool {
	return v.Live(now) && (gone == nil || !gone(v.Lease.Holder))
}

// Take leases v to holder from now on, whoever had it before, and returns the lease's token.
func (v *View) Take(holder string, now eventtime.Instant, ttl eventtime.Duration) int64 {
	v.Token++
	v.Lease = &Lease{Holder: holder, Token: v.Token, Acquired: now, Expires: now.Add(ttl)}
	return v.Token
}

// Move changes the state record if the lease still holds. Errors: Aborted when it was taken over or has run out: then
// nothing was written.
func (h *Holding) Move(ctx context.Context, change func(*View)) (*View, error) {
	return h.Ledger.Update(ctx, h.View, func(v *View) error {
		now := h.Clock()
		switch {
		case v.Lease == nil || v.Lease.Token != h.Token:
			return h.lost("was taken over by another run")
		case !v.Live(now):
			return h.lost("ran out at " + v.Lease.Expires.String())
		}
		v.Lease.Expires = now.Add(h.TTL)
		change(v)
		return nil
	})
}

func (h *Holding) lost(how string) error {
	return errs.New(errs.Aborted, "the lease on view %q %s", h.View, how).WithID("T0335").
		WithHint("repeat the command: it continues where the last checkpoint stands")
}

// Keep renews the lease in the background until the returned function is called, which waits for the end of it. The
// returned context is cancelled, with the reason as its cause, when the lease is lost or the view's run is asked to stop;
// then the cause is ErrCancelAsked.
func (h *Holding) Keep(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stopped, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(max(time.Millisecond, time.Duration(h.TTL)*time.Microsecond/renewalsPerLease))
		defer tick.Stop()
		for {
			select {
			case <-stopped:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			v, err := h.Move(ctx, func(*View) {})
			switch {
			case errs.CodeOf(err) == errs.Aborted:
				cancel(err)
				return
			case err == nil && v.CancelAsked:
				cancel(ErrCancelAsked)
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

// ErrCancelAsked is the cause of a run that stops because somebody asked for it.
var ErrCancelAsked = errs.New(errs.Canceled, "the run was cancelled").WithID("T0336")
