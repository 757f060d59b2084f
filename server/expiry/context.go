// Package expiry has a context for requests that mostly need no timer.
package expiry

import (
	"context"
	"sync"
	"time"
)

// A Context has a deadline that costs a timer only for those who wait for it: a read that is answered from memory does not.
// End must be called. Safe for concurrent use.
type Context struct {
	context.Context
	at time.Time

	mu     sync.Mutex
	timed  context.Context // nil until somebody waits
	cancel context.CancelFunc
}

// New returns a Context that ends with its parent, or at an instant.
func New(parent context.Context, at time.Time) *Context { return &Context{Context: parent, at: at} }

// Deadline implements context.Context.
func (c *Context) Deadline() (time.Time, bool) {
	if at, ok := c.Context.Deadline(); ok && at.Before(c.at) {
		return at, true
	}
	return c.at, true
}

// Done implements context.Context.
func (c *Context) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timed == nil {
		c.timed, c.cancel = context.WithDeadline(c.Context, c.at)
	}
	return c.timed.Done()
}

// Err implements context.Context. Without somebody who waits it looks at the clock.
func (c *Context) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch err := c.Context.Err(); {
	case c.timed != nil:
		return c.timed.Err()
	case err != nil:
		return err
	case !time.Now().Before(c.at):
		return context.DeadlineExceeded
	}
	return nil
}

// End gives back the timer, if there is one; those who still wait see the end.
func (c *Context) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
	}
}
