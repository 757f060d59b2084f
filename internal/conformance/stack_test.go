package conformance_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/server/httpserver"
)

// now is where the clock of every stack begins: 2026-11-25T00:00:00Z.
const now eventtime.Instant = 1795564800 * 1e6

// definitions are what a stack has applied.
type definitions = feature.Set

// A stack is a feature store on one online store, with both servers before it, on loopback addresses.
type stack struct {
	*testing.T
	store   *truepoint.Store
	parts   *truepoint.Options
	offline *memoffline.Driver // the history of every source
	clock   *storetest.Clock
	url     string // of the HTTP server
	rpc     string // where the gRPC server listens
	client  *http.Client
	feast   servingpb.ServingServiceClient
	writes  servingpb.GrpcFeatureServerClient
	own     truepointv1.OnlineServiceClient
}

// newStack opens the store, applies set and starts the servers; all ends with the test, and the store is empty then.
func newStack(t *testing.T, b backend, set *definitions) *stack {
	t.Helper()
	s := &stack{T: t, clock: &storetest.Clock{}, client: &http.Client{Transport: &http.Transport{}}}
	s.clock.Set(now)
	parts := opened(t, set.Project, b.open(t), s.clock.Now)
	if b.wrap != nil {
		parts.Online = b.wrap(parts.Online)
	}
	parts.Serving.Refresh = time.Hour // a test says when definitions are read
	s.parts, s.offline = parts, parts.Offline.(*memoffline.Driver)
	var err error
	s.store, err = truepoint.New(parts)
	s.must(err)
	t.Cleanup(s.close)
	s.must(feature.Validate(set))
	p, err := s.store.Plan(t.Context(), set)
	s.must(err)
	_, err = s.store.Apply(t.Context(), p, apply.Options{})
	s.must(err)
	s.serve()
	return s
}

// opened opens the parts of a store as a configuration names them, with sources in memory.
func opened(t *testing.T, project string, o config.Store, clock eventtime.Clock) *truepoint.Options {
	t.Helper()
	dir := t.TempDir()
	parts, err := drivers.Open(t.Context(), &config.Config{
		Dir: dir, Project: project, Registry: config.Registry{Type: "sqlite", Path: filepath.Join(dir, "registry.db")},
		Offline: config.Store{Type: "memory"}, Online: o,
	}, clock)
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// close removes what the store holds, which servers that tests share would keep, and closes it.
func (s *stack) close() {
	ctx := context.Background()
	names, err := s.parts.Online.Tables(ctx)
	if err != nil {
		s.Error(err)
	}
	for _, name := range names {
		if err := s.parts.Online.Drop(ctx, name); err != nil {
			s.Error(err)
		}
	}
	if err := s.store.Close(); err != nil {
		s.Error(err)
	}
}

// serve starts both servers, which end before the store is closed.
func (s *stack) serve() {
	h := httpserver.New(s.store, &httpserver.Options{Metrics: httpserver.NewMetrics()})
	web, err := h.Listen("127.0.0.1:0")
	s.must(err)
	s.url = "http://" + web.Addr().String()
	s.background(func(ctx context.Context) error { return h.Serve(ctx, web) })
	rpc, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.rpc = rpc.Addr().String()
	s.background(func(ctx context.Context) error { return grpcserver.New(s.store, nil).Serve(ctx, rpc) })
	c, err := grpc.NewClient("passthrough:///"+s.rpc, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	s.must(err)
	s.Cleanup(func() {
		s.client.CloseIdleConnections()
		if err := c.Close(); err != nil {
			s.Error(err)
		}
	})
	s.feast, s.writes, s.own = servingpb.NewServingServiceClient(c), servingpb.NewGrpcFeatureServerClient(c), truepointv1.NewOnlineServiceClient(c)
}

// background runs a server until the test ends, and waits for it then.
func (s *stack) background(run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	s.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.Error(err)
		}
	})
}

func (s *stack) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// post sends a JSON body and returns status and answer.
func (s *stack) post(path, body string) (int, string) {
	s.Helper()
	status, answer, err := s.exchange(path, body)
	s.must(err)
	return status, answer
}

// exchange is post for any goroutine.
func (s *stack) exchange(path, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(b), err
}

// materialize runs a request of one view and returns its run.
func (s *stack) materialize(req *truepoint.MaterializeRequest) *truepoint.Run {
	s.Helper()
	report, err := s.store.Materialize(s.Context(), req)
	s.must(err)
	return report.Views[0].Run
}
