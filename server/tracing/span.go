package tracing

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
)

// A Span is that of a request, for one goroutine at a time. A nil Span takes everything and keeps nothing.
type Span struct {
	queue *queue
	note  note
}

// spanKey is the key of the span of a request in its context.
type spanKey struct{}

// spanOf returns the span of a request, nil if it has none.
func spanOf(ctx context.Context) *Span {
	s, _ := ctx.Value(spanKey{}).(*Span)
	return s
}

// Parent returns the trace context that names this span as the parent, as W3C writes it; "" for a nil Span. An answer
// carries it, so that whoever asked finds the trace.
func (s *Span) Parent() string {
	if s == nil {
		return ""
	}
	c := s.note.own
	return "00-" + c.TraceID().String() + "-" + c.SpanID().String() + "-" + c.TraceFlags().String()
}

// ID returns the trace that a request of ctx is part of, "" if it is not sampled.
func ID(ctx context.Context) string {
	if s := spanOf(ctx); s != nil {
		return s.note.own.TraceID().String()
	}
	return ""
}

// Set notes attributes.
func (s *Span) Set(all ...attribute.KeyValue) {
	if s != nil {
		s.note.attributes = append(s.note.attributes, all...)
	}
}

// Fail notes that the request failed, for a reason of few words.
func (s *Span) Fail(reason string) {
	if s != nil {
		s.note.failed = reason
	}
}

// End ends the span. It may not be used afterwards.
func (s *Span) End() {
	if s != nil {
		s.note.ended = time.Now()
		s.queue.add(s.note)
	}
}
