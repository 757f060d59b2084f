package httpserver_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/truepoint/truepoint/server/httpserver"
)

// answering returns a server of bodies as long as ?n asks, behind joined connections.
func answering(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		fmt.Sscan(r.FormValue("n"), &n)
		w.Header()["Date"] = nil
		w.Header().Set("Content-Length", fmt.Sprint(n))
		if r.FormValue("close") != "" {
			w.Header().Set("Connection", "close")
		}
		_, _ = w.Write(bytes.Repeat([]byte{'x'}, n))
	}))
	s.Listener = httpserver.Joining(s.Listener)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

func TestAnswersOfAnyLengthArriveWhole(t *testing.T) {
	t.Parallel()
	url := answering(t)
	for _, end := range []string{"", "&close=1"} {
		for _, around := range []int{4096, 2 * 4096, 3 * 4096, 64 << 10} {
			for n := around - 200; n <= around+2; n++ { // the head takes some of the first piece
				res, err := http.Get(fmt.Sprintf("%s?n=%d%s", url, n, end))
				if err != nil {
					t.Fatalf("%d bytes: %v", n, err)
				}
				body, err := io.ReadAll(res.Body)
				res.Body.Close()
				if err != nil || len(body) != n {
					t.Fatalf("got %d bytes of %d, %v", len(body), n, err)
				}
			}
		}
	}
}

func TestPiecesOfAnAnswerAreHandedOverTogether(t *testing.T) {
	t.Parallel()
	here, there := net.Pipe()
	t.Cleanup(func() { here.Close(); there.Close() })
	got := make(chan []byte)
	go func() {
		all, _ := io.ReadAll(there)
		got <- all
	}()
	c := httpserver.Joined(here)
	first, second := bytes.Repeat([]byte{'1'}, 4096), []byte("2")
	if n, err := c.Write(first); n != len(first) || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	first[0] = 'x' // the caller uses its buffer again
	if n, err := c.Write(second); n != len(second) || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	if _, err := c.Write(bytes.Repeat([]byte{'3'}, 4096)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	want := append(append(bytes.Repeat([]byte{'1'}, 4096), '2'), bytes.Repeat([]byte{'3'}, 4096)...)
	if all := <-got; !bytes.Equal(all, want) {
		t.Errorf("got %d bytes, want %d in the order of writing", len(all), len(want))
	}
}
