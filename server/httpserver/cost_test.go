package httpserver_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	port "github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/value"
)

// wide returns a handler on an embedded store of keys entities with 5 views of 10 features, and a service of all.
func wide(t testing.TB, keys int) http.Handler {
	t.Helper()
	driver, err := embeddedonline.Open(t.Context(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	rig := storetest.New(t, now, func(o *truepoint.Options) { o.Online = driver })
	t.Cleanup(func() { rig.Store.Close() })
	set := storetest.Set("")
	set.Entities[0].ValueType = value.Scalar(value.Int64)
	first, all := *set.Views[0], &feature.Service{Name: "all"}
	set.Views = nil
	for v := range 5 {
		view := first
		view.Name = fmt.Sprintf("view_%d", v)
		for f, k := range []value.Kind{value.Float64, value.Float64, value.Float64, value.Float64, value.Float32, value.Int64, value.Int64, value.Int64, value.Bool, value.String} {
			view.Schema = append(view.Schema, feature.Field{Name: fmt.Sprintf("v%d_f%d", v, f), Type: value.Scalar(k)})
		}
		set.Views, all.Features = append(set.Views, &view), append(all.Features, feature.Projection{View: view.Name})
	}
	set.Services = []*feature.Service{all}
	rig.Apply(t, set)
	set, _, err = rig.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range set.Views {
		var cells []port.Cell
		for k := range keys {
			key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(k))})
			if err != nil {
				t.Fatal(err)
			}
			x := value.OfFloat64(float64(k) + 0.25)
			n := value.OfInt64(int64(k))
			row, err := value.AppendRow(nil, v.RowSchema(), value.Version{Event: now - 1, Created: now - 1, Snapshot: now},
				[]value.Value{x, x, x, x, value.OfFloat32(0.5), n, n, n, value.OfBool(true), value.OfString(fmt.Sprintf("cat_%d", k))})
			if err != nil {
				t.Fatal(err)
			}
			cells = append(cells, port.Cell{Key: key, Row: row})
		}
		if _, err := driver.PutBatch(t.Context(), v.Table(storetest.Project), cells); err != nil {
			t.Fatal(err)
		}
	}
	return httpserver.New(rig.Store, nil).Handler()
}

// A quiet is a response writer that costs nothing.
type quiet struct {
	header http.Header
	status int
	body   []byte
}

func (q *quiet) Header() http.Header                { return q.header }
func (q *quiet) WriteHeader(status int)             { q.status = status }
func (q *quiet) Write(b []byte) (int, error)        { q.body = append(q.body, b...); return len(b), nil }
func (q *quiet) SetReadDeadline(at time.Time) error { return nil }

// An asking repeats one request without cost of its own.
type asking struct {
	handler http.Handler
	request *http.Request
	text    []byte
	body    *bytes.Reader
	answer  quiet
}

func newAsking(t testing.TB, h http.Handler, path string, rows int) *asking {
	keys := make([]string, rows)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	a := &asking{handler: h, text: []byte(`{"feature_service":"all","entities":{"k":[` + strings.Join(keys, ",") + `]}}`), body: bytes.NewReader(nil), answer: quiet{header: http.Header{}}}
	a.request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
	a.request.Host = "127.0.0.1:6566"
	a.request.Header.Set("Content-Type", "application/json")
	a.request.ContentLength = int64(len(a.text))
	a.request.Body = io.NopCloser(a.body)
	return a
}

func (a *asking) ask() {
	a.body.Reset(a.text)
	a.answer.status, a.answer.body = http.StatusOK, a.answer.body[:0]
	a.handler.ServeHTTP(&a.answer, a.request)
}

// TestAllocationsOfARequest bounds what a request allocates beyond what net/http does: the same for one entity and for a
// thousand. It is not parallel, because the allocations of other tests would count.
func TestAllocationsOfARequest(t *testing.T) {
	h := wide(t, 1000)
	for _, path := range []string{"/get-online-features", "/v1/online"} {
		for _, rows := range []int{1, 1000} {
			a := newAsking(t, h, path, rows)
			a.ask()
			if got := bytes.Count(a.answer.body, []byte(`"PRESENT"`)); a.answer.status != http.StatusOK || got < 50*rows {
				t.Fatalf("%s, %d rows: status %d, %d cells are PRESENT: %.300s", path, rows, a.answer.status, got, a.answer.body)
			}
			n := testing.AllocsPerRun(100, a.ask)
			if n > 10 {
				t.Errorf("%s, %d rows: %.0f allocations, want at most 10", path, rows, n)
			}
			t.Logf("%s, %d rows: %.0f allocations", path, rows, n)
		}
	}
}

func BenchmarkOnline(b *testing.B) {
	h := wide(b, 1000)
	for _, rows := range []int{1, 100} {
		b.Run(fmt.Sprintf("%dx50", rows), func(b *testing.B) {
			a := newAsking(b, h, "/get-online-features", rows)
			a.ask()
			b.ReportAllocs()
			for b.Loop() {
				a.ask()
			}
		})
	}
}
