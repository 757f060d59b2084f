// Command materialize measures row 10b of the performance goals: a whole materialization of 20 M rows in Parquet files
// to 1 M keys of 400 B each in the embedded store, durable, against raw Pebble that is handed the same million rows in
// random order. It makes the data, checks what was stored, runs interleaved pairs, each side in a process of its own,
// and prints the row.
//
//	go run ./bench/materialize [-data DIR] [-pairs 5] [-rows 20000000] [-keys 1000000]
//
// A row has 4 Float64, 2 Int64 and a text of about 300 B that is one of 1,024, as texts in feature tables are, so that
// the files stay small.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/bench/measure"
)

func main() {
	b := &bench{}
	flag.StringVar(&b.data, "data", "bench/data/materialize", "directory for data and stores")
	flag.IntVar(&b.pairs, "pairs", 5, "interleaved pairs of measurements")
	flag.IntVar(&b.rows, "rows", 20_000_000, "rows of the history")
	flag.IntVar(&b.keys, "keys", 1_000_000, "keys")
	one := flag.String("one", "", "used by the program itself, in this process: prepare, ours or raw")
	profile := flag.String("cpuprofile", "", "with -one: write a CPU profile to this file")
	flag.Parse()
	ctx := context.Background()
	err := measure.Profiled(*profile, func() error {
		switch *one {
		case "prepare":
			return b.prepare(ctx)
		case "ours":
			return measure.Timed(func() error { return b.materialize(ctx) })
		case "raw":
			return b.raw()
		}
		return b.run(ctx)
	})
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

// self does something in a process of its own.
func (b *bench) self(ctx context.Context, what string) (measure.Cost, error) {
	return measure.Self(ctx, "-one", what, "-data", b.data, "-rows", strconv.Itoa(b.rows), "-keys", strconv.Itoa(b.keys))
}

func (b *bench) run(ctx context.Context) error {
	if _, err := b.self(ctx, "prepare"); err != nil {
		return err
	}
	measure.Start("bench/materialize")
	ours, raw, err := measure.Pairs(b.pairs, "",
		func() (measure.Cost, error) { return b.self(ctx, "ours") },
		func() (measure.Cost, error) { return b.self(ctx, "raw") })
	if err != nil {
		return err
	}
	wall, cpu := measure.Ratios(raw, ours, measure.Wall), measure.Ratios(raw, ours, measure.CPU)
	measure.Row{
		Number: "10b", What: fmt.Sprintf("materialize %d M rows of Parquet to %d keys of %d B, embedded, durable", b.rows/1_000_000, b.keys, activity.RowBytes),
		Yardstick: "raw Pebble, the same rows in random order: " + measure.Middle(raw).String(), Ours: measure.Middle(ours).String(),
		Wall: "raw ÷ ours " + wall.String(), CPU: "raw ÷ ours " + cpu.String(), Gate: "≥ 1.0×",
		Verdict: measure.Verdict(wall.Median >= 1, cpu.Median >= 1),
	}.Print()
	return nil
}
