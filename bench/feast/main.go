// Command feast measures rows 8 and 13 of the performance goals: Truepoint beside Feast on one repository of Feast's form, the
// same feature_store.yaml, definitions in Python and Parquet files, in the same run.
//
// Row 8 asks Feast's Python server (one worker that is never restarted) and ours for all 50 features of one entity and of a
// hundred, which both keep in the same Redis; servers and Redis on one core, the load on the other. Row 13 pushes single rows
// over HTTP to the same servers, then materializes one view of ten features: into Redis, and into the embedded store beside
// Feast's SQLite, each side in a process of its own. Answers are compared before anything is timed. It prints the rows.
//
//	go run ./bench/feast [-binary bin/truepoint] [-data DIR] [-entities 100000] [-rows 1000000] [-pairs 5] [-slice 3s] [-connections 64] [-push] [-materialize] [-python PYTHON]
//
// Feast is installed with pip into a virtual environment beside DIR unless PYTHON has it. What it takes minutes to write to
// Redis is kept in DIR.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
)

func main() {
	b := &bench{}
	flag.StringVar(&b.data, "data", "bench/data/feast", "directory for data and repositories")
	flag.StringVar(&b.binary, "binary", "bin/truepoint", "the program that is measured")
	flag.StringVar(&b.python, "python", "python3", "a Python, with or without feast[redis,duckdb] and polars")
	flag.IntVar(&b.entities, "entities", 100_000, "entities stored")
	flag.IntVar(&b.rows, "rows", 1_000_000, "rows of the history of each view")
	flag.IntVar(&b.pairs, "pairs", 5, "interleaved pairs")
	flag.DurationVar(&b.slice, "slice", 3*time.Second, "length of one side of a pair of reads or pushes")
	flag.IntVar(&b.connections, "connections", 64, "over how many connections pushes come")
	flag.BoolVar(&b.onlyPush, "push", false, "only push")
	flag.BoolVar(&b.onlyMaterialize, "materialize", false, "only materialize, which needs no Redis that Feast has filled")
	prepare := flag.Bool("prepare", false, "only make the data")
	flag.Parse()
	if err := b.run(context.Background(), *prepare); err != nil {
		fmt.Fprintln(os.Stderr, "bench/feast:", err)
		os.Exit(1)
	}
}

// A bench is one run of the program.
type bench struct {
	data, binary, python string
	entities, rows       int
	pairs                int
	slice                time.Duration
	connections          int
	onlyPush             bool
	onlyMaterialize      bool

	name string // Feast and its version
}

// path returns the path of a file of the data.
func (b *bench) path(name ...string) string {
	return filepath.Join(append([]string{b.data}, name...)...)
}

func (b *bench) run(ctx context.Context, prepare bool) (err error) {
	if b.data, err = filepath.Abs(filepath.Join(b.data, fmt.Sprintf("%d-of-%d", b.entities, b.rows))); err != nil {
		return err
	}
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return err
	}
	if err := b.prepare(ctx); err != nil || prepare {
		return err
	}
	if b.onlyMaterialize {
		measure.Start("bench/feast -materialize")
		return b.materialize(ctx)
	}
	measure.Start("bench/feast")
	if err := b.online(ctx); err != nil || b.onlyPush {
		return err
	}
	return b.materialize(ctx)
}
