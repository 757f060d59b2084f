package httpserver_test

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/server/access"
	"github.com/truepoint/truepoint/server/httpserver"
)

func TestTokensSayWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokens")
	lines := fmt.Sprintf("read %x\nwrite %x\n", sha256.Sum256([]byte("r")), sha256.Sum256([]byte("w")))
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens, err := access.OpenTokens(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	store := &slowStore{entered: make(chan struct{}, 100), release: make(chan struct{})}
	close(store.release)
	url, stop := start(t, store, &httpserver.Options{Metrics: httpserver.NewMetrics(), Tokens: tokens})
	for _, c := range []struct {
		method, path, token string
		want                int
	}{
		{"GET", "/livez", "", 200}, {"GET", "/metrics", "", 401}, {"GET", "/metrics", "r", 200}, {"GET", "/nothing", "", 401},
		{"POST", "/v1/online", "", 401}, {"POST", "/v1/online", "x", 401}, {"POST", "/v1/online", "r", 200}, {"POST", "/v1/online", "w", 200},
		{"POST", "/get-online-features", "", 401}, {"POST", "/push", "r", 403}, {"POST", "/push", "w", 422}, {"POST", "/write-to-online-store", "r", 403},
		{"POST", "/materialize", "r", 403}, {"POST", "/materialize-incremental", "r", 403}, {"POST", "//push", "r", 404},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, url+c.path, strings.NewReader(onlineBody("1")))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Host = "features.example" // with tokens, a server has any name
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != c.want || (c.want == 401) != (answer.Header.Get("WWW-Authenticate") == "Bearer") {
			t.Errorf("%s %s with %q: got %s %q, want %d", c.method, c.path, c.token, answer.Status, answer.Header.Get("WWW-Authenticate"), c.want)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
