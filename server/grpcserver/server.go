package grpcserver

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/internal/featurelog"
	"github.com/truepoint/truepoint/internal/socket"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/admission"
	"github.com/truepoint/truepoint/server/idle"
	"github.com/truepoint/truepoint/server/tracing"
	"github.com/truepoint/truepoint/serving"
)

// A Store is what the server needs of truepoint.Store, which is one. Whoever runs the server keeps its definitions
// current, with Store.Run, which the HTTP server of the same process does.
type Store interface {
	Render(ctx context.Context, q *serving.Request, form serving.Form, r *serving.Rendering) error
	Push(ctx context.Context, r *ingest.Request) (*ingest.Result, error)
	Ready(ctx context.Context) error
}

// An Observer counts online reads: what was written of an answer, nil for an error. It must not keep it.
type Observer interface {
	Observe(err error, r *serving.Rendering, took time.Duration)
}

// Options tunes a Server. The zero value of every member means its default.
type Options struct {
	MessageBytesMax int             // of a request; default 16 MiB
	HeaderBytesMax  int             // of all metadata; default 64 KiB
	Deadline        time.Duration   // of a read or a push, if the client sets no earlier one; default 5 s
	Drain           time.Duration   // how long requests may finish after the context of Serve ends; default 10 s
	Tokens          *access.Tokens  // who may call; nil: everybody
	TLS             *tls.Config     // nil: plain text; sockets are always plain
	Reflection      bool            // tell clients which services there are
	AccessLog       bool            // log every request at level info
	Log             *slog.Logger    // default: discards
	Version         string          // told by GetFeastServingInfo
	Observer        Observer        // default: nobody counts
	Gate            *admission.Gate // online reads at a time, of all servers; more are refused with UNAVAILABLE; default: one of its own
	Tracer          *tracing.Tracer // makes spans of calls; nil: none
	FeatureLog      *featurelog.Log // keeps what online reads are answered; nil: nothing does
}

// Defaults and bounds.
const (
	messageBytesMax = 16 << 20
	headerBytesMax  = 64 << 10
	deadline        = 5 * time.Second
	drain           = 10 * time.Second
	streamsMax      = 250 // requests at a time on one connection
	handshakeMax    = 10 * time.Second
	pingEvery       = 10 * time.Second // clients that ping more often are sent away
)

// A Server answers for one Store. It is safe for concurrent use, and serves once.
type Server struct {
	store  Store
	opt    Options
	grpc   *grpc.Server
	health *health.Server

	background sync.WaitGroup
	draining   chan struct{} // closed when Serve stops
	idle       idle.List[exchange]
	answers    idle.List[answer] // that have been sent
	told       revisionHeader
}

// New returns a server; nothing listens yet. A nil opt means defaults.
func New(store Store, opt *Options) *Server {
	s := &Server{store: store, health: health.NewServer(), draining: make(chan struct{})}
	if opt != nil {
		s.opt = *opt
	}
	s.opt.MessageBytesMax = cmp.Or(s.opt.MessageBytesMax, messageBytesMax)
	s.opt.HeaderBytesMax = cmp.Or(s.opt.HeaderBytesMax, headerBytesMax)
	s.opt.Deadline = cmp.Or(s.opt.Deadline, deadline)
	s.opt.Drain = cmp.Or(s.opt.Drain, drain)
	if s.opt.Gate == nil {
		s.opt.Gate = admission.New(0)
	}
	if s.opt.Log == nil {
		s.opt.Log = slog.New(slog.DiscardHandler)
	}
	return s
}

// open returns a server of gRPC, which starts workers.
func (s *Server) open() *grpc.Server {
	g := grpc.NewServer(
		grpc.ForceServerCodecV2(newCodec()),
		grpc.MaxRecvMsgSize(s.opt.MessageBytesMax),
		grpc.MaxHeaderListSize(uint32(s.opt.HeaderBytesMax)),
		grpc.MaxConcurrentStreams(streamsMax),
		grpc.ConnectionTimeout(handshakeMax),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingEvery, PermitWithoutStream: true}),
		grpc.WaitForHandlers(true),
		grpc.NumStreamWorkers(uint32(idle.PerCore*runtime.GOMAXPROCS(0))),
		grpc.StreamInterceptor(s.stream),
	)
	for i := range services {
		g.RegisterService(&services[i], s)
	}
	grpc_health_v1.RegisterHealthServer(g, s.health)
	if s.opt.Reflection {
		reflection.Register(g)
	}
	return g
}

// Serve answers on all of ls until ctx ends; then it stops accepting, lets requests finish for at most Options.Drain,
// cuts off the others, and returns nil, or Unavailable when some were cut off. It closes ls.
func (s *Server) Serve(ctx context.Context, ls ...net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer s.background.Wait()
	defer stop()
	s.grpc = s.open()
	s.checkHealth(ctx)
	s.background.Go(func() { s.watchHealth(ctx) })
	failed := make(chan error, len(ls))
	for _, l := range ls {
		l = socket.Listener(l)
		if s.opt.TLS != nil && l.Addr().Network() != "unix" {
			l = tls.NewListener(l, s.opt.TLS)
		}
		s.background.Go(func() {
			if err := s.grpc.Serve(l); err != nil {
				failed <- err
			}
		})
	}
	var err error
	select {
	case err = <-failed:
		err = errs.Wrap(err, errs.Unavailable, "the gRPC server stopped").WithID("T0826")
	case <-ctx.Done():
	}
	return errors.Join(err, s.stop())
}

// stop drains the server.
func (s *Server) stop() error {
	s.health.Shutdown()
	close(s.draining)
	done := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(done)
	}()
	limit := time.NewTimer(s.opt.Drain)
	defer limit.Stop()
	select {
	case <-done:
		return nil
	case <-limit.C:
	}
	s.grpc.Stop() // ends the contexts of the requests that are left, and GracefulStop
	<-done
	return errs.New(errs.Unavailable, "some requests did not finish within %s and were cut off", s.opt.Drain).WithID("T0802")
}
