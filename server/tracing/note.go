package tracing

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// A note is what a request leaves of a span, which is made of it later, in the background and together with many others.
type note struct {
	own        trace.SpanContext
	parent     trace.SpanContext // not valid: there is none
	kind       trace.SpanKind
	name       string
	began      time.Time
	ended      time.Time
	attributes []attribute.KeyValue
	failed     string // the reason, of few words; "": it did not fail
}

// newNote returns a note of a sampled span that begins now or at another time, of the trace of its parent or one of its own.
func newNote(parent trace.SpanContext, kind trace.SpanKind, name string, began time.Time) note {
	of := trace.SpanContextConfig{TraceID: parent.TraceID(), SpanID: newSpanID(), TraceFlags: trace.FlagsSampled, TraceState: parent.TraceState()}
	if !parent.IsValid() {
		of.TraceID = newTraceID()
	}
	return note{own: trace.NewSpanContext(of), parent: parent, kind: kind, name: name, began: began}
}

var le = binary.LittleEndian

func newSpanID() (id trace.SpanID) {
	for !id.IsValid() {
		le.PutUint64(id[:], rand.Uint64())
	}
	return id
}

func newTraceID() (id trace.TraceID) {
	for !id.IsValid() {
		le.PutUint64(id[:8], rand.Uint64())
		le.PutUint64(id[8:], rand.Uint64())
	}
	return id
}

// A maker makes spans of notes and exports them, one batch at a time.
type maker struct {
	exporter sdktrace.SpanExporter
	tracer   trace.Tracer
	made     []sdktrace.ReadOnlySpan
}

// newMaker returns a maker whose spans are of a process that the options tell about.
func newMaker(exporter sdktrace.SpanExporter, about ...sdktrace.TracerProviderOption) *maker {
	m := &maker{exporter: exporter}
	p := sdktrace.NewTracerProvider(append(about,
		sdktrace.WithSampler(sdktrace.AlwaysSample()), sdktrace.WithIDGenerator(noted{}), sdktrace.WithSpanProcessor(m))...)
	m.tracer = p.Tracer("github.com/truepoint/truepoint")
	return m
}

// export makes the spans of notes and sends them. The exporter tells of failures.
func (m *maker) export(ctx context.Context, notes []note) {
	for i := range notes {
		m.make(&notes[i])
	}
	_ = m.exporter.ExportSpans(ctx, m.made)
	m.made = nil
}

func (m *maker) make(n *note) {
	ctx := context.WithValue(trace.ContextWithSpanContext(context.Background(), n.parent), ownKey{}, n.own)
	_, s := m.tracer.Start(ctx, n.name, trace.WithSpanKind(n.kind), trace.WithTimestamp(n.began), trace.WithAttributes(n.attributes...))
	if n.failed != "" {
		s.SetAttributes(attribute.String("error.type", n.failed))
		s.SetStatus(codes.Error, "")
	}
	s.End(trace.WithTimestamp(n.ended))
}

// ownKey is the key of the identifiers of a span that is made.
type ownKey struct{}

// noted is the sdktrace.IDGenerator that gives a span the identifiers of its note.
type noted struct{}

// NewIDs implements sdktrace.IDGenerator.
func (noted) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	own := ctx.Value(ownKey{}).(trace.SpanContext)
	return own.TraceID(), own.SpanID()
}

// NewSpanID implements sdktrace.IDGenerator.
func (g noted) NewSpanID(ctx context.Context, _ trace.TraceID) trace.SpanID {
	_, id := g.NewIDs(ctx)
	return id
}

// OnStart implements sdktrace.SpanProcessor.
func (*maker) OnStart(context.Context, sdktrace.ReadWriteSpan) {}

// OnEnd keeps a span for the batch.
func (m *maker) OnEnd(s sdktrace.ReadOnlySpan) { m.made = append(m.made, s) }

// ForceFlush implements sdktrace.SpanProcessor.
func (*maker) ForceFlush(context.Context) error { return nil }

// Shutdown ends the exporter.
func (m *maker) Shutdown(ctx context.Context) error { return m.exporter.Shutdown(ctx) }
