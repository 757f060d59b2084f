package httpserver_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/featurelog"
	"github.com/truepoint/truepoint/server/httpserver"
)

// ask posts a body, with an identifier of the request unless that is empty, and returns the status.
func ask(f *fixture, path, id, body string) int {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, f.srv.URL+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if id != "" {
		r.Header.Set("X-Request-Id", id)
	}
	status, _ := f.do(r)
	return status
}

// logged serves the fixture with a feature log of a share of the entities, calls ask, and returns the rows of the log as
// "keys view:feature value status event", and the metrics.
func logged(t *testing.T, share float64, work func(f *fixture)) (rows []string, metrics string) {
	t.Helper()
	dir := t.TempDir()
	l, err := featurelog.Open(&featurelog.Options{Dir: dir, Sample: share, Clock: func() eventtime.Instant { return now }})
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t, &httpserver.Options{FeatureLog: l})
	work(f)
	f.srv.Close() // waits for handlers, which hand over after they have answered
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := httptest.NewRecorder()
	f.srv.Config.Handler.ServeHTTP(seen, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/metrics", nil))
	text := seen.Body.String()
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := drivers.ReadTable(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Rows {
			cell := func(name string) any {
				for c, n := range b.Names {
					if v := b.Columns[c].At(i); n == name && !v.IsNull() {
						return v.Text()
					}
				}
				return "-"
			}
			rows = append(rows, fmt.Sprintf("%s %s %s:%s %s %s %s", cell("request_id"), cell("keys"), cell("view"), cell("feature"), cell("value"), cell("status"), cell("service")))
		}
		return nil
	})
	return rows, text
}

func TestFeatureLogHasEveryCellThatWasAnswered(t *testing.T) {
	t.Parallel()
	rows, metrics := logged(t, 1, func(f *fixture) {
		ask(f, "/get-online-features", "abc", `{"feature_service":"svc","entities":{"user_id":[1,2,3,4]}}`)
		ask(f, "/v1/online", "", `{"features":["txn:country"],"entities":{"user_id":[1]}}`)
		ask(f, "/v1/online", "", `{"features":["txn:nothing"],"entities":{"user_id":[1]}}`)
	})
	want := []string{
		`abc {"user_id":1} txn:cnt 103 PRESENT svc`, `abc {"user_id":1} txn:amt_avg 13.0 PRESENT svc`,
		`abc {"user_id":2} txn:cnt null NULL_VALUE svc`, `abc {"user_id":2} txn:amt_avg 1e+300 PRESENT svc`,
		`abc {"user_id":3} txn:cnt null OUTSIDE_MAX_AGE svc`, `abc {"user_id":3} txn:amt_avg null OUTSIDE_MAX_AGE svc`,
		`abc {"user_id":4} txn:cnt null NOT_FOUND svc`, `abc {"user_id":4} txn:amt_avg null NOT_FOUND svc`,
		`- {"user_id":1} txn:country "FR" PRESENT -`,
	}
	if got := strings.Join(rows, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if want := `truepoint_feature_log_entities_total{outcome="logged"} 5`; !strings.Contains(metrics, want) {
		t.Errorf("the metrics lack %s", want)
	}
}

func TestFeatureLogKeepsTheSameEntitiesOfEveryRequest(t *testing.T) {
	t.Parallel()
	var ids []string
	for i := range 1000 {
		ids = append(ids, fmt.Sprint(i))
	}
	rows, _ := logged(t, 0.05, func(f *fixture) {
		for range 3 {
			ask(f, "/v1/online", "", `{"features":["txn:cnt"],"entities":{"user_id":[`+strings.Join(ids, ",")+`]}}`)
		}
	})
	seen := map[string]int{}
	for _, r := range rows {
		seen[r]++
	}
	if len(seen) < 20 || len(seen) > 90 {
		t.Errorf("%d of 1000 entities were kept at a share of 0.05", len(seen))
	}
	for r, n := range seen {
		if n != 3 {
			t.Errorf("%s was kept %d times, want 3", r, n)
		}
	}
}

func TestFeatureLogThatCannotWriteSlowsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := featurelog.Open(&featurelog.Options{Dir: dir, QueueMax: 1, FileCells: 1, Clock: func() eventtime.Instant { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dt=2026-11-25"), nil, 0o644); err != nil { // where a directory should be
		t.Fatal(err)
	}
	f := newFixture(t, &httpserver.Options{FeatureLog: l})
	for range 50 {
		if status := ask(f, "/v1/online", "", `{"features":["txn:cnt"],"entities":{"user_id":[1,2,3]}}`); status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
	}
	f.srv.Close()
	if err := l.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Logged+s.Dropped != 150 || s.Files != 0 || s.Lost != s.Logged {
		t.Errorf("stats %+v", s)
	}
}
