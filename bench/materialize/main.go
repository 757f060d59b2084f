// Command materialize measures row 10b of the performance goals: a whole materialization of 20 M rows in Parquet files
// to 1 M keys of 400 B each in the embedded store, durable, against raw Pebble that is handed the same million rows in
// random order. It makes the data, checks what was stored, runs interleaved pairs, each side in a process of its own,
// and prints Markdown rows.
//
//	go run ./bench/materialize [-data DIR] [-pairs 5] [-rows 20000000] [-keys 1000000]
//
// A row has 4 Float64, 2 Int64 and a text of about 300 B that is one of 1,024, as texts in feature tables are, so that the files stay small.
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
	b := &bench{}
	flag.StringVar(&b.data, "data", "bench/data/materialize", "directory for data and stores")
	flag.IntVar(&b.pairs, "pairs", 5, "interleaved pairs of measurements")
	flag.IntVar(&b.rows, "rows", 20_000_000, "rows of the history")
	flag.IntVar(&b.keys, "keys", 1_000_000, "keys")
	one := flag.String("one", "", "used by the program itself: ours or raw, in this process")
	profile := flag.String("cpuprofile", "", "with -one: write a CPU profile to this file")
	flag.Parse()
	err := error(nil)
	if *one != "" {
		err = b.one(context.Background(), *one, *profile)
	} else {
		err = b.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/materialize:", err)
		os.Exit(1)
	}
}

// A bench is one run of the program.
type bench struct {
	data       string
	pairs      int
	rows, keys int
}

func (b *bench) path(name string) string { return filepath.Join(b.data, name) }

func (b *bench) run(ctx context.Context) error {
	if err := b.prepare(ctx); err != nil {
		return err
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown")
	}
	fmt.Printf("load average before %s\n", strings.TrimSpace(string(load)))
	var ours, raw []usage
	for i := range b.pairs {
		o, err := b.self(ctx, "ours")
		if err != nil {
			return err
		}
		r, err := b.self(ctx, "raw")
		if err != nil {
			return err
		}
		fmt.Printf("pair %d: ours %v, raw %v, raw ÷ ours wall %.2f×, CPU %.2f×\n", i+1, o, r, r.wall/o.wall, r.cpu/o.cpu)
		ours, raw = append(ours, o), append(raw, r)
	}
	fmt.Println("| # | what | yardstick | ours | raw ÷ ours, wall (median, min–max) | raw ÷ ours, CPU | gate |\n|---|---|---|---|---|---|---|")
	fmt.Printf("| 10b | materialize %d rows of Parquet → %d keys × %d B, embedded, durable | raw Pebble, the same rows in random order: %v | %v | %s | %s | ≥ 1.0× |\n",
		b.rows, b.keys, rowBytes, middle(raw), middle(ours),
		ratios(raw, ours, func(u usage) float64 { return u.wall }), ratios(raw, ours, func(u usage) float64 { return u.cpu }))
	return nil
}

// ratios returns the median, least and greatest of a ÷ b over the pairs.
func ratios(a, b []usage, of func(usage) float64) string {
	all := make([]float64, len(a))
	for i := range all {
		all[i] = of(a[i]) / of(b[i])
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
