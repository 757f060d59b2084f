package httpserver_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/internal/tracetest"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/server/tracing"
)

// callersTrace is the trace of a caller that samples its request.
const callersTrace = "0123456789abcdef0123456789abcdef"

func TestTracesLeadFromTheCallerToTheStore(t *testing.T) {
	t.Parallel()
	collector := tracetest.New(t)
	tracer, err := tracing.Open(t.Context(), collector.URL, &tracing.Options{Sample: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	metrics := httpserver.NewMetrics()
	f := newFixtureOn(t, definitions(), &truepoint.Options{Offline: memoffline.New(), Online: fault.Online(memonline.New(), fault.New(fault.Rule{Op: "GetBatch", Nth: 2}))},
		&httpserver.Options{Metrics: metrics, Tracer: tracer, AccessLog: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	f.store.Watch(metrics.Watch("redis", tracer))
	parent := http.Header{"Traceparent": {"00-" + callersTrace + "-0123456789abcdef-01"}}
	for _, path := range []string{"/get-online-features", "/v1/online"} { // whose reading fails, as cells
		answer := postTo(t, f.srv.URL+path, parent)
		if got := answer.Header.Get("Traceparent"); answer.StatusCode != http.StatusOK || !strings.HasPrefix(got, "00-"+callersTrace+"-") || strings.Contains(got, "0123456789abcdef-01") {
			t.Errorf("%s: got %d and the trace context %q", path, answer.StatusCode, got)
		}
	}
	for _, path := range []string{"/livez", "/nowhere"} {
		if answer := postTo(t, f.srv.URL+path, parent); answer.Header.Get("Traceparent") != "" {
			t.Errorf("%s is traced", path)
		}
	}
	if answer := postTo(t, f.srv.URL+"/v1/online", nil); answer.Header.Get("Traceparent") != "" {
		t.Error("a request that is not sampled is traced")
	}
	f.srv.Close() // handlers have ended, and their spans
	if err := tracer.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	spans := collector.Spans()
	request, read := spans["POST /v1/online"], spans["online store read"]
	if collector.Count() != 4 || request == nil || read == nil || spans["POST /get-online-features"] == nil {
		t.Fatalf("got the spans %v, want two requests with a reading each", spans)
	}
	if a := tracetest.Attributes(request.GetAttributes()); hex.EncodeToString(request.GetTraceId()) != callersTrace || a["http.route"] != "/v1/online" || a["http.response.status_code"] != "200" {
		t.Errorf("got the request %v", request)
	}
	if hex.EncodeToString(read.GetTraceId()) != callersTrace {
		t.Errorf("the reading is part of another trace: %v", read)
	}
	if n := strings.Count(log.String(), "trace_id="+callersTrace); n != 2 {
		t.Errorf("the access log names the trace %d times, want 2:\n%s", n, log.String())
	}
}

func TestASpanOfARequestThatTheServerFailsSaysSo(t *testing.T) {
	t.Parallel()
	collector := tracetest.New(t)
	tracer, err := tracing.Open(t.Context(), collector.URL, &tracing.Options{Sample: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := newFixtureOn(t, definitions(), &truepoint.Options{Offline: memoffline.New(), Online: fault.Online(memonline.New(), fault.New(fault.Rule{Op: "GetBatch", Times: -1}))},
		&httpserver.Options{Tracer: tracer})
	f.post("/get-online-features", onlineBody("1"))
	f.post("/v1/online", `{"entities":{}`)
	f.srv.Close()
	if err := tracer.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{"POST /get-online-features": "503", "POST /v1/online": ""} {
		if got := tracetest.Attributes(collector.Spans()[name].GetAttributes())["error.type"]; got != want {
			t.Errorf("%s: got the failure %q, want %q", name, got, want)
		}
	}
}

// TestTracingCostsNothingWhereNothingIsSampled is not parallel, because the allocations of other tests would count.
func TestTracingCostsNothingWhereNothingIsSampled(t *testing.T) {
	tracer, err := tracing.Open(t.Context(), "http://127.0.0.1:1", &tracing.Options{Sample: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	store := wideStore(t, 10)
	count := func(opt *httpserver.Options) float64 {
		a := newAsking(t, httpserver.New(store, opt).Handler(), "/get-online-features", 10)
		a.ask()
		return testing.AllocsPerRun(1000, a.ask)
	}
	if off, on := count(nil), count(&httpserver.Options{Tracer: tracer}); on != off {
		t.Errorf("a request allocates %.0f times without tracing, and %.0f times where it is not sampled", off, on)
	}
	if err := tracer.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}
