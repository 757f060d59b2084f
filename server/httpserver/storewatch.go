package httpserver

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/truepoint/truepoint/online"
)

// A StoreWatch counts how long calls of the online store take. It is an online.Watcher.
type StoreWatch struct {
	read, write prometheus.Observer
}

// Watch returns what counts the calls of an online store of a type, as configured, such as redis.
func (m *Metrics) Watch(store string) *StoreWatch {
	return &StoreWatch{
		read:  m.storeSeconds.WithLabelValues(store, string(online.OpRead)),
		write: m.storeSeconds.WithLabelValues(store, string(online.OpWrite)),
	}
}

// Now implements online.Watcher.
func (*StoreWatch) Now() time.Time { return time.Now() }

// Called implements online.Watcher.
func (w *StoreWatch) Called(_ context.Context, c online.Call) {
	to := w.read
	if c.Op == online.OpWrite {
		to = w.write
	}
	to.Observe(time.Since(c.Began).Seconds())
}
