package conformance_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/dynamodbtest"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/grpcserver"
	"github.com/truepoint/truepoint/server/httpserver"
)

// askHost reads key 1 at an address from a server of which the request says that it is called host.
func (s *stack) askHost(address, host string) (int, string) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, "http://"+address+"/get-online-features", strings.NewReader(`{"features":["v:n"],"entities":{"k":[1]}}`))
	s.must(err)
	r.Header.Set("Content-Type", "application/json")
	r.Host = host
	answer, err := s.client.Do(r)
	s.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	s.must(err)
	return answer.StatusCode, string(text)
}

// askService is askHost over gRPC.
func (s *stack) askService(address, host string) error {
	s.Helper()
	c, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithAuthority(host), grpc.WithNoProxy())
	s.must(err)
	defer c.Close()
	_, err = servingpb.NewServingServiceClient(c).GetFeastServingInfo(s.Context(), &servingpb.GetFeastServingInfoRequest{})
	return err
}

func TestBadInput_103_a_machine_with_ipv6_alone(t *testing.T) {
	t.Parallel()
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skip("this machine has no IPv6")
	} else if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, b := range []backend{backends()[0], {name: "redis", open: func(t *testing.T) config.Store {
		server := redistest.Start(t, "--bind", "127.0.0.1", "::1")
		_, port, _ := net.SplitHostPort(server.Address)
		return config.Store{Type: "redis", Options: config.Options{"connection_string": net.JoinHostPort("::1", port)}}
	}}} {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, b, faultSet())
			s.push(of(1, ago(eventtime.Hour), 7))
			h, g := httpserver.New(s.store, nil), grpcserver.New(s.store, nil)
			web, err := h.Listen("[::1]:0")
			s.must(err)
			rpc, err := access.Bind("[::1]:0", false)
			s.must(err)
			s.background(func(ctx context.Context) error { return h.Serve(ctx, web) })
			s.background(func(ctx context.Context) error { return g.Serve(ctx, rpc) })
			if status, text := s.askHost(web.Addr().String(), web.Addr().String()); status != 200 || !strings.Contains(text, `"values":[7]`) {
				t.Errorf("over HTTP: %d %s", status, text)
			}
			if err := s.askService(rpc.Addr().String(), rpc.Addr().String()); err != nil {
				t.Errorf("over gRPC: %v", err)
			}
		})
	}
}

// Names with an underscore are none of DNS's host names, and are common in containers.
func TestBadInput_103_names_with_underscores(t *testing.T) {
	t.Parallel()
	s := newStack(t, backends()[0], faultSet())
	s.push(of(1, ago(eventtime.Hour), 7))
	const host = "feature_store_1:6566"
	address := strings.TrimPrefix(s.url, "http://")
	if status, text := s.askHost(address, host); status != 403 || !strings.Contains(text, "this server answers for the local machine only") {
		t.Errorf("a server for this machine: %d %s", status, text)
	}
	open := httpserver.New(s.store, &httpserver.Options{Insecure: true})
	l, err := open.Listen("127.0.0.1:0")
	s.must(err)
	s.background(func(ctx context.Context) error { return open.Serve(ctx, l) })
	if status, text := s.askHost(l.Addr().String(), host); status != 200 || !strings.Contains(text, `"values":[7]`) {
		t.Errorf("a server for everybody: %d %s", status, text)
	}
	if err := s.askService(s.rpc, host); err != nil {
		t.Errorf("over gRPC: %v", err)
	}
	if _, err := access.Bind("no_such_host.invalid:0", true); errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), "no_such_host.invalid:0") {
		t.Errorf("an address that is not there: %v", err)
	}
	for _, o := range []config.Store{
		{Type: "redis", Options: config.Options{"connection_string": "redis_1.invalid:6379"}},
		{Type: "postgres", Options: config.Options{"host": "postgres_1.invalid", "database": "d", "user": "u", "password": "p"}},
	} {
		parts := opened(t, "p", o, s.clock.Now)
		_, err := parts.Online.Tables(t.Context())
		s.must(errs.Join(parts.Online.Close(), parts.Offline.Close(), parts.State.Close(), parts.Registry.Close()))
		if errs.CodeOf(err) != errs.Unavailable || !strings.Contains(err.Error(), "_1.invalid") {
			t.Errorf("%s: got %v (%v), want unavailable, and the name", o.Type, err, errs.CodeOf(err))
		}
	}
}

// Another process runs a test of the store in DynamoDB, which has a name there that only the proxy knows.
func TestBadInput_103_a_proxy_of_the_environment(t *testing.T) {
	t.Parallel()
	server, err := url.Parse(dynamodbtest.Endpoint(t))
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		if r.In.URL.Host == "dynamodb_1.invalid" {
			asked.Add(1)
			r.SetURL(server)
		}
	}})
	defer proxy.Close()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^TestFaultsOfFeast$/^b_/^dynamodb$")
	c.Env = append(os.Environ(), "HTTP_PROXY="+proxy.URL, "NO_PROXY=", "TRUEPOINT_TEST_DYNAMODB=http://dynamodb_1.invalid")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "/dynamodb (") || asked.Load() == 0 {
		t.Errorf("%v, and the proxy was asked %d times:\n%s", err, asked.Load(), out)
	}
}
