package httpserver

import (
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/truepoint/truepoint/value"
)

// TestReadsAreCountedAsThePrometheusLibraryCountsThem compares what is scraped after random reads, some of which take as long as a
// bound says.
func TestReadsAreCountedAsThePrometheusLibraryCountsThem(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	ours := newReadCounts()
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "truepoint_online_request_duration_seconds",
		Help: "Time to answer an online read, by feature service (empty for a list of features) and HTTP status.", Buckets: latencySeconds()}, []string{"service", "code"})
	cells := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "truepoint_online_cells_total", Help: "Cells answered, by view and status."}, []string{"view", "status"})
	for range 20_000 {
		service, status := "service_"+strconv.Itoa(r.IntN(30)), []int{http.StatusOK, http.StatusBadRequest}[r.IntN(2)]
		d := time.Duration(r.IntN(1000)) << r.IntN(24)
		if r.IntN(3) == 0 {
			d = latencyBounds[r.IntN(len(latencyBounds))] + time.Duration(r.IntN(3)-1)
		}
		ours.latencyOf(service, status).observe(d)
		took.WithLabelValues(service, strconv.Itoa(status)).Observe(d.Seconds())
		view, st, n := "view_"+strconv.Itoa(r.IntN(200)), r.IntN(len(viewCells{})), r.IntN(50)+1
		ours.cellsOf([]string{"other", view})[1][st].Add(uint64(n))
		for st := range len(viewCells{}) { // every status of a view that was answered is there, be it 0
			cells.WithLabelValues("other", value.Status(st).String())
			cells.WithLabelValues(view, value.Status(st).String())
		}
		cells.WithLabelValues(view, value.Status(st).String()).Add(float64(n))
	}
	got, want := scraped(t, ours), scraped(t, took, cells)
	if len(got) != len(want) {
		t.Fatalf("got %d lines, want %d", len(got), len(want))
	}
	for i := range got {
		name, number, _ := strings.Cut(got[i], "} ")
		wantName, wantNumber, _ := strings.Cut(want[i], "} ")
		if g, w := numberOf(number), numberOf(wantNumber); name != wantName || math.Abs(g-w) > 1e-9*w { // sums of fractions differ by rounding
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

// scraped returns the lines that a scrape of some collectors sees.
func scraped(t *testing.T, all ...prometheus.Collector) []string {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(all...)
	w := httptest.NewRecorder()
	promhttp.HandlerFor(r, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("the scrape failed: %d %s", w.Code, w.Body)
	}
	return strings.Split(strings.TrimSpace(w.Body.String()), "\n")
}

// numberOf returns a sample's value, 0 for a line of text.
func numberOf(s string) float64 {
	n, _ := strconv.ParseFloat(s, 64)
	return n
}
