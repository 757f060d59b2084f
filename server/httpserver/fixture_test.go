package httpserver_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/state/memstate"
	"github.com/truepoint/truepoint/value"
)

// now is the fixed clock of the tests: 2026-11-25T00:00:00Z.
const now eventtime.Instant = 1795564800 * 1e6

// definitions are a push source with one view, keyed by an Int64, and a service.
func definitions() *feature.Set {
	return &feature.Set{
		Project:  "gold",
		Entities: []*feature.Entity{{Name: "user_id", JoinKeys: []string{"user_id"}, ValueType: value.Scalar(value.Int64)}, {Name: "name", JoinKeys: []string{"name"}, ValueType: value.Scalar(value.String)}},
		Sources: []*feature.Source{
			{Name: "rows", Type: feature.FileSource, Path: "rows.parquet", TimestampField: "event_timestamp", CreatedTimestampColumn: "created"},
			{Name: "names", Type: feature.FileSource, Path: "names.parquet", TimestampField: "event_timestamp"},
			{Name: "names_push", Type: feature.PushSource, BatchSource: "names"},
			{Name: "txn_push", Type: feature.PushSource, BatchSource: "rows"},
		},
		Views: []*feature.View{
			{Name: "names_seen", Entities: []string{"name"}, Source: "names_push", Online: true, Schema: []feature.Field{{Name: "seen", Type: value.Scalar(value.Int64)}}},
			{Name: "txn", Entities: []string{"user_id"}, TTL: 7 * eventtime.Day, Source: "txn_push", Online: true, Schema: []feature.Field{
				{Name: "cnt", Type: value.Scalar(value.Int64)},
				{Name: "amt_avg", Type: value.Scalar(value.Float64)},
				{Name: "amt_f32", Type: value.Scalar(value.Float32)},
				{Name: "country", Type: value.Scalar(value.String)},
				{Name: "last_seen", Type: value.Scalar(value.UnixTimestamp)},
			}},
		},
		Services: []*feature.Service{{Name: "svc", Features: []feature.Projection{{View: "txn", Features: []string{"cnt", "amt_avg"}}}}},
	}
}

// A fixture is a server on memory stores with a few pushed rows: user 1 complete, user 2 with nulls and specials, user
// 3 expired.
type fixture struct {
	t     *testing.T
	parts *truepoint.Options
	store *truepoint.Store
	srv   *httptest.Server
}

func newFixture(t *testing.T, opt *httpserver.Options) *fixture {
	t.Helper()
	f := newEmptyFixture(t, definitions(), memoffline.New(), opt)
	f.push(`{"user_id":[1,2,3],"cnt":[103,null,1],"amt_avg":[13.0,1e300,1.0],"amt_f32":[1.25,0.1,1],"country":["FR",null,"x"],"last_seen":[1795351882,null,1],` +
		`"event_timestamp":["2026-11-24T03:00:00","2026-11-24T03:00:00.5","2026-11-01T00:00:00"],"created":["2026-11-24T03:00:00","2026-11-24T04:00:00","2026-11-01T00:00:00"]}`)
	return f
}

// newEmptyFixture serves set, applied to memory stores of which only the offline one holds anything.
func newEmptyFixture(t *testing.T, set *feature.Set, off *memoffline.Driver, opt *httpserver.Options) *fixture {
	t.Helper()
	return newFixtureOn(t, set, &truepoint.Options{Offline: off, Online: memonline.New()}, opt)
}

// newFixtureOn is newEmptyFixture on the stores of parts.
func newFixtureOn(t *testing.T, set *feature.Set, parts *truepoint.Options, opt *httpserver.Options) *fixture {
	t.Helper()
	parts.Project, parts.Registry, parts.State, parts.Clock = "gold", memregistry.New(), memstate.New(), func() eventtime.Instant { return now }
	store, err := truepoint.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	if err := feature.Validate(set); err != nil {
		t.Fatal(err)
	}
	p, err := store.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	o := httpserver.Options{}
	if opt != nil {
		o = *opt
	}
	if o.Metrics == nil {
		o.Metrics = httpserver.NewMetrics()
	}
	f := &fixture{t: t, parts: parts, store: store, srv: httptest.NewServer(httpserver.New(store, &o).Handler())}
	t.Cleanup(func() {
		f.srv.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// second returns another store on the same parts, as another process has.
func (f *fixture) second() *truepoint.Store {
	f.t.Helper()
	s, err := truepoint.New(f.parts)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *fixture) push(df string) {
	f.t.Helper()
	if status, body := f.post("/push", `{"push_source_name":"txn_push","df":`+df+`,"to":"online"}`); status != 200 || body != "" {
		f.t.Fatalf("push: status %d, body %q", status, body)
	}
}

// post sends a JSON body and returns status and body.
func (f *fixture) post(path, body string) (int, string) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, f.srv.URL+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return f.do(r)
}

func (f *fixture) do(r *http.Request) (int, string) {
	f.t.Helper()
	status, _, body := f.exchange(r)
	return status, body
}

// get asks a path and returns status and body.
func (f *fixture) get(path string) (int, string) {
	f.t.Helper()
	r, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.srv.URL+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.do(r)
}

// exchange sends a request and returns status, header and body, without the newline at its end. A request that is
// refused, with a status from 400 on, must leave the stores as they were. Both must be as /openapi.json says.
func (f *fixture) exchange(r *http.Request) (int, http.Header, string) {
	f.t.Helper()
	var asked []byte
	if r.Body != nil {
		var err error
		if asked, err = io.ReadAll(r.Body); err != nil {
			f.t.Fatal(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(asked))
	}
	unchanged := datatest.Stores(f.t, f.parts)
	answer, err := f.srv.Client().Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		unchanged()
	}
	documented(f.t).checkExchange(f.t, r, asked, answer, b)
	return answer.StatusCode, answer.Header, strings.TrimSuffix(string(b), "\n")
}

// want checks status and whole body of a POST.
func (f *fixture) want(path, body string, status int, answer string) {
	f.t.Helper()
	gotStatus, got := f.post(path, body)
	if gotStatus != status || got != answer {
		f.t.Errorf("POST %s %s\n got %d %s\nwant %d %s", path, body, gotStatus, got, status, answer)
	}
}

// wantError checks the status of a POST and that its body, whose form must be that of the route, has every part.
func (f *fixture) wantError(path, body string, status int, parts ...string) {
	f.t.Helper()
	gotStatus, got := f.post(path, body)
	if gotStatus != status {
		f.t.Errorf("POST %s %.200s\n got %d %s\nwant %d", path, body, gotStatus, got, status)
	}
	if !json.Valid([]byte(got)) {
		f.t.Errorf("POST %s %.200s: the answer is no JSON: %s", path, body, got)
	}
	for _, p := range parts {
		if !strings.Contains(got, p) {
			f.t.Errorf("POST %s %.200s\n got %s\nwant a body with %s", path, body, got, p)
		}
	}
}
