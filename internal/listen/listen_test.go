package listen_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/truepoint/truepoint/internal/listen"
)

// role tells the re-executed test binary to be a server: one that listens, or one that ends.
const role = "TRUEPOINT_TEST_SERVER"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "ends":
		fmt.Fprintln(os.Stderr, "no such port")
		os.Exit(13)
	}
	os.Exit(serve())
}

// serve speaks and ends as `truepoint serve` does.
func serve() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "here") })}
	go func() {
		fmt.Fprintf(os.Stderr, "before\nserving p on http://%s with 1 view\n", l.Addr())
		_ = server.Serve(l)
	}()
	<-ctx.Done()
	_ = server.Close()
	fmt.Fprintln(os.Stderr, "stopped")
	return 130
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServerIsFoundAndStopped(t *testing.T) {
	t.Parallel()
	var lines []string
	s, err := listen.Start(t.Context(), self(t), t.TempDir(), append(os.Environ(), role+"=listens"), func(l string) { lines = append(lines, l) })
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(r.Body); err != nil || body.String() != "here" {
		t.Errorf("got %q, %v", &body, err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if len(lines) != 3 || lines[0] != "before" || lines[2] != "stopped" {
		t.Errorf("told %q", lines)
	}
}

func TestServerThatEndsIsAnErrorWithWhatItSaid(t *testing.T) {
	t.Parallel()
	_, err := listen.Start(t.Context(), self(t), t.TempDir(), append(os.Environ(), role+"=ends"), nil)
	if err == nil || !strings.Contains(err.Error(), "no such port") || !strings.Contains(err.Error(), "13") {
		t.Errorf("got %v, want what it said and its status", err)
	}
	if _, err := listen.Start(t.Context(), filepath.Join(t.TempDir(), "none"), "", nil, nil); err == nil {
		t.Error("a binary that is missing was started")
	}
}
