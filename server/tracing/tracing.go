// Package tracing makes OpenTelemetry spans of requests and of what the online store takes for them, and sends them to a
// collector over OTLP. Nothing is made of a request that is not sampled, so that tracing costs what the sampled ones cost.
//
// No span holds an entity key, a value or a text of a request.
package tracing

import (
	"cmp"
	"context"
	"log/slog"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// DefaultSample is the share of requests that are sampled unless their caller decides.
const DefaultSample = 0.01

// tracesPath is where a collector takes traces, if its address does not say.
const tracesPath = "/v1/traces"

// Options tunes a Tracer. The zero value of every member means its default.
type Options struct {
	Sample  float64       // share of the requests whose caller does not decide; default DefaultSample
	Wait    time.Duration // how long a span waits for others before it is sent; default 5 s
	Version string        // of this program
	Log     *slog.Logger  // is told what could not be sent; default: discards
}

// A Tracer makes spans. It is safe for concurrent use. A nil Tracer makes none and costs nothing.
type Tracer struct {
	chance chance // for requests whose caller does not decide
	queue  *queue
}

// Open returns a Tracer that sends to a collector, http://host:4318 say, in the background: at most 2,048 spans wait, and
// what does not fit is dropped. A collector that does not answer is told in the log, and stops nothing. Headers for it,
// such as a password, come from OTEL_EXPORTER_OTLP_HEADERS, more about this process from OTEL_SERVICE_NAME and
// OTEL_RESOURCE_ATTRIBUTES. Errors: InvalidArgument for an address that is no URL of http or https. Close ends it.
func Open(ctx context.Context, collector string, opt *Options) (*Tracer, error) {
	var o Options
	if opt != nil {
		o = *opt
	}
	if o.Sample == 0 {
		o.Sample = DefaultSample
	}
	o.Wait = cmp.Or(o.Wait, queueWait)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	u, err := url.Parse(collector)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errs.New(errs.InvalidArgument, "%q is no address of a collector of traces", collector).WithID("T0990").
			WithHint("write it as http://localhost:4318")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = tracesPath
	}
	client := otlptracehttp.NewClient(otlptracehttp.WithEndpointURL(u.String()))
	if err := client.Start(ctx); err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "the collector of traces cannot be used").WithID("T0990")
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "truepoint"), attribute.String("service.version", o.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "OTEL_RESOURCE_ATTRIBUTES cannot be read").WithID("T0991")
	}
	t := &Tracer{queue: newQueue(newSender(client, about, o.Log), o.Wait)}
	t.chance.init(o.Sample)
	return t, nil
}

// Close sends what waits, until ctx ends, and stops. Errors: that of ctx, if something was left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.queue.Shutdown(ctx)
}

// A Caller is the trace context (W3C) that a request came with, as its headers say it; empty without one.
type Caller struct{ Parent, State string }

// Passes reports whether a request whose caller sent no trace context is one of those that chance does not sample, of which
// nothing else need be done. It is small enough to be part of the code that calls it, because most requests pass. A request
// is asked about once: Start decides about one that does not pass.
func (t *Tracer) Passes(parent string) bool { return t == nil || parent == "" && t.chance.passes() }

// Start begins the span of a request that did not pass if it is sampled, and returns the context to answer it in; otherwise
// ctx and nil. A caller that has a trace context decides, chance does for the others.
func (t *Tracer) Start(ctx context.Context, from Caller, name string) (context.Context, *Span) {
	if !t.sampled(from.Parent) {
		return ctx, nil
	}
	var parent trace.SpanContext
	if from.Parent != "" {
		carried := propagation.MapCarrier{ParentHeader: from.Parent, StateHeader: from.State}
		parent = trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), carried))
	}
	s := &Span{queue: t.queue, note: newNote(parent, tracepb.Span_SPAN_KIND_SERVER, name, time.Now())}
	return context.WithValue(ctx, spanKey{}, s), s
}

// sampled decides about a request that did not pass by the trace context of its caller, and by chance if that does not say.
func (t *Tracer) sampled(parent string) bool {
	if parent == "" {
		return t.chance.met()
	}
	if chosen, ok := parentChose(parent); ok {
		return chosen
	}
	return !t.chance.passes() && t.chance.met()
}

// StoreCalled makes a span of a call of an online store that took until now, if the request of ctx is sampled.
func (t *Tracer) StoreCalled(ctx context.Context, store string, c online.Call) {
	if t == nil {
		return
	}
	of := spanOf(ctx)
	if of == nil {
		return
	}
	n := newNote(of.note.own, tracepb.Span_SPAN_KIND_CLIENT, "online store "+string(c.Op), c.Began)
	n.attributes = []attribute.KeyValue{
		attribute.String("db.system.name", store), attribute.String("db.operation.name", string(c.Op)),
		attribute.Int("truepoint.tables", c.Tables), attribute.Int("truepoint.keys", c.Keys),
	}
	if c.Err != nil {
		n.failed = errs.CodeOf(c.Err).String()
	}
	n.ended = time.Now()
	t.queue.add(n)
}
