package httpserver

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/truepoint/truepoint/internal/featurelog"
)

// watchLog offers the counts of the feature log as metrics, if there is one.
func (m *Metrics) watchLog(l *featurelog.Log) {
	if m == nil || l == nil {
		return
	}
	entities := func(outcome string, count func(featurelog.Stats) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "truepoint_feature_log_entities_total",
			Help: "Entities whose answers were to be kept, by outcome.", ConstLabels: prometheus.Labels{"outcome": outcome}},
			func() float64 { return float64(count(l.Stats())) })
	}
	m.registry.MustRegister(
		entities("logged", func(s featurelog.Stats) int64 { return s.Logged }),
		entities("dropped", func(s featurelog.Stats) int64 { return s.Dropped }),
		entities("lost", func(s featurelog.Stats) int64 { return s.Lost }),
	)
}
