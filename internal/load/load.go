// Package load asks a server at a fixed rate and measures how long answers take.
//
// The load is open: request k is due at start + k ÷ rate, whether earlier ones are answered or not, and its latency is
// counted from then on. So a server that stalls is charged for every request that it kept waiting, as users would, and
// not for the one that was under way ("coordinated omission", Gil Tene). Without a rate, every connection asks again as
// soon as it is answered: that finds the greatest throughput, and its latencies mean little.
package load

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Load says what is asked of a server.
type Load struct {
	Rate        float64       // requests a second; 0: as many as the connections carry
	Duration    time.Duration // how long requests are begun
	WarmUp      time.Duration // at the same rate, before; not counted
	Connections int           // requests under way at most
	// Ask sends request k and returns the bytes of the answer. It is called from as many goroutines as there are
	// connections.
	Ask func(ctx context.Context, k int) (bytes int, err error)
}

// A Result is what was measured. Latencies are of answered requests alone.
type Result struct {
	Requests int           // begun
	Errors   int           // of them
	Error    error         // the first
	Bytes    int64         // of answers
	Elapsed  time.Duration // from the first request to the last answer
	Latency  []time.Duration
}

// Throughput returns the answered requests a second.
func (r *Result) Throughput() float64 {
	return float64(len(r.Latency)) / max(r.Elapsed.Seconds(), 1e-9)
}

// Quantile returns the latency that a share q, 0 ≤ q ≤ 1, of the answers did not exceed: exactly, by the nearest rank. It
// is 0 without answers.
func (r *Result) Quantile(q float64) time.Duration {
	if len(r.Latency) == 0 {
		return 0
	}
	rank := int(math.Ceil(q * float64(len(r.Latency))))
	return r.Latency[min(max(rank, 1), len(r.Latency))-1]
}

// Mean returns the mean latency, 0 without answers.
func (r *Result) Mean() time.Duration {
	if len(r.Latency) == 0 {
		return 0
	}
	var sum time.Duration
	for _, l := range r.Latency {
		sum += l
	}
	return sum / time.Duration(len(r.Latency))
}

// Run asks and measures. A context that ends cuts the run short; what was measured until then is returned.
func Run(ctx context.Context, l *Load) *Result {
	if l.WarmUp > 0 {
		warm := *l
		warm.Duration = l.WarmUp
		newRun(&warm).do(ctx)
	}
	return newRun(l).do(ctx)
}

// A run is one period of asking.
type run struct {
	*Load
	start time.Time
	next  atomic.Int64 // number of the next request
	mu    sync.Mutex   // guards total
	total Result
}

func newRun(l *Load) *run { return &run{Load: l, start: time.Now()} }

func (r *run) do(ctx context.Context) *Result {
	var wait sync.WaitGroup
	for range max(r.Connections, 1) {
		wait.Go(func() { r.connection(ctx) })
	}
	wait.Wait()
	r.total.Elapsed = time.Since(r.start)
	slices.Sort(r.total.Latency)
	return &r.total
}

// connection sends one request after the other, each when it is due or, if that is past, at once.
func (r *run) connection(ctx context.Context) {
	own := Result{}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		k := int(r.next.Add(1)) - 1
		due, ok := r.due(k)
		if !ok || !wait(ctx, timer, due) {
			break
		}
		if r.Rate <= 0 {
			due = time.Now()
		}
		bytes, err := r.Ask(ctx, k)
		own.Requests++
		if err != nil {
			if ctx.Err() != nil {
				own.Requests--
				break
			}
			own.Errors++
			if own.Error == nil {
				own.Error = err
			}
			continue
		}
		own.Latency = append(own.Latency, time.Since(due))
		own.Bytes += int64(bytes)
	}
	r.add(&own)
}

// due returns when request k is to be sent; ok is false if that is after the end.
func (r *run) due(k int) (at time.Time, ok bool) {
	if r.Rate <= 0 {
		at = time.Now()
		return at, at.Sub(r.start) < r.Duration
	}
	after := time.Duration(float64(k) / r.Rate * float64(time.Second))
	return r.start.Add(after), after < r.Duration
}

// wait waits until an instant and reports whether the context lasted.
func wait(ctx context.Context, timer *time.Timer, until time.Time) bool {
	left := time.Until(until)
	if left <= 0 {
		return true
	}
	timer.Reset(left)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (r *run) add(own *Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total.Requests += own.Requests
	r.total.Errors += own.Errors
	r.total.Bytes += own.Bytes
	r.total.Latency = append(r.total.Latency, own.Latency...)
	if r.total.Error == nil {
		r.total.Error = own.Error
	}
}
