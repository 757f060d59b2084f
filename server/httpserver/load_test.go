package httpserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/offline/memoffline"
	onlineport "github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/server/admission"
	"github.com/truepoint/truepoint/server/httpserver"
)

// postTo sends a read with headers and returns the answer, whose body is closed.
func postTo(t *testing.T, url string, header http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(onlineBody("1")))
	if err != nil {
		t.Fatal(err)
	}
	if r.Header = header.Clone(); r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}

func TestReadsBeyondTheLimitAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	store := &slowStore{entered: make(chan struct{}, 3), release: make(chan struct{})}
	url, stop := start(t, store, &httpserver.Options{Gate: admission.New(2)})
	first := make(chan int, 2)
	for range 2 {
		go func() { first <- postTo(t, url+"/get-online-features", nil).StatusCode }()
		<-store.entered
	}
	for _, path := range []string{"/get-online-features", "/v1/online"} {
		if res := postTo(t, url+path, nil); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: got %d, Retry-After %q, want 503 and 1", path, res.StatusCode, res.Header.Get("Retry-After"))
		}
	}
	close(store.release)
	for range 2 {
		if got := <-first; got != http.StatusOK {
			t.Errorf("a read within the limit: got %d, want 200", got)
		}
	}
	if res := postTo(t, url+"/v1/online", nil); res.StatusCode != http.StatusOK {
		t.Errorf("afterwards: got %d, want 200", res.StatusCode)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestTheLimitOfHeadersIsTheOneThatWasSet(t *testing.T) {
	t.Parallel()
	long := http.Header{"X-Long": {strings.Repeat("x", 10_000)}}
	for most, want := range map[int]int{0: http.StatusMethodNotAllowed, 1024: http.StatusRequestHeaderFieldsTooLarge} {
		url, stop := start(t, &slowStore{}, &httpserver.Options{HeaderBytesMax: most})
		if got := postTo(t, url+"/livez", long).StatusCode; got != want {
			t.Errorf("a header of 10,000 bytes where %d is set: got %d, want %d", most, got, want)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestRequestIDIsRepeated(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for id, want := range map[string]string{"abc-123": "abc-123", "": "", "a b": "", "é": "", strings.Repeat("x", 128): strings.Repeat("x", 128), strings.Repeat("x", 129): ""} {
		for _, path := range []string{"/v1/online", "/nowhere"} {
			if got := postTo(t, f.srv.URL+path, http.Header{"X-Request-Id": {id}}).Header.Get("X-Request-Id"); got != want {
				t.Errorf("%s with %q: got %q, want %q", path, id, got, want)
			}
		}
	}
}

func TestRequestsOfDifferentPlansAreCountedEachByItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for range 2 { // one after the other: each finds what the one before it left
		f.post("/get-online-features", onlineBody("1"))
		f.post("/v1/online", onlineBody("1,999"))
		f.post("/get-online-features", `{"entities":{"user_id":[1]},"feature_service":"svc"}`)
		f.post("/v1/online", `{"entities":{"name":["x"]},"features":["names_seen:seen"]}`)
	}
	_, text := f.get("/metrics")
	for _, want := range []string{`truepoint_online_cells_total{status="PRESENT",view="txn"} 8`, `truepoint_online_cells_total{status="NOT_FOUND",view="txn"} 2`,
		`truepoint_online_cells_total{status="NOT_FOUND",view="names_seen"} 2`, `truepoint_online_request_duration_seconds_count{code="200",service="svc"} 2`,
		`truepoint_online_request_duration_seconds_count{code="200",service=""} 6`} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
}

func TestMetricsTellWhatIsKeptAndWhatTheStoreTook(t *testing.T) {
	t.Parallel()
	m := httpserver.NewMetrics()
	f := newEmptyFixture(t, definitions(), memoffline.New(), &httpserver.Options{Metrics: m})
	f.store.Watch(m.Watch("memory", nil))
	m.Watch("memory", nil).Called(t.Context(), onlineport.Call{Op: onlineport.OpWrite, Began: time.Now(), Shared: 3})
	f.push(`{"user_id":[1],"cnt":[1],"amt_avg":[1.5],"amt_f32":[1],"country":["FR"],"last_seen":[1],"event_timestamp":["2026-11-24T03:00:00"],"created":["2026-11-24T03:00:00"]}`)
	f.post("/get-online-features", onlineBody("1"))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.srv.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, text := f.do(r)
	for _, want := range []string{`truepoint_online_cache_reads_total{outcome="miss"}`, `truepoint_online_cache_bytes `, `truepoint_online_cells_total{status="PRESENT",view="txn"} 1`,
		`truepoint_online_store_duration_seconds_count{op="read",store="memory"} 1`, `truepoint_online_store_duration_seconds_count{op="write",store="memory"} 2`,
		`truepoint_online_store_shared_keys_total{store="memory"} 3`} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
