package httpserver

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/truepoint/truepoint/value"
)

// latencyBounds are the bounds of what is measured of online reads and of calls of the store.
var latencyBounds = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, 5 * time.Second,
}

// latencySeconds returns the bounds as the Prometheus library takes them.
func latencySeconds() []float64 {
	out := make([]float64, len(latencyBounds))
	for i, b := range latencyBounds {
		out[i] = b.Seconds()
	}
	return out
}

// A latency counts how long online reads took.
type latency struct {
	within [len(latencyBounds) + 1]atomic.Uint64 // those of at most each bound that are more than the bound before; and longer ones
	sum    atomic.Int64                          // a time.Duration
}

func (l *latency) observe(took time.Duration) {
	i := 0
	for i < len(latencyBounds) && took > latencyBounds[i] {
		i++
	}
	l.within[i].Add(1)
	l.sum.Add(int64(took))
}

// viewCells count the cells of a view that were answered, by status.
type viewCells [5]atomic.Uint64

// A countsPage is counters that lie in one page of memory.
type countsPage struct {
	latencies [12]latency
	views     [64]viewCells
}

// readCounts count online reads and their cells. They are no metrics of the Prometheus library, each of which lies in some places
// of the memory: a request whose processor has forgotten those waits longer for them than it takes to count
// (docs/adr/0024-server-under-load.md). readCounts are a prometheus.Collector and safe for concurrent use.
type readCounts struct {
	tookDesc, cellsDesc *prometheus.Desc

	mu            sync.Mutex // guards what follows
	took          map[answered]*latency
	cells         map[string]*viewCells // of views
	freeLatencies []latency
	freeViews     []viewCells
}

// answered is what the durations of online reads are told apart by.
type answered struct {
	service string
	status  int
}

func newReadCounts() *readCounts {
	return &readCounts{
		took: map[answered]*latency{}, cells: map[string]*viewCells{},
		tookDesc: prometheus.NewDesc("truepoint_online_request_duration_seconds",
			"Time to answer an online read, by feature service (empty for a list of features) and HTTP status.", []string{"service", "code"}, nil),
		cellsDesc: prometheus.NewDesc("truepoint_online_cells_total", "Cells answered, by view and status.", []string{"view", "status"}, nil),
	}
}

// latencyOf returns the counters of answers with a status. They stay where they are.
func (c *readCounts) latencyOf(service string, status int) *latency {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.took[answered{service, status}]
	if l == nil {
		if len(c.freeLatencies) == 0 {
			c.more()
		}
		l, c.freeLatencies = &c.freeLatencies[0], c.freeLatencies[1:]
		c.took[answered{strings.Clone(service), status}] = l
	}
	return l
}

// cellsOf returns the counters of views, by index. They stay where they are.
func (c *readCounts) cellsOf(views []string) []*viewCells {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]*viewCells, len(views))
	for i, view := range views {
		if c.cells[view] == nil {
			if len(c.freeViews) == 0 {
				c.more()
			}
			c.cells[view], c.freeViews = &c.freeViews[0], c.freeViews[1:]
		}
		out[i] = c.cells[view]
	}
	return out
}

// more takes memory for counters, where one kind has run out.
func (c *readCounts) more() {
	p := &countsPage{}
	c.freeLatencies, c.freeViews = p.latencies[:], p.views[:]
}

// Describe implements prometheus.Collector.
func (c *readCounts) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.tookDesc
	ch <- c.cellsDesc
}

// Collect implements prometheus.Collector. A view that was answered has all statuses, be it with 0: a counter that comes into being
// with its first error shows no increase.
func (c *readCounts) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for of, l := range c.took {
		all, within := uint64(0), map[float64]uint64{}
		for i := range l.within {
			if all += l.within[i].Load(); i < len(latencyBounds) {
				within[latencyBounds[i].Seconds()] = all
			}
		}
		ch <- prometheus.MustNewConstHistogram(c.tookDesc, all, time.Duration(l.sum.Load()).Seconds(), within, of.service, strconv.Itoa(of.status))
	}
	for view, cells := range c.cells {
		for st := range cells {
			ch <- prometheus.MustNewConstMetric(c.cellsDesc, prometheus.CounterValue, float64(cells[st].Load()), view, value.Status(st).String())
		}
	}
}
