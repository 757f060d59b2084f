package tracing

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A taker takes spans, once stuck is closed if that is set, and counts them.
type taker struct {
	stuck chan struct{}

	mu      sync.Mutex
	batches []int
}

func (k *taker) export(ctx context.Context, notes []note) {
	if k.stuck != nil {
		select {
		case <-k.stuck:
		case <-ctx.Done():
			return
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.batches = append(k.batches, len(notes))
}

func (*taker) Shutdown(context.Context) error { return nil }

func (k *taker) want(t *testing.T, when string, batches ...int) {
	t.Helper()
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	if !slices.Equal(k.batches, batches) {
		t.Errorf("%s: sent %v, want %v", when, k.batches, batches)
	}
}

func end(q *queue, spans int) {
	for range spans {
		q.add(note{})
	}
}

func TestSpansAreSentTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &taker{}
		q := newQueue(k, queueWait)
		end(q, 3)
		k.want(t, "before the wait is over")
		<-time.After(queueWait)
		k.want(t, "after it", 3)
		end(q, queueMany)
		k.want(t, "when many wait", 3, queueMany)
		end(q, 2)
		if err := q.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		k.want(t, "at the end", 3, queueMany, 2)
	})
}

func TestSpansThatDoNotFitAreDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &taker{stuck: make(chan struct{})}
		q := newQueue(k, queueWait)
		end(q, queueMany) // on their way
		synctest.Wait()
		end(q, 2*queueMax)
		close(k.stuck)
		k.want(t, "once the collector answers", queueMany, queueMax)
		if err := q.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestACollectorThatIsStuckDoesNotHoldTheEndBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(&taker{stuck: make(chan struct{})}, queueWait)
		end(q, queueMany)
		synctest.Wait()
		end(q, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if err := q.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the deadline", err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %s", took)
		}
	})
}
