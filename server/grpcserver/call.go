package grpcserver

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/expiry"
	"github.com/truepoint/truepoint/server/tracing"
)

// method describes a method that takes a Q and answers with a message or an answer. The caller is checked before the
// request is decoded.
func method[Q any](name string, role access.Role, do func(*Server, context.Context, *Q) (any, error)) grpc.MethodDesc {
	return grpc.MethodDesc{MethodName: name, Handler: func(server any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		s := server.(*Server)
		return s.call(ctx, role, func(ctx context.Context) (any, error) {
			q := new(Q)
			if err := decode(q); err != nil {
				return nil, unreadable(err)
			}
			return do(s, ctx, q)
		})
	}}
}

// reading describes a method that answers an online read. The caller is checked before the request is decoded.
func reading(name string, d *dialect) grpc.MethodDesc {
	return grpc.MethodDesc{MethodName: name, Handler: func(server any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		s := server.(*Server)
		return s.call(ctx, access.Read, func(ctx context.Context) (any, error) { return s.online(ctx, decode, d) })
	}}
}

// call runs do for a caller who may call it, within the deadline.
func (s *Server) call(ctx context.Context, role access.Role, do func(context.Context) (any, error)) (reply any, err error) {
	began := time.Now()
	ctx, span := s.startSpan(ctx)
	if id := givenID(ctx); id != "" {
		_ = grpc.SetHeader(ctx, metadata.Pairs(requestIDName, id)) // fails after the answer only
	}
	defer func() {
		if p := recover(); p != nil {
			err = errs.New(errs.Internal, "panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			reply, err = nil, s.refuse(ctx, err)
		}
		if s.opt.AccessLog {
			s.logAccess(ctx, err, time.Since(began))
		}
		endSpan(ctx, span, err)
	}()
	if err := s.allow(ctx, role); err != nil {
		return nil, err
	}
	limited := expiry.New(ctx, began.Add(s.opt.Deadline))
	defer limited.End()
	if err := limited.Err(); err != nil {
		return nil, err
	}
	return do(limited)
}

// allow returns nil if the caller may do what role may.
func (s *Server) allow(ctx context.Context, role access.Role) error {
	if s.opt.Tokens == nil {
		return nil
	}
	authorization := ""
	if all := metadata.ValueFromIncomingContext(ctx, "authorization"); len(all) == 1 {
		authorization = all[0]
	}
	return s.opt.Tokens.Check(authorization, role)
}

// refuse returns err as a client sees it, and logs what is a fault of the program.
func (s *Server) refuse(ctx context.Context, err error) error {
	if code := errs.CodeOf(err); code == errs.Internal || code == errs.Unknown || code == errs.DataLoss {
		s.opt.Log.ErrorContext(ctx, "request failed", "method", methodOf(ctx), "error", err.Error())
	}
	return statusOf(ctx, err)
}

func methodOf(ctx context.Context) string {
	name, _ := grpc.Method(ctx)
	return name
}

// logAccess writes a line of the access log. No keys, values or messages.
func (s *Server) logAccess(ctx context.Context, err error, took time.Duration) {
	attrs := []slog.Attr{slog.String("method", methodOf(ctx)), slog.String("status", errs.CodeOf(err).String()), slog.Duration("took", took)}
	if p, ok := peer.FromContext(ctx); ok {
		attrs = append(attrs, slog.String("remote", p.Addr.String()))
	}
	if id := tracing.ID(ctx); id != "" {
		attrs = append(attrs, slog.String("trace_id", id))
	}
	s.opt.Log.LogAttrs(ctx, slog.LevelInfo, "request", attrs...)
}

// stream checks who calls a method that streams, which are those of health and of reflection, and ends it when the server
// stops: clients leave such streams open.
func (s *Server) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if strings.HasPrefix(info.FullMethod, "/grpc.reflection.") {
		if err := s.allow(stream.Context(), access.Admin); err != nil {
			return s.refuse(stream.Context(), err)
		}
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	s.background.Go(func() {
		select {
		case <-s.draining:
			cancel()
		case <-ctx.Done():
		}
	})
	return handle(srv, &ending{stream, ctx})
}

// An ending stream has a context of its own.
type ending struct {
	grpc.ServerStream
	ctx context.Context
}

// Context returns it.
func (e *ending) Context() context.Context { return e.ctx }
