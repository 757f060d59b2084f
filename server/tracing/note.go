package tracing

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// A note is what a request leaves of a span, which is made of it later, in the background and together with many others.
type note struct {
	own        trace.SpanContext
	parent     trace.SpanContext // not valid: there is none
	kind       tracepb.Span_SpanKind
	name       string
	began      time.Time
	ended      time.Time
	attributes []attribute.KeyValue
	failed     string // the reason, of few words; "": it did not fail
}

// newNote returns a note of a sampled span that begins now or at another time, of the trace of its parent or one of its own.
func newNote(parent trace.SpanContext, kind tracepb.Span_SpanKind, name string, began time.Time) note {
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
