package pit

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// workers returns the number of goroutines to use.
func (o *EvalOptions) workers() int {
	if o == nil || o.Workers <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Workers
}

// each calls the function that start returns for every item 0 ≤ i < n, in ascending order of start, from at most workers
// goroutines; start is called once in each with the number of the worker. It waits for all and returns the first error;
// after one, no further item is begun and the context of the others ends.
func each(ctx context.Context, workers, n int, start func(worker int) func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range min(workers, n) {
		wg.Go(func() {
			work := start(w)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := work(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// A meter adds up progress.
type meter struct {
	done   atomic.Int64
	told   int64 // before the last rewind: never less is told
	total  int64
	report func(done, total int64)
}

// newMeter returns a meter up to total.
func newMeter(o *EvalOptions, total int64) *meter {
	m := &meter{total: total}
	if o != nil {
		m.report = o.Progress
	}
	return m
}

func (m *meter) add(rows int) {
	if done := m.done.Add(int64(rows)); m.report != nil {
		m.report(max(done, m.told), m.total)
	}
}

// rewind takes back what was added since done was the count. Nothing else may use the meter meanwhile.
func (m *meter) rewind(done int64) {
	m.told = max(m.told, m.done.Load())
	m.done.Store(done)
}

// add adds the counts of rows of another worker.
func (r *Report) add(o Report) {
	r.Read += o.Read
	r.RejectedKey += o.RejectedKey
	r.RejectedEvent += o.RejectedEvent
	r.RejectedCreate += o.RejectedCreate
}
