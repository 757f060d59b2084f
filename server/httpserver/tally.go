package httpserver

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// cellCounters count the cells of a view, by status.
type cellCounters [5]prometheus.Counter

// A tally is where the answers to one plan are counted. An exchange keeps that of its last answer, because to find the counters
// again costs more than to count: they lie all over the memory.
type tally struct {
	service string
	views   []string
	took    prometheus.Observer
	cells   []*cellCounters // of views, by index
}

// of reports whether t is for answers of a service and a plan, of which Counts tells the views.
func (t *tally) of(service string, views []string) bool {
	return t.took != nil && t.service == service && len(t.views) == len(views) && (len(views) == 0 || &t.views[0] == &views[0])
}

// rendered counts an online read that was answered, and its cells, by t, which it changes where that is for others.
func (m *Metrics) rendered(r *serving.Rendering, took time.Duration, t *tally) {
	if m == nil {
		return
	}
	views, cells := r.Counts()
	if !t.of(r.Service, views) {
		*t = m.tallyOf(r.Service, views)
	}
	t.took.Observe(took.Seconds())
	for v, counters := range t.cells {
		for st, n := range cells[v] {
			if n > 0 {
				counters[st].Add(float64(n))
			}
		}
	}
}

func (m *Metrics) tallyOf(service string, views []string) tally {
	t := tally{service: strings.Clone(service), views: views, cells: make([]*cellCounters, len(views))}
	took, ok := m.answered.Load(service)
	if !ok {
		took, _ = m.answered.LoadOrStore(t.service, m.requests.WithLabelValues(t.service, strconv.Itoa(http.StatusOK)))
	}
	t.took = took.(prometheus.Observer)
	for i, view := range views {
		c, ok := m.counters.Load(view)
		if !ok {
			var all cellCounters
			for st := range all {
				all[st] = m.cellCounts.WithLabelValues(view, value.Status(st).String())
			}
			c, _ = m.counters.LoadOrStore(view, &all)
		}
		t.cells[i] = c.(*cellCounters)
	}
	return t
}
