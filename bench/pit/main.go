// Command pit measures row 14a of the performance goals: a point-in-time join of 1 M entity rows with one view of 20 M
// rows, Parquet to Parquet, against DuckDB's ASOF join of the same files; and, with -newest, the reduction of the same
// 20 M rows to the newest row of 1 M keys, of which the write part of row 10 is a client. It makes the data, compares
// the answers of both sides, runs interleaved pairs, each side in a process of its own, and prints Markdown rows.
//
//	go run ./bench/pit [-data DIR] [-pairs 5] [-python PYTHON] [-newest]
//
// DuckDB is installed with pip into a virtual environment below DIR unless -python can import it already.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	data := flag.String("data", "bench/data/pit", "directory for data and results")
	pairs := flag.Int("pairs", 5, "interleaved pairs of measurements")
	python := flag.String("python", "python3", "a Python, with or without duckdb")
	newest := flag.Bool("newest", false, "measure the newest row per key instead")
	keys := flag.String("keys", "int", "keys of -newest: int or string")
	one := flag.String("one", "", "used by the program itself: run one side's work, join or newest")
	profile := flag.String("cpuprofile", "", "with -one: write a CPU profile to this file")
	flag.Parse()
	b := &bench{data: *data, pairs: *pairs, python: *python, keys: *keys, out: os.Stdout}
	if err := b.run(context.Background(), *one, *newest, *profile); err != nil {
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
	out    *os.File
}

func (b *bench) path(name string) string { return filepath.Join(b.data, name) }

func (b *bench) run(ctx context.Context, one string, newest bool, profile string) error {
	if one != "" {
		return b.profiled(profile, func() error { return b.one(ctx, one) })
	}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown")
	}
	fmt.Fprintf(b.out, "load average before %s\n", strings.TrimSpace(string(load)))
	if newest {
		return b.measureNewest(ctx)
	}
	if err := b.compare(ctx); err != nil {
		return err
	}
	return b.measureJoin(ctx)
}

// measureJoin prints row 14a.
func (b *bench) measureJoin(ctx context.Context) error {
	var ours, theirs []usage
	for i := range b.pairs {
		o, err := b.self(ctx, "join")
		if err != nil {
			return err
		}
		t, err := b.duck(ctx, "join", b.path("theirs.parquet"))
		if err != nil {
			return err
		}
		fmt.Fprintf(b.out, "pair %d: ours %v, DuckDB %v, wall %.2f×, CPU %.2f×, memory %.2f×\n",
			i+1, o, t, o.wall/t.wall, o.cpu/t.cpu, o.memory/t.memory)
		ours, theirs = append(ours, o), append(theirs, t)
	}
	fmt.Fprintln(b.out, "| # | what | yardstick | ours | wall (median, min–max) | CPU | memory | gate |\n|---|---|---|---|---|---|---|---|")
	fmt.Fprintf(b.out, "| 14a | join 1 M rows × one view of 20 M | DuckDB ASOF %v | %v | %s | %s | %s | ≤ 0.7× wall, ≤ 0.25× memory |\n",
		middle(theirs), middle(ours),
		ratios(ours, theirs, func(u usage) float64 { return u.wall }),
		ratios(ours, theirs, func(u usage) float64 { return u.cpu }),
		ratios(ours, theirs, func(u usage) float64 { return u.memory }))
	return nil
}

// measureNewest prints the time of the reduction, which has no yardstick of its own.
func (b *bench) measureNewest(ctx context.Context) error {
	var ours []usage
	for range b.pairs {
		o, err := b.self(ctx, "newest")
		if err != nil {
			return err
		}
		ours = append(ours, o)
	}
	fmt.Fprintf(b.out, "newest of 20 M rows, 1 M %s keys, with payload: %v\n", b.keys, middle(ours))
	return nil
}

// ratios returns the median, least and greatest ratio of pairs.
func ratios(ours, theirs []usage, of func(usage) float64) string {
	all := make([]float64, len(ours))
	for i := range all {
		all[i] = of(ours[i]) / of(theirs[i])
	}
	slices.Sort(all)
	return fmt.Sprintf("%.2f× (%.2f–%.2f)", all[len(all)/2], all[0], all[len(all)-1])
}

// middle returns the median of each figure.
func middle(all []usage) usage {
	median := func(of func(usage) float64) float64 {
		figures := make([]float64, len(all))
		for i, u := range all {
			figures[i] = of(u)
		}
		slices.Sort(figures)
		return figures[len(figures)/2]
	}
	return usage{
		median(func(u usage) float64 { return u.wall }), median(func(u usage) float64 { return u.cpu }), median(func(u usage) float64 { return u.memory }),
	}
}
