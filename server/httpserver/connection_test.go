package httpserver_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// endlessStore works until its caller gives up, and tells why it stopped.
type endlessStore struct {
	slowStore
	ended chan error
}

func newEndlessStore() *endlessStore {
	return &endlessStore{slowStore{entered: make(chan struct{}, 1), release: make(chan struct{})}, make(chan error, 1)}
}

func (s *endlessStore) Render(ctx context.Context, q *serving.Request, f serving.Form, r *serving.Rendering) error {
	err := s.slowStore.Render(ctx, q, f, r)
	s.ended <- err
	return err
}

func (s *endlessStore) Materialize(ctx context.Context, _ *materialize.Request) (*materialize.Report, error) {
	s.entered <- struct{}{}
	<-ctx.Done()
	s.ended <- ctx.Err()
	return nil, errs.Wrap(ctx.Err(), errs.Canceled, "stopped")
}

// send opens a connection, writes text and returns the connection.
func send(t *testing.T, url, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// status reads one answer and returns its status, 0 when the connection is closed without one.
func status(c net.Conn) int {
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode
}

func request(version, headers, body string) string {
	return "POST /v1/online HTTP/" + version + "\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers + "\r\n" + body
}

func TestSlowBodyEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	url, stop := start(t, newEndlessStore(), &httpserver.Options{Deadline: 20 * time.Millisecond})
	c := send(t, url, request("1.1", "Content-Length: 1000\r\n", `{"entities":`))
	if got := status(c); got != http.StatusRequestTimeout {
		t.Errorf("got %d, want 408", got)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestBadInput_66_work_ends_when_the_client_leaves(t *testing.T) {
	t.Parallel()
	store := newEndlessStore()
	url, stop := start(t, store, &httpserver.Options{Deadline: time.Hour})
	body := onlineBody("1")
	c := send(t, url, request("1.1", fmt.Sprintf("Content-Length: %d\r\n", len(body)), body))
	<-store.entered
	c.Close()
	if err := <-store.ended; err != context.Canceled {
		t.Errorf("the read ended with %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestBadInput_67_long_headers_and_paths_without_slash(t *testing.T) {
	t.Parallel()
	url, stop := start(t, newEndlessStore(), nil)
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"1 MiB header":       {request("1.1", "X-Long: "+strings.Repeat("x", 1<<20)+"\r\n", ""), 431},
		"path without slash": {"GET health HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
		"newline in a name":  {"GET /health HTTP/1.1\r\nHost: localhost\r\nX\rY: 1\r\n\r\n", 400},
		"two hosts":          {"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400},
	} {
		if got := status(sendAll(t, url, c.text)); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// sendAll is send for texts that the server may refuse before it has read them to their end.
func sendAll(t *testing.T, url, text string) net.Conn {
	t.Helper()
	c := send(t, url, "")
	go io.WriteString(c, text) //nolint:errcheck // the answer tells
	return c
}

func TestBadInput_71_old_and_contradictory_framing(t *testing.T) {
	t.Parallel()
	store := newEndlessStore()
	close(store.release)
	url, stop := start(t, store, nil)
	body := onlineBody("1")
	old := send(t, url, request("1.0", fmt.Sprintf("Content-Length: %d\r\n", len(body)), body))
	<-store.entered
	if got := status(old); got != 200 {
		t.Errorf("HTTP/1.0: got %d", got)
	}
	if n, err := old.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("HTTP/1.0: the connection stays open")
	}
	for name, text := range map[string]string{
		"two lengths":  request("1.1", "Content-Length: 5\r\nContent-Length: 6\r\n", "{}   "),
		"bad length":   request("1.1", "Content-Length: +5\r\n", "{}   "),
		"bad encoding": request("1.1", "Transfer-Encoding: gzip, chunked\r\n", ""),
	} {
		if got := status(send(t, url, text)); got != 400 && got != 501 {
			t.Errorf("%s: got %d", name, got)
		}
	}
	// With both, the chunks count and nothing is taken for a second request: the connection is closed.
	both := send(t, url, request("1.1", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	all, _ := io.ReadAll(both)
	if n := strings.Count(string(all), "HTTP/1.1 "); n != 1 || !strings.Contains(string(all), "400 Bad Request") {
		t.Errorf("chunks and a length: %d answers: %s", n, all)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestServeCutsOffWhatOutlastsTheDrain(t *testing.T) {
	t.Parallel()
	store := newEndlessStore()
	url, stop := start(t, store, &httpserver.Options{Deadline: time.Hour, Drain: time.Millisecond})
	body := onlineBody("1")
	c := send(t, url, request("1.1", fmt.Sprintf("Content-Length: %d\r\n", len(body)), body))
	<-store.entered
	if err := stop(); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("stop: %v", err)
	}
	if err := <-store.ended; err != context.Canceled {
		t.Errorf("the read ended with %v", err)
	}
	if got := status(c); got != 0 {
		t.Errorf("got an answer: %d", got)
	}
}

func TestMaterializeStopsWithTheServer(t *testing.T) {
	t.Parallel()
	store := newEndlessStore()
	url, stop := start(t, store, nil)
	answered := make(chan int, 1)
	go func() {
		r, err := post(t, url+"/materialize-incremental", `{"end_ts":"2026-11-24T00:00:00+00:00"}`)
		if err != nil {
			answered <- 0
			return
		}
		r.Body.Close()
		answered <- r.StatusCode
	}()
	<-store.entered
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if err := <-store.ended; err != context.Canceled {
		t.Errorf("the run ended with %v", err)
	}
	if got := <-answered; got != errs.Canceled.HTTP() {
		t.Errorf("got %d, want %d", got, errs.Canceled.HTTP())
	}
}

// Two stores on one registry, as two processes have: a server sees what the other applied, and says which revision it
// answered with (bad input 101).
func TestBadInput_101_server_follows_the_registry(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	const read = `{"entities":{"user_id":[1]},"features":["txn:later"]}`
	f.wantError("/v1/online", read, 404, `later`)
	other := f.second()
	set := definitions()
	txn, _ := set.View("txn")
	txn.Schema = append(txn.Schema, feature.Field{Name: "later", Type: value.Scalar(value.Int64)})
	p, err := other.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go f.store.Run(ctx) //nolint:errcheck // ends with the test
	for deadline := time.Now().Add(10 * time.Second); ; {
		status, got := f.post("/v1/online", read)
		if status == 200 && strings.Contains(got, `"revision":2`) && strings.Contains(got, `"statuses":["NOT_FOUND"]`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still %d %s", status, got)
		}
	}
}
