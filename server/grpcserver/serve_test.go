package grpcserver_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/serving"
)

// slowStore answers a read when it is released, or when its caller gives up, and tells why it stopped.
type slowStore struct {
	entered, release chan struct{}
	ended            chan error
	ready            error
}

func newSlowStore() *slowStore {
	return &slowStore{make(chan struct{}, 1), make(chan struct{}), make(chan error, 1), nil}
}

func (s *slowStore) Render(ctx context.Context, _ *serving.Request, _ serving.Form, r *serving.Rendering) (err error) {
	defer func() { s.ended <- err }()
	s.entered <- struct{}{}
	select {
	case <-s.release:
		r.Response = &serving.Response{AsOf: now}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
func (s *slowStore) Push(context.Context, *ingest.Request) (*ingest.Result, error) { panic("a fault") }
func (s *slowStore) Ready(context.Context) error                                   { return s.ready }

func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := access.Bind("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// ask calls GetOnline in the background.
func ask(ctx context.Context, c *grpc.ClientConn) chan error {
	done := make(chan error, 1)
	go func() {
		_, err := truepointv1.NewOnlineServiceClient(c).GetOnline(ctx, &truepointv1.GetOnlineRequest{})
		done <- err
	}()
	return done
}

func TestServeLetsRequestsFinishOverLoopbackAndSocket(t *testing.T) {
	t.Parallel()
	for _, listen := range []func(*testing.T) net.Listener{loopback, func(t *testing.T) net.Listener {
		l, err := access.BindSocket(filepath.Join(t.TempDir(), "s"))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}} {
		store := newSlowStore()
		target, stop := start(t, store, nil, listen(t))
		answered := ask(t.Context(), dial(t, target))
		<-store.entered
		stopped := make(chan error, 1)
		go func() { stopped <- stop() }()
		close(store.release)
		if err := <-answered; err != nil {
			t.Errorf("%s: a request in flight when the server stopped: %v", target, err)
		}
		if err := <-stopped; err != nil {
			t.Errorf("%s: stop: %v", target, err)
		}
	}
}

func TestServeCutsOffWhatOutlastsTheDrain(t *testing.T) {
	t.Parallel()
	store := newSlowStore()
	target, stop := start(t, store, &grpcserver.Options{Deadline: time.Hour, Drain: time.Millisecond}, loopback(t))
	answered := ask(t.Context(), dial(t, target))
	<-store.entered
	if err := stop(); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("stop: %v", err)
	}
	if err := <-store.ended; err != context.Canceled {
		t.Errorf("the read ended with %v", err)
	}
	if err := <-answered; status.Code(err) != codes.Unavailable && status.Code(err) != codes.Canceled {
		t.Errorf("the client got %v", err)
	}
}

func TestBadInput_66_work_ends_when_the_client_leaves(t *testing.T) {
	t.Parallel()
	store := newSlowStore()
	target := serve(t, store, &grpcserver.Options{Deadline: time.Hour}, loopback(t))
	ctx, leave := context.WithCancel(t.Context())
	answered := ask(ctx, dial(t, target))
	<-store.entered
	leave()
	if err := <-store.ended; err != context.Canceled {
		t.Errorf("the read ended with %v", err)
	}
	<-answered
}

func TestFaultsOfTheProgramAreNotTold(t *testing.T) {
	t.Parallel()
	c := dial(t, serve(t, newSlowStore(), nil, loopback(t)))
	_, err := servingpb.NewGrpcFeatureServerClient(c).Push(t.Context(), &servingpb.PushRequest{StreamFeatureView: "s", Features: map[string]string{"a": "1"}})
	wantError(t, "a panic", err, codes.Internal, "internal", "internal error")
	if strings.Contains(err.Error(), "fault") {
		t.Errorf("got %v", err)
	}
}

func TestHealthIsThatOfTheStores(t *testing.T) {
	t.Parallel()
	for want, err := range map[grpc_health_v1.HealthCheckResponse_ServingStatus]error{
		grpc_health_v1.HealthCheckResponse_SERVING:     errs.New(errs.FailedPrecondition, "nothing has been applied"),
		grpc_health_v1.HealthCheckResponse_NOT_SERVING: errs.New(errs.Unavailable, "the online store is gone"),
	} {
		store := newSlowStore()
		store.ready = err
		c := grpc_health_v1.NewHealthClient(dial(t, serve(t, store, nil, loopback(t))))
		for _, name := range []string{"", "feast.serving.ServingService", "GrpcFeatureServer", "truepoint.v1.OnlineService"} {
			if r, err := c.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: name}); err != nil || r.GetStatus() != want {
				t.Errorf("%q: got %v, %v, want %s", name, r, err, want)
			}
		}
	}
}

func TestStreamsDoNotHoldTheServer(t *testing.T) {
	t.Parallel()
	target, stop := start(t, newSlowStore(), &grpcserver.Options{Drain: time.Hour}, loopback(t))
	w, err := grpc_health_v1.NewHealthClient(dial(t, target)).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.Recv(); err != nil || r.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("got %v, %v", r, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// reflected asks which services there are.
func reflected(t *testing.T, c *grpc.ClientConn, ctx context.Context) (string, error) {
	t.Helper()
	s, err := grpc_reflection_v1.NewServerReflectionClient(c).ServerReflectionInfo(ctx)
	if err != nil {
		return "", err
	}
	// A stream that was refused already answers io.EOF to Send; why is what Recv returns.
	if err := s.Send(&grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{}}); err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	r, err := s.Recv()
	if err != nil {
		return "", err
	}
	return r.String(), s.CloseSend()
}

func TestReflectionIsOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	_, err := reflected(t, dial(t, serve(t, newSlowStore(), nil, loopback(t))), t.Context())
	wantError(t, "off", err, codes.Unimplemented, "")
	got, err := reflected(t, dial(t, serve(t, newSlowStore(), &grpcserver.Options{Reflection: true}, loopback(t))), t.Context())
	if err != nil || !strings.Contains(got, `"truepoint.v1.OnlineService"`) || !strings.Contains(got, `"GrpcFeatureServer"`) {
		t.Errorf("on: %s, %v", got, err)
	}
}

func TestTokensSayWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens")
	lines := ""
	for _, role := range []string{"read", "write", "admin"} {
		lines += fmt.Sprintf("%s %x\n", role, sha256.Sum256([]byte(role)))
	}
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := access.OpenTokens(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	store := newSlowStore()
	close(store.release)
	c := dial(t, serve(t, store, &grpcserver.Options{Tokens: tokens, Reflection: true}, loopback(t)))
	for _, x := range []struct {
		token                   string
		info, push, reflections codes.Code // a push that may be done panics in this store
	}{
		{"", codes.Unauthenticated, codes.Unauthenticated, codes.Unauthenticated},
		{"other", codes.Unauthenticated, codes.Unauthenticated, codes.Unauthenticated},
		{"read", codes.OK, codes.PermissionDenied, codes.PermissionDenied},
		{"write", codes.OK, codes.Internal, codes.PermissionDenied},
		{"admin", codes.OK, codes.Internal, codes.OK},
	} {
		ctx := t.Context()
		if x.token != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+x.token)
		}
		_, info := servingpb.NewServingServiceClient(c).GetFeastServingInfo(ctx, &servingpb.GetFeastServingInfoRequest{})
		_, push := servingpb.NewGrpcFeatureServerClient(c).Push(ctx, &servingpb.PushRequest{StreamFeatureView: "s", Features: map[string]string{"a": "1"}})
		_, reflections := reflected(t, c, ctx)
		if status.Code(info) != x.info || status.Code(push) != x.push || status.Code(reflections) != x.reflections {
			t.Errorf("%q: info %v, push %v, reflection %v", x.token, info, push, reflections)
		}
		if _, err := grpc_health_v1.NewHealthClient(c).Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err != nil {
			t.Errorf("%q: health: %v", x.token, err)
		}
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer admin", "authorization", "Bearer admin")
	_, err = servingpb.NewServingServiceClient(c).GetFeastServingInfo(ctx, &servingpb.GetFeastServingInfoRequest{})
	wantError(t, "two tokens", err, codes.Unauthenticated, "T0824")
}

func TestTLSIsForAddressesAndNotForSockets(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	config := &tls.Config{NextProtos: []string{"h2"}, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	opt := &grpcserver.Options{TLS: config, Version: "1"}
	secure := dial(t, serve(t, newSlowStore(), opt, loopback(t)), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, ServerName: "localhost"})))
	if _, err := servingpb.NewServingServiceClient(secure).GetFeastServingInfo(t.Context(), &servingpb.GetFeastServingInfoRequest{}); err != nil {
		t.Errorf("TLS: %v", err)
	}
	plain := dial(t, serve(t, newSlowStore(), opt, loopback(t)))
	if _, err := servingpb.NewServingServiceClient(plain).GetFeastServingInfo(t.Context(), &servingpb.GetFeastServingInfoRequest{}); status.Code(err) != codes.Unavailable {
		t.Errorf("plain text to an address: %v", err)
	}
	l, err := access.BindSocket(filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	socket := dial(t, serve(t, newSlowStore(), opt, l))
	if _, err := servingpb.NewServingServiceClient(socket).GetFeastServingInfo(t.Context(), &servingpb.GetFeastServingInfoRequest{}); err != nil {
		t.Errorf("plain text to a socket: %v", err)
	}
}
