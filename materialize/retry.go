package materialize

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/backoff"
	"github.com/truepoint/truepoint/sink"
)

// DefaultPatience is how long in all a chunk waits for a store that is unavailable: longer than a replicated store takes
// to choose a new primary.
const DefaultPatience = 15 * eventtime.Second

// waits are those between the attempts at one chunk.
var waits = backoff.Backoff{First: 50 * time.Millisecond, Most: 5 * time.Second}

// Retry budget: a request may repeat this many chunks, and one more for every chunksPerRetry that it has written. So a
// store in trouble gets at most a tenth more work than a sound one.
const (
	retriesAtFirst = 10
	chunksPerRetry = 10
)

// A budget counts the retries that a request has left, for all its views. Safe for concurrent use.
type budget struct {
	mu   sync.Mutex
	left int // in parts of 1/chunksPerRetry
}

func newBudget() *budget { return &budget{left: retriesAtFirst * chunksPerRetry} }

func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left++
}

func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < chunksPerRetry {
		return false
	}
	b.left -= chunksPerRetry
	return true
}

// A sender writes the chunks of one run. It repeats a chunk that failed in a way which may pass, and keeps to the rate.
type sender struct {
	to       sink.Sink
	budget   *budget
	patience time.Duration
	rate     float64 // rows a second; 0: no bound
	retried  func()  // is called before each repeated attempt
}

// send writes a chunk that was begun to its end, also when ctx ends meanwhile; only its waits end then. It returns no
// sooner than the rate allows, so that the store has its rest after the chunk. Errors: those of the sink; when they may
// pass, after the patience or the budget is used up; that of ctx if it ended in a wait between attempts.
func (s *sender) send(ctx context.Context, table string, rows *sink.Rows) (sink.Outcome, error) {
	var turn *time.Timer
	if s.rate > 0 {
		turn = time.NewTimer(time.Duration(float64(rows.Len()) / s.rate * float64(time.Second)))
		defer turn.Stop()
	}
	out, err := s.attempts(ctx, table, rows)
	if err != nil {
		return out, err
	}
	s.budget.earn()
	if turn != nil {
		select {
		case <-turn.C:
		case <-ctx.Done(): // the caller stops at the chunk's end
		}
	}
	return out, nil
}

func (s *sender) attempts(ctx context.Context, table string, rows *sink.Rows) (sink.Outcome, error) {
	var waited time.Duration
	for n := 0; ; n++ {
		wait := waits.Nominal(n)
		out, err := s.to.Write(context.WithoutCancel(ctx), table, rows)
		if !errs.CodeOf(err).Retryable() || waited+wait > s.patience || !s.budget.spend() {
			return out, err
		}
		waited += wait
		if ended := waits.Wait(ctx, n); ended != nil {
			return out, errors.Join(ended, err)
		}
		s.retried()
	}
}
