package httpserver

import (
	"net/http"
	"strings"
	"time"

	"github.com/truepoint/truepoint/serving"
)

// A tally is where the answers to one plan are counted. An exchange keeps that of its last answer, because to find the counters
// again costs more than to count.
type tally struct {
	service string
	views   []string
	took    *latency
	cells   []*viewCells // of views, by index
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
		*t = tally{service: strings.Clone(r.Service), views: views, took: m.reads.latencyOf(r.Service, http.StatusOK), cells: m.reads.cellsOf(views)}
	}
	t.took.observe(took)
	for v, counters := range t.cells {
		for st, n := range cells[v] {
			if n > 0 {
				counters[st].Add(uint64(n))
			}
		}
	}
}
