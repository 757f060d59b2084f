package httpserver_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/server/httpserver"
)

// parted returns the parts of a random answer, of which ask makes the same from its seed.
func parted(seed uint64) (parts [][]byte) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range 1 + r.IntN([]int{2, 8, 3000}[r.IntN(3)]) {
		part := make([]byte, r.IntN([]int{2, 700, 9000}[r.IntN(3)]))
		for i := range part {
			part[i] = byte('a' + r.IntN(26))
		}
		parts = append(parts, part)
	}
	return parts
}

func TestAnAnswerInPiecesArrivesWhole(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64() >> 16
	t.Logf("seed %d", seed)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seed, _ := strconv.ParseUint(r.FormValue("seed"), 10, 64)
		parts := parted(seed)
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(bytes.Join(parts, nil)))}
		w.Header()["Content-Type"] = []string{"text/plain"}
		if r.FormValue("counted") != "" {
			w = httpserver.Counting(w)
		}
		httpserver.Send(w, r, parts)
	})
	for name, start := range map[string]func(s *httptest.Server){
		"joined": func(s *httptest.Server) {
			s.Listener, s.Config.ConnContext = httpserver.Joining(s.Listener), httpserver.WithConn
			s.Start()
		},
		"encrypted": func(s *httptest.Server) { s.Config.ConnContext = httpserver.WithConn; s.StartTLS() },
		"HTTP/2":    func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewUnstartedServer(handler)
			start(s)
			t.Cleanup(s.Close)
			var wait sync.WaitGroup
			for g := range uint64(4) {
				wait.Go(func() {
					for i := seed + g; i < seed+60; i += 4 {
						query := "?seed=" + strconv.FormatUint(i, 10)
						if i%3 == 0 {
							query += "&counted=1"
						}
						got, err := s.Client().Get(s.URL + query)
						if err != nil {
							t.Error(err)
							return
						}
						body, err := io.ReadAll(got.Body)
						got.Body.Close()
						if want := bytes.Join(parted(i), nil); err != nil || !bytes.Equal(body, want) {
							t.Errorf("seed %d: got %d bytes, %v, want %d", i, len(body), err, len(want))
						}
					}
				})
			}
			wait.Wait()
		})
	}
}

// A noted connection counts how often something is written to it, and how.
type noted struct {
	net.Conn
	writes int
}

func (n *noted) Write(p []byte) (int, error) { n.writes++; return len(p), nil }

func TestAHeadThatIsHeldLeavesAloneWhenNothingFollows(t *testing.T) {
	t.Parallel()
	here, there := net.Pipe()
	defer here.Close()
	_ = there.Close()
	n := &noted{Conn: here}
	c := httpserver.Joined(n)
	httpserver.HoldNext(c)
	if _, err := c.Write([]byte("head")); err != nil || n.writes != 0 {
		t.Fatalf("%d writes, %v; want that the head is held", n.writes, err)
	}
	_, _ = c.Read(make([]byte, 1))
	if n.writes != 1 {
		t.Errorf("%d writes once the other side is waited for, want 1", n.writes)
	}
}
