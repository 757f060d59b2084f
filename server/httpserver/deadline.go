package httpserver

import (
	"context"
	"sync"
	"time"
)

// A deadlined is a context with a deadline that costs a timer only for those who wait for it: a read that is answered from
// memory does not. end must be called.
type deadlined struct {
	context.Context
	at time.Time

	mu     sync.Mutex
	timed  context.Context // nil until somebody waits
	cancel context.CancelFunc
}

// Deadline implements context.Context.
func (d *deadlined) Deadline() (time.Time, bool) {
	if at, ok := d.Context.Deadline(); ok && at.Before(d.at) {
		return at, true
	}
	return d.at, true
}

// Done implements context.Context.
func (d *deadlined) Done() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timed == nil {
		d.timed, d.cancel = context.WithDeadline(d.Context, d.at)
	}
	return d.timed.Done()
}

// Err implements context.Context. Without somebody who waits it looks at the clock.
func (d *deadlined) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch err := d.Context.Err(); {
	case d.timed != nil:
		return d.timed.Err()
	case err != nil:
		return err
	case !time.Now().Before(d.at):
		return context.DeadlineExceeded
	}
	return nil
}

// end gives back the timer, if there is one; those who still wait see the end.
func (d *deadlined) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cancel != nil {
		d.cancel()
	}
}
