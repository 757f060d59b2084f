package main

import (
	"context"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/internal/load"
)

// connections are those of an open load.
const connections = 8

// noteTails notes the latencies of both sides under an open load of half and of four fifths of what each carries at most.
func noteTails(ctx context.Context, slice time.Duration, ours, theirs *reads.Load) error {
	for _, side := range []struct {
		name string
		load *reads.Load
	}{{"ours", ours}, {"hello-http", theirs}} {
		most, err := open(ctx, side.load, &load.Load{Duration: slice})
		if err != nil {
			return err
		}
		for _, share := range []float64{0.5, 0.8} {
			r, err := open(ctx, side.load, &load.Load{Rate: share * most.Throughput(), Duration: slice, WarmUp: slice / 4})
			if err != nil {
				return err
			}
			measure.Note("  open load of %d connections, %s: %.0f %% of at most %.0f requests a second: p50 %.0f µs, p99 %.0f µs, p99.9 %.0f µs", connections, side.name,
				share*100, most.Throughput(), microseconds(r, 0.5), microseconds(r, 0.99), microseconds(r, 0.999))
		}
	}
	return nil
}

func microseconds(r *load.Result, quantile float64) float64 {
	return float64(r.Quantile(quantile)) / float64(time.Microsecond)
}

// open asks by an open load; how says all but the connections.
func open(ctx context.Context, l *reads.Load, how *load.Load) (*load.Result, error) {
	free := make(chan *reads.Conn, connections)
	for range connections {
		c, err := l.Dial()
		if err != nil {
			return nil, err
		}
		defer c.Close()
		free <- c
	}
	how.Connections = connections
	how.Ask = func(_ context.Context, k int) (int, error) {
		c := <-free
		defer func() { free <- c }()
		return 0, c.Ask(k)
	}
	r := load.Run(ctx, how)
	return r, r.Error
}
