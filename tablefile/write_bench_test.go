package tablefile_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// BenchmarkParquetOfFlatColumns writes what a join of three views writes: numbers of five digits, texts that repeat, and a
// row in ten null.
func BenchmarkParquetOfFlatColumns(b *testing.B) {
	const rows = 100_000
	rng := rand.New(rand.NewPCG(7, 11))
	batch := &value.Batch{}
	for i := range 30 {
		kind := []value.Kind{value.Float64, value.Float64, value.Int64, value.String}[i%4]
		c := value.NewColumn(value.Scalar(kind), 0)
		c.Resize(rows)
		for r := range rows {
			x := rng.IntN(100_000)
			switch {
			case x%10 == 0:
				c.SetNull(r)
			case kind == value.Float64:
				c.Float64s[r] = float64(x) / 1000
			case kind == value.Int64:
				c.Ints[r] = int64(x)
			default:
				c.Texts[r] = fmt.Sprint("text ", x%1000)
			}
		}
		batch.Add(fmt.Sprint("c", i), c)
	}
	for b.Loop() {
		w, err := tablefile.NewWriter(io.Discard, tablefile.Parquet, batch.Fields())
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Write(batch); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(30*rows), "ns/cell")
}
