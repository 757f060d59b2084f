package expr_test

import (
	"testing"

	"github.com/truepoint/truepoint/value"
)

// BenchmarkFiveOperators evaluates five operators over Float64 columns: a million rows, and one.
func BenchmarkFiveOperators(b *testing.B) {
	for name, rows := range map[string]int{"rows=1000000": 1_000_000, "rows=1": 1} {
		b.Run(name, func(b *testing.B) {
			field, c := numbers(rows)
			p := compile(b, "(x + 1.5) * x - x / 3.0 + 2.0", field)
			cols := []*value.Column{c}
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := p.Eval(b.Context(), cols, nil, rows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
		})
	}
}
