package cli

import (
	"cmp"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/process"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/admission"
	"github.com/truepoint/truepoint/server/httpserver"
)

type serveVerb struct {
	Host     string         `placeholder:"HOST" help:"Address to listen on, -h HOST (default 127.0.0.1)."`
	Port     *int           `short:"p" placeholder:"PORT" help:"Port (default 6566); 0 takes a free one."`
	Socket   string         `placeholder:"FILE" help:"Listen on this Unix socket, which only your user can reach; on a port too only if -p names one."`
	Insecure bool           `help:"Listen beyond this machine although there is no authentication."`
	Deadline *time.Duration `placeholder:"TIME" help:"Longest time for one request (default 5s)."`
	BodyMax  *int64         `name:"body-bytes-max" placeholder:"N" help:"Longest request body (default 16777216)."`
	InFlight *int           `name:"in-flight-max" placeholder:"N" help:"Most online reads that are answered at a time, over HTTP and gRPC together (default 1024); more are told to come back."`
	Drain    time.Duration  `default:"10s" placeholder:"TIME" help:"Time that requests get to finish when the server stops."`
	Access   bool           `name:"access-log" help:"Log every request to standard error (with --log-level info)."`
	Key      string         `short:"k" placeholder:"FILE" help:"TLS key."`
	Cert     string         `placeholder:"FILE" help:"TLS certificate, -c FILE."`
	grpcFlags
	traceFlags
	feastServeFlags
}

// feastServeFlags are Feast's flags for its workers; one process needs none of them.
type feastServeFlags struct {
	Type              string `short:"t" default:"http" hidden:""`
	NoAccessLog       bool   `hidden:""`
	Workers           int    `short:"w" default:"1" hidden:""`
	WorkerConnections int    `hidden:""`
	MaxRequests       int    `hidden:""`
	MaxRequestsJitter int    `hidden:""`
	KeepAliveTimeout  int    `hidden:""`
	RegistryTTL       int    `name:"registry_ttl_sec" short:"r" hidden:""`
	Metrics           bool   `short:"m" hidden:""`
}

// startTime is how long starting takes at most in general; what only that needed is given back then.
const startTime = time.Second

// Run implements the verb serve. Flags win over the server section of the configuration.
func (v *serveVerb) Run(a *app) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	v.fill(&c.Server)
	if err := v.check(); err != nil {
		return err
	}
	return a.withOpened(c, func(s *truepoint.Store) error {
		opt, err := v.options(a, &c.Server)
		if err != nil {
			return err
		}
		if opt.Tracer, err = v.openTracer(a); err != nil {
			return err
		}
		defer closeTracer(a, opt.Tracer, v.Drain)
		s.Watch(opt.Metrics.Watch(c.Online.Type, opt.Tracer))
		if opt.FeatureLog, err = openFeatureLog(a, &c.Server.FeatureLog); err != nil {
			return err
		}
		defer closeFeatureLog(a, opt.FeatureLog, v.Drain)
		server := httpserver.New(s, opt)
		local, err := v.listen(a, s, server)
		if err != nil {
			return err
		}
		remote, err := v.listenGRPC(a, s, v.Insecure || opt.Tokens != nil)
		if err != nil {
			return errs.Join(append(closed(local), err)...)
		}
		trim := time.AfterFunc(startTime, process.Trim)
		defer trim.Stop()
		both, ctx := errgroup.WithContext(a.ctx)
		both.Go(func() error { return server.Serve(ctx, local...) })
		if len(remote) > 0 {
			both.Go(func() error { return v.grpcServer(a, s, opt).Serve(ctx, remote...) })
		}
		if err := both.Wait(); err != nil {
			return err
		}
		a.note("stopped")
		return nil
	})
}

// listen binds the port and the socket that the flags and the configuration say, and says where.
func (v *serveVerb) listen(a *app, s *truepoint.Store, server *httpserver.Server) (ls []net.Listener, err error) {
	if v.Port != nil {
		l, err := server.Listen(net.JoinHostPort(v.Host, strconv.Itoa(*v.Port)))
		if err != nil {
			return nil, err
		}
		a.note("serving %s on http%s://%s (Ctrl-C stops)", s.Project(), v.tls(), l.Addr())
		ls = append(ls, l)
	}
	if v.Socket != "" {
		l, err := access.BindSocket(v.Socket)
		if err != nil {
			return nil, errs.Join(append(closed(ls), err)...)
		}
		a.note("serving %s on the socket %s (Ctrl-C stops)", s.Project(), l.Addr())
		ls = append(ls, l)
	}
	return ls, nil
}

// options returns how to serve over HTTP, with what the files of tokens and of TLS say.
func (v *serveVerb) options(a *app, c *config.Server) (opt *httpserver.Options, err error) {
	opt = &httpserver.Options{
		BodyBytesMax: *v.BodyMax, HeaderBytesMax: int(c.Limits.HeaderBytes), Deadline: *v.Deadline, Drain: v.Drain, Insecure: v.Insecure, AccessLog: v.Access && !v.NoAccessLog,
		Log: a.log, Metrics: httpserver.NewMetrics(), Gate: admission.New(*v.InFlight)}
	if c.TokensFile != "" {
		if opt.Tokens, err = access.OpenTokens(c.TokensFile, a.log); err != nil {
			return nil, err
		}
	}
	if v.Cert != "" {
		opt.TLS, err = access.TLS(v.Cert, v.Key, a.log)
	}
	return opt, err
}

// fill takes what no flag says from the configuration.
func (v *serveVerb) fill(c *config.Server) {
	v.grpcFlags.fill(c)
	v.traceFlags.fill(&c.Traces)
	v.Host = cmp.Or(v.Host, c.Host)
	if v.Port == nil && v.Socket == "" {
		v.Port = &c.Port
	}
	if v.Deadline == nil {
		d := time.Duration(c.Deadline) * time.Microsecond
		v.Deadline = &d
	}
	if v.BodyMax == nil {
		v.BodyMax = &c.Limits.BodyBytes
	}
	if v.InFlight == nil {
		n := int(c.Limits.InFlight)
		v.InFlight = &n
	}
}

func (v *serveVerb) check() error {
	switch {
	case v.Port != nil && (*v.Port < 0 || *v.Port > 65535):
		return errs.New(errs.Usage, "port %d is not between 0 and 65535", *v.Port).WithID("T0941").WithHint("choose one with -p")
	case *v.Deadline <= 0 || v.Drain < 0 || *v.BodyMax <= 0 || *v.InFlight <= 0:
		return errs.New(errs.InvalidArgument, "the deadline and the limits of bodies and of reads at a time must be greater than 0").WithID("T0942").
			WithHint("leave them out for the defaults: 5s, 16777216 and 1024")
	case v.Type != "http":
		return errs.New(errs.Unimplemented, "serve -t %s is not supported", v.Type).WithID("T0943").WithHint("use http; --grpc-port answers over gRPC beside it")
	case (v.Key == "") != (v.Cert == ""):
		return errs.New(errs.Usage, "TLS needs both a key and a certificate").WithID("T0944").WithHint("give --key FILE and --cert FILE")
	}
	for _, f := range []string{v.Key, v.Cert} {
		if _, err := os.Stat(f); f != "" && err != nil {
			return errs.Wrap(err, errs.NotFound, "cannot read a TLS file").WithID("T0945")
		}
	}
	if err := v.traceFlags.check(); err != nil {
		return err
	}
	return v.grpcFlags.check()
}

func (v *serveVerb) tls() string {
	if v.Cert != "" {
		return "s"
	}
	return ""
}
