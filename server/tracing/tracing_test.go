package tracing_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/tracetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/server/tracing"
)

// The trace contexts of two callers: one that samples its request, one that does not.
const (
	sampled   = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
	unsampled = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00"
)

func open(t *testing.T, url string, opt *tracing.Options) *tracing.Tracer {
	t.Helper()
	tr, err := tracing.Open(t.Context(), url, opt)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// start begins the span of a request, as servers do.
func start(ctx context.Context, tr *tracing.Tracer, from tracing.Caller, name string) (context.Context, *tracing.Span) {
	if tr.Passes(from.Parent) {
		return ctx, nil
	}
	return tr.Start(ctx, from, name)
}

// closed sends what waits.
func closed(t *testing.T, tr *tracing.Tracer) {
	t.Helper()
	if err := tr.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestASampledRequestAndItsReadingReachTheCollector(t *testing.T) {
	t.Parallel()
	c := tracetest.New(t)
	tr := open(t, c.URL, &tracing.Options{Sample: 1e-9, Version: "1.2.3"})
	ctx, span := start(t.Context(), tr, tracing.Caller{Parent: sampled, State: "k=v"}, "POST /v1/online")
	began := time.Now()
	tr.StoreCalled(ctx, "redis", online.Call{Op: online.OpRead, Began: began, Tables: 5, Keys: 500})
	tr.StoreCalled(ctx, "redis", online.Call{Op: online.OpWrite, Began: began, Tables: 1, Keys: 1, Err: errs.New(errs.Unavailable, "user 42 is secret")})
	parent := span.Parent()
	span.End()
	closed(t, tr)

	all := c.Spans()
	request, read, write := all["POST /v1/online"], all["online store read"], all["online store write"]
	if len(all) != 3 || request == nil || read == nil || write == nil {
		t.Fatalf("got the spans %v", all)
	}
	trace, id := hex.EncodeToString(request.GetTraceId()), hex.EncodeToString(request.GetSpanId())
	if trace != "0123456789abcdef0123456789abcdef" || hex.EncodeToString(request.GetParentSpanId()) != "0123456789abcdef" || request.GetTraceState() != "k=v" ||
		request.GetKind() != tracepb.Span_SPAN_KIND_SERVER {
		t.Errorf("the request is no part of its caller's trace: %v", request)
	}
	if parent != "00-"+trace+"-"+id+"-01" || tracing.ID(ctx) != trace {
		t.Errorf("got the trace context %s and the trace %s, want those of %v", parent, tracing.ID(ctx), request)
	}
	if a := tracetest.Attributes(read.GetAttributes()); !bytes.Equal(read.GetParentSpanId(), request.GetSpanId()) || a["db.system.name"] != "redis" || a["truepoint.keys"] != "500" ||
		a["truepoint.tables"] != "5" || read.GetStartTimeUnixNano() != uint64(began.UnixNano()) || read.GetEndTimeUnixNano() < read.GetStartTimeUnixNano() || read.GetKind() != tracepb.Span_SPAN_KIND_CLIENT {
		t.Errorf("got the reading %v", read)
	}
	if write.GetStatus().GetCode() != tracepb.Status_STATUS_CODE_ERROR || tracetest.Attributes(write.GetAttributes())["error.type"] != "unavailable" || strings.Contains(write.String(), "secret") {
		t.Errorf("got the writing that failed %v", write)
	}
	if r := c.Resource(); r["service.name"] != "truepoint" || r["service.version"] != "1.2.3" {
		t.Errorf("the process says that it is %v", r)
	}
}

func TestTheCallerDecidesAndChanceDoesForTheOthers(t *testing.T) {
	t.Parallel()
	c := tracetest.New(t)
	tr := open(t, c.URL, &tracing.Options{Sample: 0.1})
	count := func(parent string) (n int) {
		for range 1000 {
			if _, span := start(t.Context(), tr, tracing.Caller{Parent: parent}, "x"); span != nil {
				n++ // and does not end, so that nothing is sent
			}
		}
		return n
	}
	if n := count(sampled); n != 1000 {
		t.Errorf("%d of 1,000 requests are sampled whose callers want that", n)
	}
	if n := count(unsampled); n != 0 {
		t.Errorf("%d of 1,000 requests are sampled whose callers do not want that", n)
	}
	for _, parent := range []string{"", "nonsense"} {
		if n := count(parent); n < 30 || n > 200 { // more than 7 standard deviations from 100
			t.Errorf("%d of 1,000 requests with the trace context %q are sampled, want about 100", n, parent)
		}
	}
	closed(t, tr)
	if n := c.Count(); n != 0 {
		t.Errorf("%d spans were sent that have not ended", n)
	}
}

// TestWhatIsNotSampledCostsNoMemory is not parallel, because the allocations of other tests would count.
func TestWhatIsNotSampledCostsNoMemory(t *testing.T) {
	tr := open(t, "http://127.0.0.1:1", &tracing.Options{Sample: 1e-12})
	ctx := t.Context()
	for name, of := range map[string]*tracing.Tracer{"off": nil, "on": tr} {
		if n := testing.AllocsPerRun(1000, func() {
			ctx, span := start(ctx, of, tracing.Caller{Parent: unsampled}, "POST /v1/online")
			_, other := start(ctx, of, tracing.Caller{}, "POST /v1/online")
			of.StoreCalled(ctx, "redis", online.Call{Op: online.OpRead})
			span.End()
			other.End()
		}); n != 0 {
			t.Errorf("tracing that is %s allocates %.1f times for what is not sampled", name, n)
		}
	}
	closed(t, tr)
}

func TestACollectorThatDoesNotAnswerStopsNothing(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var log bytes.Buffer
	tr := open(t, "http://"+l.Addr().String(), &tracing.Options{Sample: 1, Log: slog.New(slog.NewTextHandler(&log, nil))})
	began := time.Now()
	for range 20_000 { // ten times what waits at most
		_, span := start(t.Context(), tr, tracing.Caller{}, "x")
		span.End()
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("20,000 spans took %s: they wait for the collector", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := tr.Close(ctx); err == nil && !strings.Contains(log.String(), "could not be sent") {
		t.Error("nobody was told that spans are lost")
	}
}

func TestAddressesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "localhost:4318", "ftp://x", "http://", "http://a b", "://"} {
		if _, err := tracing.Open(t.Context(), url, nil); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%q: got %v", url, err)
		}
	}
}
