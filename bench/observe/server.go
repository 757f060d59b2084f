package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/server/httpserver"
	"github.com/truepoint/truepoint/server/tracing"
)

// The ways in which one store is served. The others are compared with the first.
const (
	unwatched = iota
	again     // unwatched too: how far from 1 it is, the figures of the others may be
	counted
	traced // and counted
	ways
)

// Each way has some servers, and each of them an address and a number, from 0.
const servers = ways * copies

// copies of a server do not cost the same: where their memory lies makes up to 1 %.
const copies = 4

// wayOf returns the way of a server.
func wayOf(server int) int { return server % ways }

// What a control address of the serving process is asked for.
const (
	turnPath = "/turn/" // with the number of a server: calls of the store are watched as it would have them
	sendPath = "/send"  // that the spans be sent which wait
)

// serve serves a repository in all ways, as the product does, until it is killed, by servers that are made in an order that seed
// draws. It prints their addresses, and that of control.
func serve(ctx context.Context, r *reads.Repository, collector string, seed uint64) error {
	store, err := r.Open(ctx)
	if err != nil {
		return err
	}
	tracer, err := tracing.Open(ctx, collector, &tracing.Options{Wait: time.Hour})
	if err != nil {
		return err
	}
	var calls turns
	store.Watch(&calls)
	var listeners [servers + 1]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return err
		}
		fmt.Print(listeners[i].Addr(), " ")
	}
	fmt.Println()
	var all errgroup.Group
	for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(servers) {
		var opt httpserver.Options
		switch wayOf(i) {
		case traced:
			opt.Tracer = tracer
			fallthrough
		case counted:
			opt.Metrics = httpserver.NewMetrics()
			calls.of[i] = opt.Metrics.Watch("embedded", opt.Tracer)
		}
		s := httpserver.New(store, &opt)
		all.Go(func() error { return s.Serve(ctx, listeners[i]) })
	}
	all.Go(func() error { return http.Serve(listeners[servers], control(&calls, tracer)) })
	return all.Wait()
}

// control answers at turnPath and sendPath.
func control(calls *turns, tracer *tracing.Tracer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+turnPath+"{server}", func(w http.ResponseWriter, r *http.Request) {
		i, err := strconv.Atoi(r.PathValue("server"))
		if err != nil || i < 0 || i >= servers {
			http.NotFound(w, r)
			return
		}
		calls.now.Store(calls.of[i])
	})
	mux.HandleFunc("POST "+sendPath, func(w http.ResponseWriter, r *http.Request) {
		if err := tracer.Close(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	return mux
}

// turns watch the calls of the store that the servers share, for the one whose turn it is. It is an online.Watcher.
type turns struct {
	of  [servers]*httpserver.StoreWatch // nil: that server would have nobody watch
	now atomic.Pointer[httpserver.StoreWatch]
}

// Now implements online.Watcher.
func (t *turns) Now() (now time.Time) {
	if w := t.now.Load(); w != nil {
		now = w.Now()
	}
	return now
}

// Called implements online.Watcher.
func (t *turns) Called(ctx context.Context, c online.Call) {
	if w := t.now.Load(); w != nil {
		w.Called(ctx, c)
	}
}
