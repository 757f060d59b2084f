package httpserver

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/internal/featurelog"
	"github.com/truepoint/truepoint/internal/socket"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/admission"
	"github.com/truepoint/truepoint/server/idle"
	"github.com/truepoint/truepoint/server/tracing"
	"github.com/truepoint/truepoint/serving"
)

// A Store is what the server needs of truepoint.Store, which is one.
type Store interface {
	Render(ctx context.Context, q *serving.Request, form serving.Form, r *serving.Rendering) error
	CacheStats() serving.CacheStats
	Push(ctx context.Context, r *ingest.Request) (*ingest.Result, error)
	Materialize(ctx context.Context, r *materialize.Request) (*materialize.Report, error)
	Freshness(ctx context.Context, views ...string) ([]explain.Freshness, error)
	Ready(ctx context.Context) error
	RegistryAge() (revision registry.Revision, age eventtime.Duration, ok bool)
	Run(ctx context.Context) error
}

// Options tunes a Server. The zero value of every member means its default.
type Options struct {
	BodyBytesMax   int64           // default 16 MiB
	HeaderBytesMax int             // of all headers; net/http allows 4 KiB more; default 64 KiB
	Deadline       time.Duration   // of a read or a push; default 5 s
	Gate           *admission.Gate // online reads at a time, of all servers; more are refused with 503; default: one of its own
	Drain          time.Duration   // how long requests may finish after the context of Serve ends; default 10 s
	Insecure       bool            // answer requests whatever host they name
	AccessLog      bool            // log every request at level info
	Log            *slog.Logger    // default: discards
	TLS            *tls.Config     // nil: plain text
	Tokens         *access.Tokens  // who may call, whatever host they name; nil: everybody
	Metrics        *Metrics        // count what is answered; nil: nothing does, and there is no /metrics
	Tracer         *tracing.Tracer // makes spans of requests; nil: none
	FeatureLog     *featurelog.Log // keeps what online reads are answered; nil: nothing does
}

// Default limits.
const (
	bodyBytesMax   = 16 << 20
	headerBytesMax = 64 << 10
	deadline       = 5 * time.Second
	drain          = 10 * time.Second
)

// A Server answers for one Store. It is safe for concurrent use.
type Server struct {
	store   Store
	opt     Options
	handler http.Handler
	idle    idle.List[exchange] // what online reads need, for the next ones
	forms   sync.Pool           // of *form: what pushes are read with

	mu         sync.Mutex
	background sync.WaitGroup  // materializations that nobody waits for
	lifetime   context.Context // of all materializations; set by Serve
}

// New returns a server; nothing listens yet. A nil opt means defaults.
func New(store Store, opt *Options) *Server {
	s := &Server{store: store, lifetime: context.Background()}
	if opt != nil {
		s.opt = *opt
	}
	s.opt.BodyBytesMax = cmp.Or(s.opt.BodyBytesMax, bodyBytesMax)
	s.opt.HeaderBytesMax = cmp.Or(s.opt.HeaderBytesMax, headerBytesMax)
	s.opt.Deadline = cmp.Or(s.opt.Deadline, deadline)
	if s.opt.Gate == nil {
		s.opt.Gate = admission.New(0)
	}
	s.opt.Drain = cmp.Or(s.opt.Drain, drain)
	if s.opt.Log == nil {
		s.opt.Log = slog.New(slog.DiscardHandler)
	}
	s.opt.Metrics.watch(store)
	s.opt.Metrics.watchLog(s.opt.FeatureLog)
	s.handler = s.routed(routes())
	return s
}

// Handler returns the routes, for tests and for embedding in another server.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers on all of ls, and keeps the definitions current, until ctx ends; then it stops accepting, lets requests
// finish for at most Options.Drain, cuts off the others, and returns nil, or Unavailable when some were cut off. It closes
// ls. Unix sockets are always plain.
func (s *Server) Serve(ctx context.Context, ls ...net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer s.background.Wait()
	defer stop()
	s.mu.Lock()
	s.lifetime = ctx
	s.mu.Unlock()
	h := &http.Server{
		Handler:           s.handler,
		MaxHeaderBytes:    s.opt.HeaderBytesMax,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       75 * time.Second,
		ConnContext:       withConn,
		ErrorLog:          slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelWarn),
	}
	s.background.Go(func() {
		if err := s.store.Run(ctx); err != nil {
			s.opt.Log.Error("the registry is no longer watched", "error", err.Error())
		}
	})
	h.TLSConfig = s.opt.TLS
	ended := make(chan error, len(ls))
	for _, l := range ls {
		s.background.Go(func() { ended <- s.serve(h, l) })
	}
	select {
	case err := <-ended:
		h.Close()
		return errs.Wrap(err, errs.Unavailable, "the server stopped").WithID("T0801")
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.opt.Drain)
	defer cancel()
	err := h.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		h.Close() // ends the contexts of the requests that are left
		return errs.New(errs.Unavailable, "some requests did not finish within %s and were cut off", s.opt.Drain).WithID("T0802")
	}
	return err
}

// serve answers on one listener until h is closed, and returns why it ended.
func (s *Server) serve(h *http.Server, l net.Listener) error {
	l = socket.Listener(l)
	if s.opt.TLS != nil && l.Addr().Network() != unixNetwork {
		return h.ServeTLS(l, "", "")
	}
	return h.Serve(joiningListener{l})
}
