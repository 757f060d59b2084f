// Command training measures training sets by the command line, Parquet to Parquet, written durably with their manifest.
//
// Rows 14 and 15 of the performance goals join 1 M entity rows with 5 views of 20 M rows, against DuckDB (ASOF, and
// arg_max after a join) and Polars (streaming), by wall time, CPU time and peak memory, and once more with memory capped
// at 2 GiB. Row 16 joins 100,000 entity rows with 3 views of 1 M rows against Feast, with its file store and its DuckDB
// store, and Polars. With -huge it joins 10 M entity rows with the 5 views, which must stay below 4 GiB. It makes the
// data, compares answers before it times, runs interleaved rounds, each side in a process of its own, and prints rows.
//
//	go run ./bench/training -binary bin/truepoint [-data DIR] [-rounds 5] [-scale 1] [-huge] [-python PYTHON] [-feast PYTHON]
//
// DuckDB, Polars and Feast are installed with pip into virtual environments beside DIR unless the Pythons have them.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint/bench/measure"
)

func main() {
	b := &bench{}
	flag.StringVar(&b.data, "data", "bench/data/training", "directory for data and results")
	flag.StringVar(&b.binary, "binary", "bin/truepoint", "the program that is measured")
	flag.IntVar(&b.rounds, "rounds", 5, "interleaved rounds of measurements")
	flag.Float64Var(&b.scale, "scale", 1, "share of the rows and keys that there are; the rows of the table are about 1")
	flag.StringVar(&b.python, "python", "python3", "a Python, with or without duckdb and polars")
	flag.StringVar(&b.feast, "feast", "python3", "a Python, with or without feast[duckdb] and polars")
	huge := flag.Bool("huge", false, "join 10 M entity rows instead, once")
	prepare := flag.Bool("prepare", false, "only make the data")
	flag.Parse()
	if err := b.run(context.Background(), *prepare, *huge); err != nil {
		fmt.Fprintln(os.Stderr, "bench/training:", err)
		os.Exit(1)
	}
}

// A bench is one run of the program.
type bench struct {
	data, binary, python, feast string
	rounds                      int
	scale                       float64
}

func (b *bench) run(ctx context.Context, prepare, huge bool) (err error) {
	if b.data, err = filepath.Abs(filepath.Join(b.data, fmt.Sprintf("scale-%g", b.scale))); err != nil {
		return err
	}
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return err
	}
	if err := b.prepare(ctx); err != nil || prepare {
		return err
	}
	if huge {
		measure.Start("bench/training -huge")
		return b.measureHuge(ctx)
	}
	measure.Start("bench/training")
	if err := b.measureJoin(ctx); err != nil {
		return err
	}
	return b.measureFeast(ctx)
}

// path returns the path of a file of the data.
func (b *bench) path(name ...string) string {
	return filepath.Join(append([]string{b.data}, name...)...)
}
