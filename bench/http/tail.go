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
		most, err := side.load.Open(ctx, &load.Load{Duration: slice, Connections: connections})
		if err != nil {
			return err
		}
		for _, share := range []float64{0.5, 0.8} {
			r, err := side.load.Open(ctx, &load.Load{Rate: share * most.Throughput(), Duration: slice, WarmUp: slice / 4, Connections: connections})
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
