// Command online measures the write part of row 10 of the performance goals, 1 M sorted rows of 400 B made durable in
// the embedded online store, in batches as large as those of materialize, against raw Pebble batches of the same bytes
// in the same order; and it notes the latency of reads of 1 and 100 keys, by the owner and through its socket. It
// prints the row.
//
//	go run ./bench/online [-data DIR] [-rows 1000000] [-chunk 262144] [-pairs 5]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/truepoint/truepoint/bench/cells"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/plainpebble"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
)

func main() {
	data := flag.String("data", "bench/data/online", "directory for the stores")
	rows := flag.Int("rows", 1_000_000, "rows of 400 B")
	chunk := flag.Int("chunk", 1<<18, "rows of one PutBatch")
	pairs := flag.Int("pairs", 5, "interleaved pairs of measurements")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	b := &bench{data: *data, chunk: *chunk, pairs: *pairs, cells: cells.Make(*rows, 1)}
	if err := measure.Profiled(*profile, func() error { return b.run(context.Background()) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench/online:", err)
		os.Exit(1)
	}
}

const table = "bench/view/1"

// A bench is one run of the program.
type bench struct {
	data         string
	chunk, pairs int
	cells        []online.Cell
}

func (b *bench) path(name string) string { return filepath.Join(b.data, name) }

func (b *bench) run(ctx context.Context) error {
	measure.Start("bench/online")
	ours, raw, err := measure.Pairs(b.pairs, "",
		func() (measure.Cost, error) { return b.load(ctx, b.path("ours")) },
		func() (measure.Cost, error) { return b.loadRaw(b.path("raw")) })
	if err != nil {
		return err
	}
	wall, cpu := measure.Ratios(raw, ours, measure.Wall), measure.Ratios(raw, ours, measure.CPU)
	measure.Row{
		Number: "10a", What: fmt.Sprintf("write %d sorted rows of %d B to the embedded store, durable", len(b.cells), cells.RowBytes),
		Yardstick: "raw Pebble, batches of 1,000 in key order: " + measure.Middle(raw).String(), Ours: measure.Middle(ours).String(),
		Wall: "raw ÷ ours " + wall.String(), CPU: "raw ÷ ours " + cpu.String(), Gate: "≥ 2×",
		Verdict: measure.Verdict(wall.Median >= 2, cpu.Median >= 2),
	}.Print()
	if err := b.reads(ctx, b.path("ours")); err != nil {
		return err
	}
	return os.RemoveAll(b.data)
}

// load writes the cells to a new store; the last PutBatch returns when all of them are durable.
func (b *bench) load(ctx context.Context, dir string) (c measure.Cost, err error) {
	if err := os.RemoveAll(dir); err != nil {
		return c, err
	}
	s, err := embeddedonline.Open(ctx, dir, nil)
	if err != nil {
		return c, err
	}
	c, err = measure.Of(func() error {
		for part := range slices.Chunk(b.cells, b.chunk) {
			if _, err := s.PutBatch(ctx, table, part); err != nil {
				return err
			}
		}
		return nil
	})
	c.Peak = 0 // the cells take more than the store
	if err != nil {
		return c, err
	}
	return c, s.Close()
}

// loadRaw writes the cells to a new Pebble store, durable in its log at the end.
func (b *bench) loadRaw(dir string) (c measure.Cost, err error) {
	if err := os.RemoveAll(dir); err != nil {
		return c, err
	}
	db, err := plainpebble.Create(dir)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	c, err = measure.Of(func() error {
		return plainpebble.Commit(db, len(b.cells), func(i int) (key, row []byte) { return b.cells[i].Key, b.cells[i].Row })
	})
	c.Peak = 0 // the cells take more than the store
	return c, err
}
