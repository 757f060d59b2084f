package httpserver

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
)

// freshEvery is how long ages of views are kept: they cost a reading of the registry and of the state of all views.
const freshEvery = 10 * time.Second

// storeCollector reads freshness and revision when it is scraped. A store that does not answer leaves its metrics out.
type storeCollector struct {
	store                             Store
	valueAge, sinceRun, revision, age *prometheus.Desc
	kept, bytes                       *prometheus.Desc

	mu    sync.Mutex // guards what follows
	fresh []explain.Freshness
	read  time.Time
}

// Describe lists the metrics.
func (c *storeCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.valueAge, c.sinceRun, c.revision, c.age, c.kept, c.bytes} {
		ch <- d
	}
}

// Collect reads them.
func (c *storeCollector) Collect(ch chan<- prometheus.Metric) {
	if rev, age, ok := c.store.RegistryAge(); ok {
		ch <- prometheus.MustNewConstMetric(c.revision, prometheus.GaugeValue, float64(rev))
		ch <- prometheus.MustNewConstMetric(c.age, prometheus.GaugeValue, seconds(age))
	}
	stats := c.store.CacheStats()
	for outcome, n := range map[string]uint64{"hit": stats.Hits, "stale": stats.Stale, "miss": stats.Misses - stats.Stale} {
		ch <- prometheus.MustNewConstMetric(c.kept, prometheus.CounterValue, float64(n), outcome)
	}
	ch <- prometheus.MustNewConstMetric(c.bytes, prometheus.GaugeValue, float64(stats.Bytes))
	fresh, elapsed := c.freshness()
	for _, f := range fresh {
		if f.NewestEvent != eventtime.None {
			ch <- prometheus.MustNewConstMetric(c.valueAge, prometheus.GaugeValue, seconds(f.ValueAge)+elapsed.Seconds(), f.View)
		}
		if f.LastRun != eventtime.None {
			ch <- prometheus.MustNewConstMetric(c.sinceRun, prometheus.GaugeValue, seconds(f.SinceRun)+elapsed.Seconds(), f.View)
		}
	}
}

func seconds(d eventtime.Duration) float64 { return float64(d) / float64(eventtime.Second) }

// freshness returns the ages of the views as they were found at most freshEvery ago, and how long ago that was.
func (c *storeCollector) freshness() ([]explain.Freshness, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := time.Since(c.read); c.fresh != nil && age < freshEvery {
		return c.fresh, age
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	fresh, err := c.store.Freshness(ctx)
	if err != nil {
		return nil, 0
	}
	c.fresh, c.read = fresh, time.Now()
	return fresh, 0
}
