// Command pit measures row 14a of the performance goals: a point-in-time join of 1 M entity rows with one view of 20 M
// rows against DuckDB's ASOF join of the same files: the join alone, from entity rows in memory to a result in memory,
// and from Parquet to Parquet, where ours is durable and DuckDB's is not. With -newest it measures the reduction of the
// same 20 M rows to the newest row of 1 M keys, which has no yardstick. It makes the data, compares the answers of both
// sides, runs interleaved pairs, each side in a process of its own, and prints the row.
//
//	go run ./bench/pit [-data DIR] [-pairs 5] [-python PYTHON] [-newest]
//
// DuckDB and Polars are installed with pip into a virtual environment beside DIR unless -python has both.
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
	flag.StringVar(&b.data, "data", "bench/data/pit", "directory for data and results")
	flag.IntVar(&b.pairs, "pairs", 5, "interleaved pairs of measurements")
	flag.StringVar(&b.python, "python", "python3", "a Python, with or without duckdb")
	flag.StringVar(&b.keys, "keys", "int", "keys of -newest: int or string")
	newest := flag.Bool("newest", false, "measure the newest row per key instead")
	one := flag.String("one", "", "used by the program itself, in this process: prepare, join, eval or newest")
	profile := flag.String("cpuprofile", "", "with -one: write a CPU profile to this file")
	flag.Parse()
	ctx := context.Background()
	var err error
	switch {
	case *one != "":
		err = measure.Profiled(*profile, func() error { return b.one(ctx, *one) })
	case *newest:
		err = b.measureNewest(ctx)
	default:
		err = b.measureJoin(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/pit:", err)
		os.Exit(1)
	}
}

// A bench is one run of the program.
type bench struct {
	data   string
	pairs  int
	python string
	keys   string
}

func (b *bench) path(name string) string { return filepath.Join(b.data, name) }

// self runs our side in a process of its own.
func (b *bench) self(ctx context.Context, what string) (measure.Cost, error) {
	return measure.Self(ctx, "-one", what, "-data", b.data, "-keys", b.keys)
}

// measureJoin prints row 14a.
func (b *bench) measureJoin(ctx context.Context) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}
	measure.Start("bench/pit")
	join := func() (measure.Cost, error) { return b.self(ctx, "join") }
	asof := func() (measure.Cost, error) { return b.duck(ctx, "join", b.path("theirs.parquet")) }
	if _, _, err := measure.Pairs(1, "", join, asof); err != nil { // not counted: it warms the caches of the disk
		return err
	}
	if _, err := b.duck(ctx, "compare"); err != nil {
		return err
	}
	eval := func() (measure.Cost, error) { return b.self(ctx, "eval") }
	asofAlone := func() (measure.Cost, error) { return b.duck(ctx, "eval") }
	if err := b.row("`Eval` alone: 1 M entity rows in memory, one view of 20 M rows in Parquet", eval, asofAlone); err != nil {
		return err
	}
	return b.row("the same, Parquet to Parquet, durable", join, asof)
}

// row measures two sides and prints a row.
func (b *bench) row(what string, our, their func() (measure.Cost, error)) error {
	ours, theirs, err := measure.Pairs(b.pairs, "", our, their)
	if err != nil {
		return err
	}
	wall, cpu, memory := measure.Ratios(ours, theirs, measure.Wall), measure.Ratios(ours, theirs, measure.CPU), measure.Ratios(ours, theirs, measure.Peak)
	measure.Row{
		Number: "14a", What: what, Yardstick: "DuckDB ASOF: " + measure.Middle(theirs).String(), Ours: measure.Middle(ours).String(),
		Wall: wall.String(), CPU: cpu.String(), Memory: memory.String(), Gate: "≤ 0.7× wall, ≤ 0.25× memory",
		Verdict: measure.Verdict(wall.Median <= 0.7 && memory.Median <= 0.25, cpu.Median <= 0.7 && memory.Median <= 0.25),
	}.Print()
	return nil
}

// measureNewest prints what the reduction takes.
func (b *bench) measureNewest(ctx context.Context) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}
	measure.Start("bench/pit -newest")
	var ours []measure.Cost
	for range b.pairs {
		o, err := b.self(ctx, "newest")
		if err != nil {
			return err
		}
		ours = append(ours, o)
	}
	measure.Row{What: "newest of 20 M rows, 1 M " + b.keys + " keys, with payload", Ours: measure.Middle(ours).String()}.Print()
	return nil
}
