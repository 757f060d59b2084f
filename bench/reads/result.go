package reads

import (
	"fmt"
	"slices"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

// A Result is what a slice of time saw.
type Result struct {
	Took   []time.Duration // sorted
	Used   time.Duration   // CPU time of the server
	Stored time.Duration   // and of the store that it asked, if that is a process of its own
}

// Take returns what calls took, n ≥ 1 of them, one after the other.
func Take(n int, call func() error) (Result, error) {
	r := Result{Took: make([]time.Duration, 0, n)}
	err := r.take(call, func() bool { return len(r.Took) < n })
	return r, err
}

// TakeFor returns what calls took that were made one after the other for a time.
func TakeFor(slice time.Duration, call func() error) (Result, error) {
	r, until := Result{Took: make([]time.Duration, 0, 1<<18)}, time.Now().Add(slice)
	err := r.take(call, func() bool { return time.Now().Before(until) })
	return r, err
}

// take adds what calls took as long as more says so.
func (r *Result) take(call func() error, more func() bool) error {
	for more() {
		began := time.Now()
		if err := call(); err != nil {
			return err
		}
		r.Took = append(r.Took, time.Since(began))
	}
	slices.Sort(r.Took)
	return nil
}

func (r Result) at(share float64) float64 {
	return float64(r.Took[int(share*float64(len(r.Took)-1))]) / float64(time.Microsecond)
}

// P50 returns the median time of a request in microseconds.
func (r Result) P50() float64 { return r.at(0.50) }

// P99 returns the time that one request in a hundred exceeds.
func (r Result) P99() float64 { return r.at(0.99) }

// CPU returns the CPU time of the server for a request in microseconds.
func (r Result) CPU() float64 { return r.each(r.Used) }

// AllCPU returns that of the server and the store.
func (r Result) AllCPU() float64 { return r.each(r.Used + r.Stored) }

func (r Result) each(d time.Duration) float64 {
	return float64(d) / float64(time.Microsecond) / float64(len(r.Took))
}

// String returns the figures.
func (r Result) String() string {
	text := fmt.Sprintf("p50 %.1f µs, p99 %.1f µs", r.P50(), r.P99())
	if r.Used > 0 {
		text += fmt.Sprintf(", %.1f CPU-µs", r.CPU())
	}
	if r.Stored > 0 {
		text += fmt.Sprintf(" and %.1f of the store", r.each(r.Stored))
	}
	return text + fmt.Sprintf(", %d requests", len(r.Took))
}

// Plus returns what doing one thing of r and then one of o takes, if each quantile of both comes together.
func (r Result) Plus(o Result) Result {
	out := Result{Took: make([]time.Duration, len(r.Took))}
	for i := range out.Took {
		out.Took[i] = r.Took[i] + o.Took[i*len(o.Took)/len(r.Took)]
	}
	share := float64(len(r.Took)) / float64(len(o.Took))
	out.Used = r.Used + time.Duration(float64(o.Used)*share)
	out.Stored = r.Stored + time.Duration(float64(o.Stored)*share)
	return out
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
	text := fmt.Sprintf("p50 %.0f µs, p99 %.0f µs", median(all, Result.P50), median(all, Result.P99))
	if all[0].Used > 0 {
		text += fmt.Sprintf(", %.1f CPU-µs a request", median(all, Result.CPU))
	}
	if all[0].Stored > 0 {
		text += fmt.Sprintf(" and %.1f of the store", median(all, func(r Result) float64 { return r.each(r.Stored) }))
	}
	return text
}

func median(all []Result, of func(Result) float64) float64 {
	figures := make([]float64, len(all))
	for i, r := range all {
		figures[i] = of(r)
	}
	return measure.SpreadOf(figures).Median
}
