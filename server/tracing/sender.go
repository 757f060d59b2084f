package tracing

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// scope says what made the spans.
var scope = &commonpb.InstrumentationScope{Name: "github.com/truepoint/truepoint"}

// A sender makes spans of notes, in the form of OTLP, and sends them.
type sender struct {
	client    otlptrace.Client
	process   *resourcepb.Resource // what the spans are of
	schemaURL string               // of process
	log       *slog.Logger
}

// newSender returns a sender of the spans of a process, which uses a client that has been started.
func newSender(client otlptrace.Client, process *resource.Resource, log *slog.Logger) *sender {
	return &sender{client, &resourcepb.Resource{Attributes: attributesOf(process.Attributes())}, process.SchemaURL(), log}
}

// export sends the spans of notes, and tells in the log if they could not be sent.
func (s *sender) export(ctx context.Context, notes []note) {
	spans := make([]*tracepb.Span, len(notes))
	for i := range notes {
		spans[i] = notes[i].span()
	}
	all := []*tracepb.ResourceSpans{{Resource: s.process, SchemaUrl: s.schemaURL, ScopeSpans: []*tracepb.ScopeSpans{{Scope: scope, Spans: spans}}}}
	if err := s.client.UploadTraces(ctx, all); err != nil {
		s.log.WarnContext(ctx, "spans could not be sent", "spans", len(spans), "error", err.Error())
	}
}

// Shutdown ends the client.
func (s *sender) Shutdown(ctx context.Context) error { return s.client.Stop(ctx) }

// span returns the span of a note.
func (n *note) span() *tracepb.Span {
	id, of := n.own.SpanID(), n.own.TraceID()
	s := &tracepb.Span{
		TraceId: of[:], SpanId: id[:], TraceState: n.own.TraceState().String(),
		Flags: uint32(n.own.TraceFlags()) | uint32(tracepb.SpanFlags_SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK),
		Kind:  n.kind, Name: n.name, Attributes: attributesOf(n.attributes),
		StartTimeUnixNano: uint64(n.began.UnixNano()), EndTimeUnixNano: uint64(n.ended.UnixNano()),
	}
	if n.parent.IsValid() {
		parent := n.parent.SpanID()
		s.ParentSpanId = parent[:]
	}
	if n.parent.IsRemote() {
		s.Flags |= uint32(tracepb.SpanFlags_SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK)
	}
	if n.failed != "" {
		s.Attributes = append(s.Attributes, attributeOf(attribute.String("error.type", n.failed)))
		s.Status = &tracepb.Status{Code: tracepb.Status_STATUS_CODE_ERROR}
	}
	return s
}

func attributesOf(all []attribute.KeyValue) []*commonpb.KeyValue {
	out := make([]*commonpb.KeyValue, len(all))
	for i, a := range all {
		out[i] = attributeOf(a)
	}
	return out
}

// attributeOf returns a number as a number, and what is neither number nor text as text.
func attributeOf(a attribute.KeyValue) *commonpb.KeyValue {
	v := &commonpb.AnyValue{}
	if a.Value.Type() == attribute.INT64 {
		v.Value = &commonpb.AnyValue_IntValue{IntValue: a.Value.AsInt64()}
	} else {
		v.Value = &commonpb.AnyValue_StringValue{StringValue: a.Value.Emit()}
	}
	return &commonpb.KeyValue{Key: string(a.Key), Value: v}
}
