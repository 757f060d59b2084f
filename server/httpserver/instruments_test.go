package httpserver_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/server/onlinejson"
	"github.com/truepoint/truepoint/server/tracing"
	"github.com/truepoint/truepoint/serving"
)

// BenchmarkTracing compares a request without tracing with one that is traced by the default share, and with one that is
// sampled for certain. docs/adr/0024-server-under-load.md has the figures.
func BenchmarkTracing(b *testing.B) {
	store := wideStore(b, 1000)
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer sink.Close()
	for _, c := range []struct {
		name   string
		sample float64
	}{{"off", 0}, {"default", tracing.DefaultSample}, {"all", 1}} {
		for _, rows := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s/%dx50", c.name, rows), func(b *testing.B) {
				opt := &httpserver.Options{Metrics: httpserver.NewMetrics()}
				if c.sample > 0 {
					var err error
					if opt.Tracer, err = tracing.Open(b.Context(), sink.URL, &tracing.Options{Sample: c.sample}); err != nil {
						b.Fatal(err)
					}
				}
				a := newAsking(b, httpserver.New(store, opt).Handler(), "/get-online-features", rows)
				a.ask()
				b.ReportAllocs()
				began := spent(b)
				for b.Loop() {
					a.ask()
				}
				if err := opt.Tracer.Close(context.WithoutCancel(b.Context())); err != nil {
					b.Error(err)
				}
				b.ReportMetric(float64(spent(b)-began)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// spent returns the processor time of this process, that of other goroutines included.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkMetrics measures what counting a request of one row and 50 features takes.
func BenchmarkMetrics(b *testing.B) {
	store, m := wideStore(b, 10), httpserver.NewMetrics()
	var r serving.Rendering
	var t httpserver.Tally
	q := &serving.Request{Service: "all", AsOf: eventtime.None, Entities: []input.Column{input.FromTexts("k", []string{"1"})}}
	if err := store.Render(b.Context(), q, serving.FeastForm, &r); err != nil {
		b.Fatal(err)
	}
	new(onlinejson.Writer).AppendFeast(nil, &r)
	b.ReportAllocs()
	began := spent(b)
	for b.Loop() {
		m.Count(&r, time.Millisecond, &t)
	}
	b.ReportMetric(float64(spent(b)-began)/float64(b.N), "cpu-ns/op")
}
