package conformance_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/value"
)

// A quiet is a response writer that costs nothing.
type quiet struct {
	header http.Header
	status int
	body   []byte
}

func (q *quiet) Header() http.Header             { return q.header }
func (q *quiet) WriteHeader(status int)          { q.status = status }
func (q *quiet) Write(b []byte) (int, error)     { q.body = append(q.body, b...); return len(b), nil }
func (q *quiet) SetReadDeadline(time.Time) error { return nil }

const wideViews, wideFields = 5, 10

// wideSet has five views of ten features over one source, which a service has all.
func wideSet() *definitions {
	var schema []feature.Field
	for f := range wideFields {
		schema = append(schema, feature.Field{Name: fieldName(f), Type: value.Scalar([]value.Kind{value.Float64, value.Int64, value.String}[f%3])})
	}
	set := storetest.Set("", schema...)
	set.Entities[0].ValueType = value.Scalar(value.Int64)
	first, all := *set.Views[0], &feature.Service{Name: "all"}
	set.Views = nil
	for v := range wideViews {
		view := first
		view.Name = fmt.Sprintf("v%d", v)
		set.Views, all.Features = append(set.Views, &view), append(all.Features, feature.Projection{View: view.Name, Alias: view.Name})
	}
	set.Services = []*feature.Service{all}
	return set
}

// ask returns a function that has h answer a read of all features of the keys from 0 on, and the answer that it had.
func ask(t *testing.T, h http.Handler, path string, keys int) (func(), *quiet) {
	t.Helper()
	ids := make([]int64, keys)
	for i := range ids {
		ids[i] = int64(i)
	}
	text, body, w := []byte(`{"feature_service":"all","full_feature_names":true,"entities":{"k":[`+joined(ids)+`]}}`), bytes.NewReader(nil), &quiet{header: http.Header{}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
	r.Host, r.ContentLength, r.Body = "127.0.0.1:6566", int64(len(text)), io.NopCloser(body)
	r.Header.Set("Content-Type", "application/json")
	return func() {
		body.Reset(text)
		w.status, w.body = http.StatusOK, w.body[:0]
		h.ServeHTTP(w, r)
	}, w
}

// TestAllocationsOfARequestOfRedis bounds what a request allocates beyond what net/http does: 2 for each stored row that is
// read, and, whatever rows there are, 25 for each view. It is not parallel, because the allocations of other tests would count.
func TestAllocationsOfARequestOfRedis(t *testing.T) {
	if raced {
		t.Skip("allocations are those of the program that people run")
	}
	const keys = 200
	for _, b := range backends() {
		if b.name != "redis" && b.name != "redis_cluster" {
			continue
		}
		t.Run(b.name, func(t *testing.T) {
			s := newStack(t, b, wideSet())
			columns, rows := []string{"k:Int64", "event:UnixTimestamp"}, make([][]any, keys)
			for f := range wideFields {
				columns = append(columns, fieldName(f)+":"+[]string{"Float64", "Int64", "String"}[f%3])
			}
			for k := range rows {
				rows[k] = []any{k, ago(eventtime.Hour)}
				for f := range wideFields {
					rows[k] = append(rows[k], []any{float64(k) + 0.25, k, fmt.Sprint("category ", k)}[f%3])
				}
			}
			s.offline.Put("src", storetest.Batch(columns, rows...))
			_, err := s.store.Materialize(t.Context(), &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: ago(eventtime.Day), End: now})
			s.must(err)
			h := httpserver.New(s.store, &httpserver.Options{Metrics: httpserver.NewMetrics()}).Handler()
			for _, path := range []string{"/get-online-features", "/v1/online"} {
				for _, n := range []int{1, keys} {
					once, answer := ask(t, h, path, n)
					once()
					if got := bytes.Count(answer.body, []byte(`"PRESENT"`)); answer.status != http.StatusOK || got < wideViews*wideFields*n {
						t.Fatalf("%s, %d entities: status %d, %d cells are PRESENT: %.300s", path, n, answer.status, got, answer.body)
					}
					got, read := testing.AllocsPerRun(50, once), wideViews*n
					if most := 25*wideViews + 2*read; got > float64(most) {
						t.Errorf("%s: a request of %d stored rows allocates %.0f times, want at most %d", path, read, got, most)
					}
					t.Logf("%s: %.0f allocations for %d stored rows", path, got, read)
				}
			}
		})
	}
}
