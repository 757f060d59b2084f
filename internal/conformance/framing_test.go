package conformance_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/truepoint/truepoint/api/feast/serving"
	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/httpserver"
)

// A gate is an online store whose readings wait until it is open, or their callers give up.
type gate struct {
	online.Driver
	open          chan struct{}
	running, most atomic.Int64
}

func (g *gate) GetBatch(ctx context.Context, items []online.TableKeys) error {
	n := g.running.Add(1)
	defer g.running.Add(-1)
	for most := g.most.Load(); n > most && !g.most.CompareAndSwap(most, n); most = g.most.Load() {
	}
	select {
	case <-g.open:
		return g.Driver.GetBatch(ctx, items)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A stream is a request as the frames of HTTP/2 carry it.
type stream struct {
	headers [][2]string
	body    []byte
}

// Types and flags of frames: RFC 9113, 6.
const (
	frameData, frameHeaders, frameReset, frameSettings, frameGoAway = 0, 1, 3, 4, 7
	flagEndStream, flagEndHeaders, flagAck                          = 1, 4, 1
	cancelled                                                       = 8
)

func appendFrame(dst []byte, kind, flags byte, id uint32, payload []byte) []byte {
	dst = append(dst, byte(len(payload)>>16), byte(len(payload)>>8), byte(len(payload)), kind, flags)
	return append(binary.BigEndian.AppendUint32(dst, id), payload...)
}

// request returns a POST.
func request(scheme, path, kind string, body []byte) *stream {
	return &stream{[][2]string{
		{":method", "POST"}, {":scheme", scheme}, {":path", path}, {":authority", "localhost"},
		{"content-type", kind}, {"te", "trailers"}, {"content-length", strconv.Itoa(len(body))},
	}, body}
}

// write writes n requests to a connection, each taken back at once, and one that is not. It returns a channel that is closed
// when the server has answered a request, and one that is when it has closed the connection, which it may do before all is
// written.
func (r *stream) write(c net.Conn, n int) (answered, closed chan struct{}) {
	var head []byte
	for _, h := range r.headers { // literals without indexing: RFC 7541, 6.2.2
		head = append(append(append(append(append(head, 0), byte(len(h[0]))), h[0]...), byte(len(h[1]))), h[1]...)
	}
	out := appendFrame([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frameSettings, 0, 0, nil)
	out = appendFrame(out, frameSettings, flagAck, 0, nil)
	for i := range uint32(n + 1) {
		id := 2*i + 1
		out = appendFrame(out, frameHeaders, flagEndHeaders, id, head)
		out = appendFrame(out, frameData, flagEndStream, id, r.body)
		if int(i) < n {
			out = appendFrame(out, frameReset, 0, id, binary.BigEndian.AppendUint32(nil, cancelled))
		}
	}
	answered, closed = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(closed)
		for kind := byte(frameSettings); kind != frameHeaders && kind != frameReset && kind != frameGoAway; {
			head := make([]byte, 9)
			if _, err := io.ReadFull(c, head); err != nil {
				break
			}
			kind = head[3]
			if _, err := io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(head)>>8)); err != nil {
				break
			}
		}
		close(answered)
		_, _ = io.Copy(io.Discard, c)
	}()
	_, _ = c.Write(out)
	return answered, closed
}

// Many requests on one connection, each of which is reset as soon as it was sent, neither make more readings at a time than
// one connection may have requests, nor outlive their resets, nor keep others from being answered.
func TestBadInput_71_rapid_resets_are_bounded(t *testing.T) {
	t.Parallel()
	g := &gate{open: make(chan struct{})}
	memory := backends()[0]
	memory.wrap = func(d online.Driver) online.Driver { g.Driver = d; return g }
	s := newStack(t, memory, faultSet())
	s.push(of(1, ago(eventtime.Hour), 7))
	secure := s.serveTLS(nil)
	one := &typespb.RepeatedValue{Val: []*typespb.Value{{Val: &typespb.Value_Int64Val{Int64Val: 1}}}}
	message, err := proto.Marshal(&servingpb.GetOnlineFeaturesRequest{
		Kind:     &servingpb.GetOnlineFeaturesRequest_Features{Features: &servingpb.FeatureList{Val: []string{"v:n"}}},
		Entities: map[string]*typespb.RepeatedValue{"k": one},
	})
	s.must(err)
	text := `{"features":["v:n"],"entities":{"k":[1]}}`
	// Bodies of 1,000 requests are below the window of a connection, so that no window has to be awaited.
	const requests, streamsMax = 1000, 250
	for name, dial := range map[string]func() (*stream, net.Conn, error){
		"HTTP": func() (*stream, net.Conn, error) {
			c, err := tls.Dial("tcp", secure, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
			return request("https", "/get-online-features", "application/json", []byte(text)), c, err
		},
		"gRPC": func() (*stream, net.Conn, error) {
			c, err := net.Dial("tcp", s.rpc)
			prefix := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
			return request("http", "/feast.serving.ServingService/GetOnlineFeatures", "application/grpc", append(prefix, message...)), c, err
		},
	} {
		g.most.Store(0)
		for range 3 {
			r, c, err := dial()
			s.must(err)
			_, closed := r.write(c, requests)
			s.until(name+": the request that is not reset is read", func() bool { return g.running.Load() > 0 || ended(closed) })
			c.Close()
			<-closed
			s.until(name+": nothing is read any more", func() bool { return g.running.Load() == 0 })
		}
		if most := g.most.Load(); most < 1 || most > streamsMax {
			t.Errorf("%s: %d readings at a time, want 1 to %d", name, most, streamsMax)
		}
		t.Logf("%s: at most %d readings at a time", name, g.most.Load())
	}
	close(g.open)
	s.wants("7 PRESENT", 1)
	if v := s.service("n", 1).GetValues()[0].GetInt64Val(); v != 7 {
		t.Errorf("over gRPC the value is %d", v)
	}
}

// Frames carry any bytes as a path. However it is written, nobody pushes without the right to.
func TestBadInput_67_paths_of_frames_do_not_go_round_the_tokens(t *testing.T) {
	t.Parallel()
	s := newStack(t, backends()[0], faultSet())
	file := filepath.Join(t.TempDir(), "tokens")
	s.must(os.WriteFile(file, fmt.Appendf(nil, "read %x\nwrite %x\n", sha256.Sum256([]byte("r")), sha256.Sum256([]byte("w"))), 0o600))
	tokens, err := access.OpenTokens(file, slog.New(slog.DiscardHandler))
	s.must(err)
	secure := s.serveTLS(tokens)
	body := []byte(pushBody("p_u", map[string][]string{"k": {"1"}, "n": {"7"}, "event": {`"2026-11-24T23:00:00Z"`}}))
	push := func(path string, headers ...[2]string) {
		t.Helper()
		c, err := tls.Dial("tcp", secure, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		s.must(err)
		r := request("https", path, "application/json", body)
		r.headers = append(r.headers, headers...)
		answered, closed := r.write(c, 0)
		<-answered
		c.Close()
		<-closed
	}
	unchanged := datatest.Stores(t, s.parts)
	for _, path := range []string{"/push", "push", "", "*", "//push", "/./push", "/x/../push", "/push/", "/push?x=1", "/push#x", "/%70ush", "/PUSH", "https://localhost/push", "/push\r\nx: y", "/push\x00"} {
		for _, token := range []string{"", "r", "w\r\nx: y", "w ", "r, Bearer w"} {
			headers := [][2]string{{"authorization", "Bearer " + token}, {"x-http-method-override", "POST"}}
			push(path, headers...)
		}
		push(path, [2]string{"authorization", "Bearer r"}, [2]string{"authorization", "Bearer w"})
	}
	unchanged()
	push("/push", [2]string{"authorization", "Bearer w"}) // so it was the token
	if got := s.read(`"features":["u:n"],"entities":{"k":[1]}`); got != "7 PRESENT" {
		t.Errorf("with the token: got %s", got)
	}
}

// serveTLS starts another HTTP server, which speaks HTTP/2 over TLS, and returns where.
func (s *stack) serveTLS(tokens *access.Tokens) string {
	s.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS() // for its certificate
	defer certified.Close()
	h := httpserver.New(s.store, &httpserver.Options{Tokens: tokens, TLS: &tls.Config{Certificates: certified.TLS.Certificates, NextProtos: []string{"h2"}}})
	l, err := h.Listen("127.0.0.1:0")
	s.must(err)
	s.background(func(ctx context.Context) error { return h.Serve(ctx, l) })
	return l.Addr().String()
}

// until waits for a condition.
func (s *stack) until(what string, holds func() bool) {
	s.Helper()
	tick, limit := time.NewTicker(time.Millisecond), time.NewTimer(30*time.Second)
	defer tick.Stop()
	defer limit.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit.C:
			s.Fatalf("waited in vain: %s", what)
		}
	}
}

// ended reports whether a channel is closed.
func ended(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
