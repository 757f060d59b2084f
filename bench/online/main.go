// Command online measures the embedded online store: the write part of row 10 of the performance goals (1 M sorted rows
// of 400 B, durable, against raw Pebble batches of the same bytes in the same order), reads of 1 and 100 keys, and, in
// a fresh process, the time to the first answer and the memory of rows 19 and 20. It prints Markdown rows, with CPU
// times for machines that are busy with other things.
//
//	go run ./bench/online [-rows 1000000] [-chunk 100000] [-pairs 5]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
)

func main() {
	rows := flag.Int("rows", 1_000_000, "rows of 400 B")
	chunk := flag.Int("chunk", 100_000, "rows of one PutBatch")
	pairs := flag.Int("pairs", 5, "interleaved pairs of measurements")
	child := flag.String("first-read", "", "measure a first read of this directory in this process")
	flag.Parse()
	err := error(nil)
	if *child != "" {
		err = firstRead(*child)
	} else {
		err = run(context.Background(), *rows, *chunk, *pairs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/online:", err)
		os.Exit(1)
	}
}

const table = "bench/view/1"

// A cost is what one measurement took.
type cost struct{ wall, cpu time.Duration }

// measure returns the cost of work in wall-clock and CPU time of this process.
func measure(work func() error) (cost, error) {
	var before, after unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &before); err != nil {
		return cost{}, err
	}
	start := time.Now()
	if err := work(); err != nil {
		return cost{}, err
	}
	wall := time.Since(start)
	if err := unix.Getrusage(unix.RUSAGE_SELF, &after); err != nil {
		return cost{}, err
	}
	cpu := func(r unix.Rusage) time.Duration { return time.Duration(r.Utime.Nano() + r.Stime.Nano()) }
	return cost{wall, cpu(after) - cpu(before)}, nil
}

func run(ctx context.Context, rows, chunk, pairs int) error {
	root, err := os.MkdirTemp("", "truepoint-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	cells := workload(rows)
	var ours, raw, flushed []cost
	kept := ""
	for n := range pairs {
		if kept != "" {
			os.RemoveAll(kept)
		}
		kept = filepath.Join(root, fmt.Sprint("ours", n))
		c, err := load(ctx, kept, cells, chunk)
		if err != nil {
			return err
		}
		ours = append(ours, c)
		commit, whole, err := loadRaw(filepath.Join(root, "raw"), cells)
		if err != nil {
			return err
		}
		raw, flushed = append(raw, commit), append(flushed, whole)
	}
	report(rows, chunk, ours, raw, flushed)
	if err := reads(ctx, kept, cells); err != nil {
		return err
	}
	return fresh(kept, pairs)
}

// load writes cells to a new store; the last PutBatch returns when all of them are durable.
func load(ctx context.Context, dir string, cells []online.Cell, chunk int) (cost, error) {
	s, err := embeddedonline.Open(ctx, dir, nil)
	if err != nil {
		return cost{}, err
	}
	c, err := measure(func() error {
		for part := range slices.Chunk(cells, chunk) {
			if _, err := s.PutBatch(ctx, table, part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return cost{}, err
	}
	return c, s.Close()
}

func report(rows, chunk int, ours, raw, flushed []cost) {
	wall := func(c cost) float64 { return c.wall.Seconds() }
	cpu := func(c cost) float64 { return c.cpu.Seconds() }
	ratio := func(f func(cost) float64) float64 {
		r := make([]float64, len(ours))
		for i := range r {
			r[i] = f(raw[i]) / f(ours[i])
		}
		return median(r)
	}
	fmt.Println("| what | wall s | CPU s | rows/s | raw ÷ ours, wall | raw ÷ ours, CPU | gate |")
	fmt.Println("|---|---|---|---|---|---|---|")
	line := func(what string, c []cost, tail string) {
		w := median(each(c, wall))
		fmt.Printf("| %s | %.2f | %.2f | %.0f k | %s\n", what, w, median(each(c, cpu)), float64(rows)/w/1e3, tail)
	}
	line(fmt.Sprintf("row 10: %d sorted rows of 400 B by PutBatch of %d, durable", rows, chunk), ours,
		fmt.Sprintf("%.2f | %.2f | ≥ 2 |", ratio(wall), ratio(cpu)))
	line("raw Pebble, batches of 1,000 Set in key order, one sync at the end", raw, "1 | 1 | |")
	line("the same, then flushed", flushed, " | | |")
}

func each(c []cost, f func(cost) float64) []float64 {
	out := make([]float64, len(c))
	for i := range c {
		out[i] = f(c[i])
	}
	return out
}

func median(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}
