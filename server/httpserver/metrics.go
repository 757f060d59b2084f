package httpserver

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/serving"
)

// Metrics are the server's Prometheus metrics. No label ever holds an entity key or a text of a request. Nil Metrics count
// nothing and cost nothing.
type Metrics struct {
	registry     *prometheus.Registry
	reads        *readCounts
	storeSeconds *prometheus.HistogramVec
	storeShared  *prometheus.CounterVec
	rows         *prometheus.CounterVec
	durations    *prometheus.GaugeVec
	handler      http.Handler

	tallies sync.Pool // of *tally: those of other servers
}

// NewMetrics returns metrics of a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		reads:    newReadCounts(),
		storeSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "truepoint_online_store_duration_seconds",
			Help: "Time of one call of the online store.", Buckets: latencySeconds()}, []string{"store", "op"}),
		storeShared: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "truepoint_online_store_shared_keys_total",
			Help: "Keys of online reads that the store was not asked for, because another request's call of it was."}, []string{"store"}),
		rows: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "truepoint_materialization_rows_total",
			Help: "Rows of materializations that this process ran, by view and outcome."}, []string{"view", "outcome"}),
		durations: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "truepoint_materialization_duration_seconds",
			Help: "Duration of the last materialization that this process ran."}, []string{"view"}),
	}
	m.registry.MustRegister(m.reads, m.storeSeconds, m.storeShared, m.rows, m.durations,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

// refused counts an online read that was refused.
func (m *Metrics) refused(status int, took time.Duration) {
	if m == nil {
		return
	}
	m.reads.latencyOf("", status).observe(took)
}

// Observe counts an online read that another server of this process answered or, with err, refused. It has the HTTP status
// that would have been the answer here.
func (m *Metrics) Observe(err error, r *serving.Rendering, took time.Duration) {
	if err != nil {
		m.refused(errs.CodeOf(err).HTTP(), took)
		return
	}
	t, kept := m.tallies.Get().(*tally)
	if !kept {
		t = &tally{}
	}
	m.rendered(r, took, t)
	m.tallies.Put(t)
}

func (m *Metrics) materialized(r *materialize.Report) {
	if m == nil {
		return
	}
	for _, v := range r.Views {
		if v.Run == nil {
			continue
		}
		m.rows.WithLabelValues(v.View, "written").Add(float64(max(v.Run.Written, 0)))
		m.rows.WithLabelValues(v.View, "superseded").Add(float64(max(v.Run.Superseded, 0)))
		m.rows.WithLabelValues(v.View, "rejected").Add(float64(max(v.Run.Rejected, 0)))
		m.durations.WithLabelValues(v.View).Set(float64(v.Run.Duration()) / float64(eventtime.Second))
	}
}

// watch adds the metrics that are asked of the store at each scrape.
func (m *Metrics) watch(s Store) {
	if m == nil {
		return
	}
	m.registry.MustRegister(&storeCollector{store: s,
		valueAge: prometheus.NewDesc("truepoint_value_age_seconds", "Age of the newest value online, by view.", []string{"view"}, nil),
		sinceRun: prometheus.NewDesc("truepoint_since_materialization_seconds", "Time since the last good materialization, by view.", []string{"view"}, nil),
		kept:     prometheus.NewDesc("truepoint_online_cache_reads_total", "Keys of online reads that were looked up in memory: hit, stale (written since) or miss.", []string{"outcome"}, nil),
		bytes:    prometheus.NewDesc("truepoint_online_cache_bytes", "Memory of what online reads keep, outside Go's heap.", nil, nil),
		revision: prometheus.NewDesc("truepoint_registry_revision", "Revision of the registry that is served.", nil, nil),
		age:      prometheus.NewDesc("truepoint_registry_age_seconds", "Time since that revision was last known to be the newest.", nil, nil),
	})
}
