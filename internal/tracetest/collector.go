// Package tracetest is a collector of traces for tests: it takes OTLP over HTTP, as real ones do, and keeps the spans.
package tracetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	coltracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A Collector keeps what it is sent. It is safe for concurrent use.
type Collector struct {
	URL string // its address, without a path

	mu       sync.Mutex
	spans    []*tracepb.Span
	resource map[string]string // attributes of the process that sent last
}

// New returns a collector on a free port of the loopback, which the test closes.
func New(t testing.TB) *Collector {
	t.Helper()
	c := &Collector{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("%s %s with %s is no request of OTLP", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var sent coltracepb.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &sent); err != nil {
			t.Errorf("what was sent is no request of OTLP: %v", err)
		}
		c.keep(&sent)
		w.Header().Set("Content-Type", "application/x-protobuf") // the empty message: all was taken
	}))
	t.Cleanup(s.Close)
	c.URL = s.URL
	return c
}

func (c *Collector) keep(sent *coltracepb.ExportTraceServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, of := range sent.GetResourceSpans() {
		c.resource = Attributes(of.GetResource().GetAttributes())
		for _, scope := range of.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
}

// Spans returns the spans that were sent, by name; of several with one name the last.
func (c *Collector) Spans() map[string]*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]*tracepb.Span{}
	for _, s := range c.spans {
		out[s.GetName()] = s
	}
	return out
}

// Count returns how many spans were sent.
func (c *Collector) Count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.spans)
}

// Resource returns the attributes of the process that sent last.
func (c *Collector) Resource() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.resource
}

// Attributes returns attributes as text; whole numbers as their digits.
func Attributes(all []*commonpb.KeyValue) map[string]string {
	out := map[string]string{}
	for _, a := range all {
		switch v := a.GetValue().GetValue().(type) {
		case *commonpb.AnyValue_StringValue:
			out[a.GetKey()] = v.StringValue
		case *commonpb.AnyValue_IntValue:
			out[a.GetKey()] = strconv.FormatInt(v.IntValue, 10)
		default:
			out[a.GetKey()] = a.GetValue().String()
		}
	}
	return out
}
