package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/server/tracing"
)

// The ways in which one store is served, each at an address of its own; the others are compared with the first.
const (
	unwatched = iota
	counted
	traced // and counted
	ways

	reference = ways // unwatched, and not measured: what comes first has better places in memory
	servers   = ways + 1
)

// sendPath is where the server is asked to send the spans that wait.
const sendPath = "/send"

// serve serves a repository in all ways, as the product does, until it is killed, with the server of one of them made first, the
// others in their order. It prints the addresses of the ways, of the reference and of sendPath.
func serve(ctx context.Context, r *reads.Repository, collector string, first int) error {
	store, err := r.Open(ctx)
	if err != nil {
		return err
	}
	tracer, err := tracing.Open(ctx, collector, &tracing.Options{Wait: time.Hour})
	if err != nil {
		return err
	}
	options := [servers]*httpserver.Options{
		reference: {},
		unwatched: {},
		counted:   {Metrics: httpserver.NewMetrics()},
		traced:    {Metrics: httpserver.NewMetrics(), Tracer: tracer},
	}
	store.Watch(options[traced].Metrics.Watch("embedded", tracer))
	var listeners [servers + 1]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return err
		}
		fmt.Print(listeners[i].Addr(), " ")
	}
	fmt.Println()
	var all errgroup.Group
	start := func(w int) {
		s := httpserver.New(store, options[w])
		all.Go(func() error { return s.Serve(ctx, listeners[w]) })
	}
	start(reference)
	for n := range ways {
		start((first + n) % ways)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+sendPath, func(w http.ResponseWriter, r *http.Request) {
		if err := tracer.Close(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	all.Go(func() error { return http.Serve(listeners[servers], mux) })
	return all.Wait()
}
