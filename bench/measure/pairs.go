package measure

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Note prints a line about the run to standard error; standard output is for rows.
func Note(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// Start notes which benchmark begins, at which load average.
func Start(name string) {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown")
	}
	Note("%s: load average %s", name, strings.TrimSpace(string(load)))
}

// Pairs measures two sides n times each, interleaved, ours first, and notes each pair and, unless it is empty, what is
// measured.
func Pairs[T any](n int, what string, ours, theirs func() (T, error)) (a, b []T, err error) {
	if what != "" {
		what = ", " + what
	}
	for i := range n {
		x, err := ours()
		if err != nil {
			return nil, nil, err
		}
		y, err := theirs()
		if err != nil {
			return nil, nil, err
		}
		Note("pair %d%s: ours %v; yardstick %v", i+1, what, x, y)
		a, b = append(a, x), append(b, y)
	}
	return a, b, nil
}

// Wall, CPU and Peak are the figures of a Cost.
func Wall(c Cost) float64 { return c.Wall.Seconds() }

// CPU returns the CPU seconds.
func CPU(c Cost) float64 { return c.CPU.Seconds() }

// Peak returns the memory in MiB.
func Peak(c Cost) float64 { return c.Peak }

// Each returns one figure of each cost.
func Each(costs []Cost, of func(Cost) float64) []float64 {
	out := make([]float64, len(costs))
	for i, c := range costs {
		out[i] = of(c)
	}
	return out
}

// A Spread is the median, least and greatest of some figures.
type Spread struct{ Median, Min, Max float64 }

// SpreadOf returns the spread of figures, of which there is at least one.
func SpreadOf(figures []float64) Spread {
	s := slices.Clone(figures)
	slices.Sort(s)
	return Spread{s[len(s)/2], s[0], s[len(s)-1]}
}

// Ratios returns the spread of a figure of a ÷ that of b, pair by pair.
func Ratios(a, b []Cost, of func(Cost) float64) Spread {
	all := make([]float64, len(a))
	for i := range all {
		all[i] = of(a[i]) / of(b[i])
	}
	return SpreadOf(all)
}

// String returns "0.65× (0.60–0.85)".
func (s Spread) String() string {
	return fmt.Sprintf("%.2f× (%.2f–%.2f)", s.Median, s.Min, s.Max)
}

// Middle returns the median of each figure.
func Middle(costs []Cost) Cost {
	median := func(of func(Cost) float64) float64 { return SpreadOf(Each(costs, of)).Median }
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return Cost{seconds(median(Wall)), seconds(median(CPU)), median(Peak)}
}
