package tracing

import (
	"context"
	"sync"
	"time"
)

// Bounds of a queue.
const (
	queueMax  = 2048             // spans that wait; what does not fit is dropped
	queueMany = 1536             // that many are sent at once
	queueWait = 5 * time.Second  // others wait so long
	sendMax   = 30 * time.Second // how long a collector may take
)

// A queue keeps notes of spans that ended and has them sent together, one batch at a time. A span that ends wakes nobody
// unless many wait: the SDK's own processor wakes a goroutine for each, which costs a server more than the span.
type queue struct {
	exporter exporter
	ctx      context.Context // of what is sent in the background
	cancel   context.CancelFunc
	many     chan struct{}
	ending   chan struct{} // closed by Shutdown
	ended    chan struct{} // closed when nothing is sent in the background any more
	end      sync.Once

	mu    sync.Mutex // guards notes
	notes []note

	sending sync.Mutex // held while the exporter sends; taken before mu
}

// An exporter sends the spans of notes. Errors are told by itself.
type exporter interface {
	export(ctx context.Context, notes []note)
	Shutdown(ctx context.Context) error
}

// newQueue returns a queue that sends what has waited for a time; Shutdown ends it.
func newQueue(to exporter, wait time.Duration) *queue {
	q := &queue{exporter: to, many: make(chan struct{}, 1), ending: make(chan struct{}), ended: make(chan struct{})}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	go q.run(wait)
	return q
}

func (q *queue) run(wait time.Duration) {
	defer close(q.ended)
	tick := time.NewTicker(wait)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-q.many:
		case <-q.ending:
			return
		}
		q.send(q.ctx)
	}
}

// send sends what waits.
func (q *queue) send(ctx context.Context) {
	q.sending.Lock()
	defer q.sending.Unlock()
	q.mu.Lock()
	notes := q.notes
	q.notes = nil
	q.mu.Unlock()
	if len(notes) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sendMax)
	defer cancel()
	q.exporter.export(ctx, notes)
}

// add keeps a note, or drops it if too many wait.
func (q *queue) add(s note) {
	q.mu.Lock()
	if len(q.notes) < queueMax {
		q.notes = append(q.notes, s)
	}
	n := len(q.notes)
	q.mu.Unlock()
	if n >= queueMany {
		select {
		case q.many <- struct{}{}:
		default: // it has been said
		}
	}
}

// Shutdown sends what waits, until ctx ends, and stops. Errors: that of ctx, and the exporter's about stopping.
func (q *queue) Shutdown(ctx context.Context) error {
	q.end.Do(func() { close(q.ending) })
	stop := context.AfterFunc(ctx, q.cancel)
	<-q.ended
	stop()
	q.cancel()
	q.send(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	return q.exporter.Shutdown(ctx)
}
