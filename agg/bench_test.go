package agg_test

import (
	"math/rand/v2"
	"testing"

	"github.com/truepoint/truepoint/agg"
	"github.com/truepoint/truepoint/value"
)

// run returns n numbers: amounts of money, or with a spread of exponents that 128 bits do not hold.
func run(n int, wide bool) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = float64(r.IntN(100000)+1) / 100
		if wide && i%2 == 0 {
			xs[i] *= 1e30
		}
	}
	return xs
}

func BenchmarkState(b *testing.B) {
	xs := run(4096, false)
	for _, f := range []agg.Function{agg.Count, agg.Sum, agg.StddevPop, agg.Max, agg.Last} {
		b.Run(string(f), func(b *testing.B) {
			st := stateOf(b, agg.Spec{Function: f, Input: value.Scalar(value.Float64)}, nil)
			for i := 0; b.Loop(); i++ {
				st.Add(value.OfFloat64(xs[i&4095]), agg.Order{Event: 1, Position: int64(i)})
			}
		})
	}
}

func BenchmarkPrefix(b *testing.B) {
	for name, wide := range map[string]bool{"money": false, "wide": true} {
		xs := run(4096, wide)
		b.Run("build/"+name, func(b *testing.B) {
			var p agg.Prefix
			for b.Loop() {
				p.Floats(xs)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
		})
		for _, f := range []agg.Function{agg.Count, agg.Sum, agg.Mean, agg.StddevPop} {
			b.Run(string(f)+"/"+name, func(b *testing.B) {
				formula, squares, _ := agg.Spec{Function: f, Input: value.Scalar(value.Float64)}.Formula()
				p := agg.Prefix{Squares: squares}
				p.Floats(xs)
				for i := 0; b.Loop(); i++ {
					lo := i & 2047
					if _, err := formula(p.Totals(lo, lo+2000)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkExtremes(b *testing.B) {
	xs := run(4096, false)
	e := agg.NewGreatest[int64]()
	for b.Loop() {
		e.Reset()
		var cursors [4]int
		for i, x := range xs {
			e.Push(i, agg.GreatestKey(x))
			for w := range cursors {
				e.Best(i-[...]int{10, 100, 1000, 3000}[w], &cursors[w])
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}
