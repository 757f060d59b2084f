package httpserver_test

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/httpserver"
)

func TestServeAnswersOnASocketWhateverHostIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	socket, err := access.BindSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	s := httpserver.New(&slowStore{}, nil)
	port, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, port, socket) }()
	for _, c := range []struct {
		network, address, host, origin string
		want                           int
	}{
		{"unix", path, "features.example", "", http.StatusOK},
		{"unix", path, "features.example", "https://other.example", http.StatusForbidden},
		{"tcp", port.Addr().String(), "localhost", "", http.StatusOK},
		{"tcp", port.Addr().String(), "features.example", "", http.StatusForbidden},
	} {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, c.network, c.address)
		}}}
		method := http.MethodGet
		if c.origin != "" {
			method = http.MethodPost
		}
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.host+"/livez", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", c.origin)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Body.Close(); answer.StatusCode != c.want {
			t.Errorf("%s, host %s, origin %q: got %d, want %d", c.network, c.host, c.origin, answer.StatusCode, c.want)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("unix", path); err == nil {
		t.Error("the socket answers still")
	}
}
