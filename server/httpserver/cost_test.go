package httpserver_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/server/httpserver"
)

// wideStore returns an embedded store of keys entities with 5 views of 10 features, and a service of all.
func wideStore(t testing.TB, keys int) *truepoint.Store {
	t.Helper()
	driver, err := embeddedonline.Open(t.Context(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rig := storetest.Wide(t, now, driver, keys)
	t.Cleanup(func() { rig.Store.Close() })
	return rig.Store
}

// A quiet is a response writer that costs nothing.
type quiet struct {
	header http.Header
	status int
	body   []byte
}

func (q *quiet) Header() http.Header                { return q.header }
func (q *quiet) WriteHeader(status int)             { q.status = status }
func (q *quiet) Write(b []byte) (int, error)        { q.body = append(q.body, b...); return len(b), nil }
func (q *quiet) SetReadDeadline(at time.Time) error { return nil }

// An asking repeats one request without cost of its own.
type asking struct {
	handler http.Handler
	request *http.Request
	text    []byte
	body    *bytes.Reader
	answer  quiet
}

func newAsking(t testing.TB, h http.Handler, path string, rows int) *asking {
	keys := make([]string, rows)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	a := &asking{handler: h, text: []byte(`{"feature_service":"all","entities":{"k":[` + strings.Join(keys, ",") + `]}}`), body: bytes.NewReader(nil), answer: quiet{header: http.Header{}}}
	a.request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
	a.request.Host = "127.0.0.1:6566"
	a.request.Header.Set("Content-Type", "application/json")
	a.request.ContentLength = int64(len(a.text))
	a.request.Body = io.NopCloser(a.body)
	return a
}

func (a *asking) ask() {
	a.body.Reset(a.text)
	a.answer.status, a.answer.body = http.StatusOK, a.answer.body[:0]
	a.handler.ServeHTTP(&a.answer, a.request)
}

// TestAllocationsOfARequest bounds what a request allocates beyond what net/http does: the same for one entity and for a
// thousand. It is not parallel, because the allocations of other tests would count.
func TestAllocationsOfARequest(t *testing.T) {
	h := httpserver.New(wideStore(t, 1000), &httpserver.Options{Metrics: httpserver.NewMetrics()}).Handler()
	for _, path := range []string{"/get-online-features", "/v1/online"} {
		for _, rows := range []int{1, 1000} {
			a := newAsking(t, h, path, rows)
			a.ask()
			if got := bytes.Count(a.answer.body, []byte(`"PRESENT"`)); a.answer.status != http.StatusOK || got < 50*rows {
				t.Fatalf("%s, %d rows: status %d, %d cells are PRESENT: %.300s", path, rows, a.answer.status, got, a.answer.body)
			}
			n := testing.AllocsPerRun(100, a.ask)
			if n > 10 {
				t.Errorf("%s, %d rows: %.0f allocations, want at most 10", path, rows, n)
			}
			t.Logf("%s, %d rows: %.0f allocations", path, rows, n)
		}
	}
}

func BenchmarkOnline(b *testing.B) {
	h := httpserver.New(wideStore(b, 1000), &httpserver.Options{Metrics: httpserver.NewMetrics()}).Handler()
	for _, rows := range []int{1, 100} {
		b.Run(fmt.Sprintf("%dx50", rows), func(b *testing.B) {
			a := newAsking(b, h, "/get-online-features", rows)
			a.ask()
			b.ReportAllocs()
			for b.Loop() {
				a.ask()
			}
		})
	}
}
