package httpserver_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/serving"
)

// slowStore answers a read when it is released, or when its caller gives up.
type slowStore struct {
	entered, release chan struct{}
}

func (s *slowStore) Render(ctx context.Context, _ *serving.Request, _ serving.Form, r *serving.Rendering) error {
	s.entered <- struct{}{}
	select {
	case <-s.release:
		r.Response = &serving.Response{AsOf: now}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
func (s *slowStore) CacheStats() serving.CacheStats { return serving.CacheStats{} }
func (s *slowStore) Push(context.Context, *ingest.Request) (*ingest.Result, error) {
	return &ingest.Result{}, nil
}
func (s *slowStore) Materialize(context.Context, *materialize.Request) (*materialize.Report, error) {
	return nil, errs.New(errs.Aborted, "view %q is being materialized", "txn")
}
func (s *slowStore) Freshness(context.Context, ...string) ([]explain.Freshness, error) {
	return nil, nil
}
func (s *slowStore) Ready(context.Context) error {
	return errs.New(errs.Unavailable, "the online store is gone")
}
func (s *slowStore) RegistryAge() (registry.Revision, eventtime.Duration, bool) { return 0, 0, false }
func (s *slowStore) Run(ctx context.Context) error                              { <-ctx.Done(); return nil }

// start serves store on a free port and returns its URL and a function that stops it and waits.
func start(t *testing.T, store httpserver.Store, opt *httpserver.Options) (url string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := httpserver.New(store, opt)
	l, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-done }
}

func post(t *testing.T, url, body string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(r)
}

func TestServeLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	store := &slowStore{entered: make(chan struct{}, 1), release: make(chan struct{})}
	url, stop := start(t, store, nil)
	answered := make(chan int, 1)
	go func() {
		r, err := post(t, url+"/v1/online", onlineBody("1"))
		if err != nil {
			answered <- 0
			return
		}
		r.Body.Close()
		answered <- r.StatusCode
	}()
	<-store.entered
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	close(store.release)
	if status := <-answered; status != 200 {
		t.Errorf("a request in flight when the server stopped got %d", status)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestBadInput_65_deadline(t *testing.T) {
	t.Parallel()
	store := &slowStore{entered: make(chan struct{}, 1), release: make(chan struct{})}
	url, stop := start(t, store, &httpserver.Options{Deadline: time.Millisecond})
	r, err := post(t, url+"/v1/online", onlineBody("1"))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("got %s, want 504", r.Status)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestMaterializeConflictIs409(t *testing.T) {
	t.Parallel()
	url, stop := start(t, &slowStore{}, nil)
	for query, want := range map[string]int{"": 409, "?async=true": 202} {
		r, err := post(t, url+"/materialize-incremental"+query, `{"end_ts":"2026-11-24T00:00:00+00:00","feature_views":["txn"]}`)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("%q: got %s, want %d", query, r.Status, want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestNotReadyIs503(t *testing.T) {
	t.Parallel()
	url, stop := start(t, &slowStore{}, nil)
	for path, want := range map[string]int{"/readyz": 503, "/health": 503, "/livez": 200} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: got %s, want %d", path, answer.Status, want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestBadInput_98_port_in_use_and_open_bind(t *testing.T) {
	t.Parallel()
	s := httpserver.New(&slowStore{}, nil)
	l, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := s.Listen(l.Addr().String()); errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("a port in use gave %v", err)
	}
	for _, open := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0"} {
		if _, err := s.Listen(open); errs.CodeOf(err) != errs.PermissionDenied || !strings.Contains(err.Error(), "--insecure") {
			t.Errorf("%s gave %v, want a refusal that names --insecure", open, err)
		}
	}
	l2, err := httpserver.New(&slowStore{}, &httpserver.Options{Insecure: true}).Listen("0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l2.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

func TestWithoutMetricsNothingCounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	h := httpserver.New(f.store, nil).Handler()
	for path, want := range map[string]int{"/get-online-features": http.StatusOK, "/v1/online": http.StatusOK, "/metrics": http.StatusNotFound} {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
		if want == http.StatusOK {
			r = httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(onlineBody("1")))
			r.Header.Set("Content-Type", "application/json")
		}
		got := httptest.NewRecorder()
		if h.ServeHTTP(got, r); got.Code != want {
			t.Errorf("%s: got %d %s, want %d", path, got.Code, got.Body, want)
		}
	}
}

func TestMetricsNameNoKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.post("/v1/online", onlineBody("987654321"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.srv.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, body := f.do(r)
	for _, want := range []string{
		`truepoint_online_request_duration_seconds_count{code="200",service=""} 1`,
		`truepoint_online_cells_total{status="NOT_FOUND",view="txn"} 1`,
		`truepoint_registry_revision 1`,
		`truepoint_value_age_seconds{view="txn"}`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if strings.Contains(body, "987654321") {
		t.Error("/metrics holds an entity key")
	}
}
