package grpcserver

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/truepoint/truepoint/server/tracing"
)

// startSpan begins the span of a call if it is sampled, and returns the context to answer it in. The answer's header names
// the span to whoever asked.
func (s *Server) startSpan(ctx context.Context) (context.Context, *tracing.Span) {
	if s.opt.Tracer == nil {
		return ctx, nil
	}
	var from tracing.Caller
	if all := metadata.ValueFromIncomingContext(ctx, tracing.ParentHeader); len(all) == 1 {
		from = tracing.Caller{Parent: all[0], State: strings.Join(metadata.ValueFromIncomingContext(ctx, tracing.StateHeader), ",")}
	}
	if s.opt.Tracer.Passes(from.Parent) {
		return ctx, nil
	}
	ctx, span := s.opt.Tracer.Start(ctx, from, strings.TrimPrefix(methodOf(ctx), "/"))
	if span != nil {
		_ = grpc.SetHeader(ctx, metadata.Pairs(tracing.ParentHeader, span.Parent())) // fails after the answer only
	}
	return ctx, span
}

// endSpan ends the span of the call of ctx, which a client sees end with err. Faults of the client are no failures.
func endSpan(ctx context.Context, span *tracing.Span, err error) {
	if span == nil {
		return
	}
	service, method, _ := strings.Cut(strings.TrimPrefix(methodOf(ctx), "/"), "/")
	code := status.Code(err)
	span.Set(attribute.String("rpc.system", "grpc"), attribute.String("rpc.service", service), attribute.String("rpc.method", method),
		attribute.Int("rpc.grpc.status_code", int(code)))
	switch code {
	case codes.Unknown, codes.DeadlineExceeded, codes.Unimplemented, codes.Internal, codes.Unavailable, codes.DataLoss:
		span.Fail(code.String())
	}
	span.End()
}
