package tracing

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// A Span is that of a request. A nil Span takes everything and keeps nothing.
type Span struct{ span trace.Span }

// Parent returns the trace context that names this span as the parent, as W3C writes it; "" for a nil Span. An answer
// carries it, so that whoever asked finds the trace.
func (s *Span) Parent() string {
	if s == nil {
		return ""
	}
	c := s.span.SpanContext()
	return "00-" + c.TraceID().String() + "-" + c.SpanID().String() + "-" + c.TraceFlags().String()
}

// ID returns the trace that a request of ctx is part of, "" if it is not sampled.
func ID(ctx context.Context) string {
	if c := trace.SpanContextFromContext(ctx); c.IsSampled() {
		return c.TraceID().String()
	}
	return ""
}

// Set notes attributes.
func (s *Span) Set(all ...attribute.KeyValue) {
	if s != nil {
		s.span.SetAttributes(all...)
	}
}

// Fail notes that the request failed, for a reason of few words.
func (s *Span) Fail(reason string) {
	if s != nil {
		fail(s.span, reason)
	}
}

// End ends the span.
func (s *Span) End() {
	if s != nil {
		s.span.End()
	}
}
