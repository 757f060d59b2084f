package tracing

import (
	"context"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Bounds of a queue.
const (
	queueMax  = 2048             // spans that wait; what does not fit is dropped
	queueMany = 1536             // that many are sent at once
	queueWait = 5 * time.Second  // others wait so long
	sendMax   = 30 * time.Second // how long a collector may take
)

// A queue keeps spans that ended and has them sent together, one batch at a time. It is a sdktrace.SpanProcessor. A span that
// ends wakes nobody unless many wait: the SDK's own processor wakes a goroutine for each, which costs a server more than the
// span.
type queue struct {
	exporter sdktrace.SpanExporter
	ctx      context.Context // of what is sent in the background
	cancel   context.CancelFunc
	many     chan struct{}
	ending   chan struct{} // closed by Shutdown
	ended    chan struct{} // closed when nothing is sent in the background any more
	end      sync.Once

	mu    sync.Mutex // guards spans
	spans []sdktrace.ReadOnlySpan

	sending sync.Mutex // held while the exporter sends; taken before mu
}

// newQueue returns a queue that sends what has waited for a time; Shutdown ends it.
func newQueue(exporter sdktrace.SpanExporter, wait time.Duration) *queue {
	q := &queue{exporter: exporter, many: make(chan struct{}, 1), ending: make(chan struct{}), ended: make(chan struct{})}
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

// send sends what waits. The exporter tells of failures.
func (q *queue) send(ctx context.Context) {
	q.sending.Lock()
	defer q.sending.Unlock()
	q.mu.Lock()
	spans := q.spans
	q.spans = nil
	q.mu.Unlock()
	if len(spans) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sendMax)
	defer cancel()
	_ = q.exporter.ExportSpans(ctx, spans)
}

// OnStart implements sdktrace.SpanProcessor.
func (*queue) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd keeps a span, or drops it if too many wait.
func (q *queue) OnEnd(s sdktrace.ReadOnlySpan) {
	q.mu.Lock()
	if len(q.spans) < queueMax {
		q.spans = append(q.spans, s)
	}
	n := len(q.spans)
	q.mu.Unlock()
	if n >= queueMany {
		select {
		case q.many <- struct{}{}:
		default: // it has been said
		}
	}
}

// ForceFlush sends what waits.
func (q *queue) ForceFlush(ctx context.Context) error {
	q.send(ctx)
	return ctx.Err()
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
