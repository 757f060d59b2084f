package load

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"time"
)

// stepsPerHalf is how many lines of a histogram stand between a quantile and the one with half of what is left above it.
const stepsPerHalf = 5

// WriteHistogram writes the distribution of latencies in the text form of HdrHistogram (.hgrm), in milliseconds, which
// its plotter and others draw. Source: HdrHistogram, outputPercentileDistribution.
func (r *Result) WriteHistogram(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)")
	n := len(r.Latency)
	for step := 0; n > 0; step++ {
		q := quantileOf(step)
		rank := min(max(int(math.Ceil(q*float64(n))), 1), n)
		if rank == n {
			break
		}
		fmt.Fprintf(out, "%12.3f %2.12f %10d %14.2f\n", milliseconds(r.Latency[rank-1]), q, rank, 1/(1-q))
	}
	if n > 0 {
		fmt.Fprintf(out, "%12.3f %2.12f %10d\n", milliseconds(r.Latency[n-1]), 1.0, n)
	}
	fmt.Fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", milliseconds(r.Mean()), r.deviation())
	fmt.Fprintf(out, "#[Max     = %12.3f, Total count    = %12d]\n", milliseconds(r.Quantile(1)), n)
	return out.Flush()
}

// quantileOf returns the quantile of a line: each run of stepsPerHalf lines goes half of the way that is left to 1.
func quantileOf(step int) float64 {
	half, within := step/stepsPerHalf, step%stepsPerHalf
	left := math.Pow(0.5, float64(half))
	return 1 - left + left/2*float64(within)/stepsPerHalf
}

// deviation returns the standard deviation of all latencies, in milliseconds.
func (r *Result) deviation() float64 {
	if len(r.Latency) == 0 {
		return 0
	}
	mean, sum := milliseconds(r.Mean()), 0.0
	for _, l := range r.Latency {
		d := milliseconds(l) - mean
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(r.Latency)))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
