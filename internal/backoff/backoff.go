// Package backoff says how long to wait before something that failed is tried again: drivers of stores and the materializer
// ask it.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

// A Backoff is a row of waits: the first, doubled each time up to the greatest.
type Backoff struct{ First, Most time.Duration }

// Nominal returns the wait before repetition n, counted from 0, without its random part.
func (b Backoff) Nominal(n int) time.Duration {
	d := b.First
	for range n {
		if d >= b.Most {
			break
		}
		d *= 2
	}
	return min(d, b.Most)
}

// Wait waits before repetition n, or until ctx ends; then it returns the context's error. It waits for the nominal time
// shortened at random by up to a half, so that those who failed together do not come back at the same moment.
func (b Backoff) Wait(ctx context.Context, n int) error {
	d := b.Nominal(n)
	timer := time.NewTimer(d - rand.N(d/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
