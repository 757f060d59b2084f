package cli

import (
	"net"
	"strconv"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/server/httpserver"
)

// grpcFlags say where and how serve answers over gRPC; without port and socket it does not.
type grpcFlags struct {
	GRPCPort       *int   `name:"grpc-port" placeholder:"PORT" help:"Answer over gRPC too, on this port; 0 takes a free one."`
	GRPCSocket     string `name:"grpc-socket" placeholder:"FILE" help:"Answer over gRPC too, on this Unix socket, which only your user can reach."`
	GRPCReflection bool   `name:"grpc-reflection" help:"Tell clients of gRPC which services there are."`
}

// fill takes what no flag says from the configuration.
func (f *grpcFlags) fill(c *config.Server) {
	if f.GRPCPort == nil && c.GRPCPort != 0 {
		f.GRPCPort = &c.GRPCPort
	}
}

func (f *grpcFlags) check() error {
	if f.GRPCPort != nil && (*f.GRPCPort < 0 || *f.GRPCPort > 65535) {
		return errs.New(errs.Usage, "port %d is not between 0 and 65535", *f.GRPCPort).WithID("T0941").WithHint("choose one with --grpc-port")
	}
	return nil
}

// listenGRPC binds what the flags say, nothing without them, and says where.
func (v *serveVerb) listenGRPC(a *app, s *truepoint.Store, open bool) (ls []net.Listener, err error) {
	if v.GRPCPort != nil {
		l, err := access.Bind(net.JoinHostPort(v.Host, strconv.Itoa(*v.GRPCPort)), open)
		if err != nil {
			return nil, err
		}
		ls = append(ls, l)
	}
	if v.GRPCSocket != "" {
		l, err := access.BindSocket(v.GRPCSocket)
		if err != nil {
			return nil, errs.Join(append(closed(ls), err)...)
		}
		ls = append(ls, l)
	}
	for _, l := range ls {
		a.note("serving %s over gRPC on %s", s.Project(), l.Addr())
	}
	return ls, nil
}

// closed closes listeners and returns the errors of that.
func closed(ls []net.Listener) (all []error) {
	for _, l := range ls {
		all = append(all, l.Close())
	}
	return all
}

// grpcServer returns the server over gRPC that goes with that over HTTP.
func (v *serveVerb) grpcServer(a *app, s *truepoint.Store, like *httpserver.Options) *grpcserver.Server {
	return grpcserver.New(s, &grpcserver.Options{
		MessageBytesMax: int(like.BodyBytesMax), HeaderBytesMax: like.HeaderBytesMax, Deadline: like.Deadline, Drain: like.Drain, Tokens: like.Tokens, TLS: like.TLS, Reflection: v.GRPCReflection,
		Gate: like.Gate, Tracer: like.Tracer, AccessLog: like.AccessLog, Log: like.Log, Version: version, Observer: like.Metrics, FeatureLog: like.FeatureLog})
}
