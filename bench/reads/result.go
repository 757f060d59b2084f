package reads

import (
	"fmt"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

// A Result is what a slice of time saw.
type Result struct {
	Took []time.Duration // sorted
	Used time.Duration   // CPU time of the server
}

func (r Result) at(share float64) float64 {
	return float64(r.Took[int(share*float64(len(r.Took)-1))]) / float64(time.Microsecond)
}

// P50 returns the median time of a request in microseconds.
func (r Result) P50() float64 { return r.at(0.50) }

// P99 returns the time that one request in a hundred exceeds.
func (r Result) P99() float64 { return r.at(0.99) }

// CPU returns the CPU time of the server for a request in microseconds.
func (r Result) CPU() float64 {
	return float64(r.Used) / float64(time.Microsecond) / float64(len(r.Took))
}

// String returns the three figures.
func (r Result) String() string {
	return fmt.Sprintf("p50 %.1f µs, p99 %.1f µs, %.1f CPU-µs, %d requests", r.P50(), r.P99(), r.CPU(), len(r.Took))
}

// Ratios returns the spread of a figure of a ÷ that of b, pair by pair.
func Ratios(a, b []Result, of func(Result) float64) measure.Spread {
	all := make([]float64, len(a))
	for i := range all {
		all[i] = of(a[i]) / of(b[i])
	}
	return measure.SpreadOf(all)
}

// Middle tells the median of each figure.
func Middle(all []Result) string {
	median := func(of func(Result) float64) float64 {
		figures := make([]float64, len(all))
		for i, r := range all {
			figures[i] = of(r)
		}
		return measure.SpreadOf(figures).Median
	}
	return fmt.Sprintf("p50 %.0f µs, p99 %.0f µs, %.1f CPU-µs a request", median(Result.P50), median(Result.P99), median(Result.CPU))
}
