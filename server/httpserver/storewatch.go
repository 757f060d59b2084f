package httpserver

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/server/tracing"
)

// A StoreWatch counts how long calls of the online store take and the keys that they share, and makes spans of those of requests that are sampled. It is
// an online.Watcher.
type StoreWatch struct {
	store       string
	read, write prometheus.Observer
	shared      prometheus.Counter
	tracer      *tracing.Tracer
}

// Watch returns what watches the calls of an online store of a type, as configured, such as redis. A nil tracer makes no
// spans.
func (m *Metrics) Watch(store string, tracer *tracing.Tracer) *StoreWatch {
	return &StoreWatch{
		store:  store,
		read:   m.storeSeconds.WithLabelValues(store, string(online.OpRead)),
		write:  m.storeSeconds.WithLabelValues(store, string(online.OpWrite)),
		shared: m.storeShared.WithLabelValues(store),
		tracer: tracer,
	}
}

// Now implements online.Watcher.
func (*StoreWatch) Now() time.Time { return time.Now() }

// Called implements online.Watcher.
func (w *StoreWatch) Called(ctx context.Context, c online.Call) {
	to := w.read
	if c.Op == online.OpWrite {
		to = w.write
	}
	to.Observe(time.Since(c.Began).Seconds())
	if c.Shared > 0 {
		w.shared.Add(float64(c.Shared))
	}
	w.tracer.StoreCalled(ctx, w.store, c)
}
