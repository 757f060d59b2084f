// Command window measures row 17 of the performance goals: 12 aggregates over 4 windows (count, sum and maximum of the
// last hour, day, 7 and 30 days) for 1 M entity rows over 20 M events of 200,000 keys, against the better of two ways to
// write them in DuckDB's SQL: a join of ranges, and window functions. It measures the aggregation alone, from entity rows
// in memory to a result in memory, and from Parquet to Parquet, where ours is durable and DuckDB's is not. It makes the
// data, compares the answers of all three, runs interleaved pairs, each side in a process of its own, and prints the rows.
//
//	go run ./bench/window [-data DIR] [-pairs 5] [-python PYTHON] [-scale 1]
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
	flag.StringVar(&b.data, "data", "bench/data/window", "directory for data and results")
	flag.IntVar(&b.pairs, "pairs", 5, "interleaved pairs of measurements")
	flag.StringVar(&b.python, "python", "python3", "a Python, with or without duckdb")
	flag.Float64Var(&b.scale, "scale", 1, "share of the entity rows, events and keys that there are; the row is about 1")
	one := flag.String("one", "", "used by the program itself, in this process: prepare, join or eval")
	profile := flag.String("cpuprofile", "", "with -one: write a CPU profile to this file")
	flag.Parse()
	ctx := context.Background()
	var err error
	if *one != "" {
		err = measure.Profiled(*profile, func() error { return b.one(ctx, *one) })
	} else {
		err = b.measure(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/window:", err)
		os.Exit(1)
	}
}

// A bench is one run of the program.
type bench struct {
	data   string
	pairs  int
	python string
	scale  float64
}

// path returns the path of a file of this scale.
func (b *bench) path(name string) string {
	return filepath.Join(b.data, fmt.Sprintf("scale-%g", b.scale), name)
}

// self runs our side in a process of its own.
func (b *bench) self(ctx context.Context, what string) (measure.Cost, error) {
	return measure.Self(ctx, "-one", what, "-data", b.data, "-scale", fmt.Sprint(b.scale))
}

// measure prints row 17.
func (b *bench) measure(ctx context.Context) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}
	measure.Start("bench/window")
	if b.scale != 1 {
		measure.Note("  at scale %g: not the row of the goals", b.scale)
	}
	if _, err := b.self(ctx, "join"); err != nil { // not counted: it warms the caches of the disk
		return err
	}
	better, err := b.better(ctx)
	if err != nil {
		return err
	}
	eval := func() (measure.Cost, error) { return b.self(ctx, "eval") }
	theirEval := func() (measure.Cost, error) { return b.duck(ctx, "eval", better) }
	size := fmt.Sprintf("12 aggregates over 4 windows, %g M entity rows in memory, %g M events in Parquet", b.scale, 20*b.scale)
	if err := b.row("`EvalWindows` alone: "+size, better, eval, theirEval); err != nil {
		return err
	}
	join := func() (measure.Cost, error) { return b.self(ctx, "join") }
	theirJoin := func() (measure.Cost, error) { return b.duck(ctx, "join", better) }
	return b.row("the same, Parquet to Parquet, durable", better, join, theirJoin)
}

// better runs both kinds of SQL once, compares their answers with ours, and returns the kind that took less time.
func (b *bench) better(ctx context.Context) (string, error) {
	best, least := "", measure.Cost{}
	for _, kind := range []string{"range", "window"} {
		cost, err := b.duck(ctx, "join", kind)
		if err != nil {
			return "", err
		}
		measure.Note("  DuckDB, %s SQL: %v", kind, cost)
		if _, err := b.duck(ctx, "compare", kind); err != nil {
			return "", err
		}
		if best == "" || cost.Wall < least.Wall {
			best, least = kind, cost
		}
	}
	return best, nil
}

// row measures two sides and prints a row.
func (b *bench) row(what, better string, our, their func() (measure.Cost, error)) error {
	ours, theirs, err := measure.Pairs(b.pairs, "", our, their)
	if err != nil {
		return err
	}
	wall, cpu, memory := measure.Ratios(ours, theirs, measure.Wall), measure.Ratios(ours, theirs, measure.CPU), measure.Ratios(ours, theirs, measure.Peak)
	measure.Row{
		Number: "17", What: what, Yardstick: "DuckDB " + better + " SQL: " + measure.Middle(theirs).String(), Ours: measure.Middle(ours).String(),
		Wall: wall.String(), CPU: cpu.String(), Memory: memory.String(), Gate: "≤ 0.5× wall and CPU",
		Verdict: measure.Verdict(wall.Median <= 0.5 && cpu.Median <= 0.5, cpu.Median <= 0.5),
	}.Print()
	return nil
}
