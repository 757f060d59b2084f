// Command redis measures row 11 of the performance goals, and what the store decides of rows 4 and 6, on a Redis server of its own:
// GetBatch of one entity and of a hundred in five views against the raw command, the first load of rows of 400 B against
// raw pipelined SET into an empty store, and newer rows of the same keys against raw SET over old ones. The raw side writes the
// protocol by itself. It prints the rows.
//
//	go run ./bench/redis [-rows 500000] [-chunk 262144] [-pairs 5]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/truepoint/truepoint/bench/cells"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/plainredis"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/redisonline"
)

func main() {
	rows := flag.Int("rows", 500_000, "rows of 400 B")
	chunk := flag.Int("chunk", 1<<18, "rows of one PutBatch")
	pairs := flag.Int("pairs", 5, "interleaved pairs of measurements")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	b := &bench{chunk: *chunk, pairs: *pairs, old: cells.Make(*rows, 1), newer: cells.Make(*rows, 2)}
	if err := measure.Profiled(*profile, func() error { return b.run(context.Background()) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench/redis:", err)
		os.Exit(1)
	}
}

const table = "bench/view/1"

// A bench is one run of the program.
type bench struct {
	chunk, pairs int
	old, newer   []online.Cell // the same keys, shuffled batch by batch as a history gives them
	server       *plainredis.Server
	ours         *redisonline.Driver
	raw          *plainredis.Conn
}

func (b *bench) run(ctx context.Context) (err error) {
	measure.Start("bench/redis")
	if b.server, err = plainredis.Start(""); err != nil {
		return err
	}
	defer b.server.Stop()
	a, err := redisonline.Parse(redisonline.Single, b.server.Address, nil)
	if err != nil {
		return err
	}
	if b.ours, err = redisonline.Open(ctx, a, nil); err != nil {
		return err
	}
	defer b.ours.Close()
	if b.raw, err = plainredis.Dial(b.server.Address); err != nil {
		return err
	}
	defer b.raw.Close()
	if err := b.writes(ctx); err != nil {
		return err
	}
	return b.reads(ctx)
}

// writes measures both halves of row 11: each pair begins with an empty server.
func (b *bench) writes(ctx context.Context) error {
	var first, update [2][]measure.Cost // ours, raw
	for i := range b.pairs {
		for side, put := range []func([]online.Cell) error{
			func(cells []online.Cell) error { return b.put(ctx, cells) }, b.raw.Set,
		} {
			if err := b.flush(); err != nil {
				return err
			}
			for _, step := range []struct {
				cells []online.Cell
				to    *[]measure.Cost
			}{{b.old, &first[side]}, {b.newer, &update[side]}} {
				c, err := b.server.Cost(func() error { return put(step.cells) })
				if err != nil {
					return err
				}
				*step.to = append(*step.to, c)
			}
			if err := b.verify(side); err != nil {
				return err
			}
		}
		measure.Note("pair %d: first load ours %v, raw %v; updates ours %v, raw %v", i+1, first[0][i], first[1][i], update[0][i], update[1][i])
	}
	b.row("11a", "first load of %d rows of %d B to Redis", "raw pipelined SET into an empty store", first, 0.85)
	b.row("11b", "newer rows over %d of %d B in Redis", "raw pipelined SET over old ones", update, 0.28)
	return nil
}

func (b *bench) row(number, what, yardstick string, costs [2][]measure.Cost, gate float64) {
	wall, cpu := measure.Ratios(costs[1], costs[0], measure.Wall), measure.Ratios(costs[1], costs[0], measure.CPU)
	measure.Row{
		Number: number, What: fmt.Sprintf(what, len(b.old), cells.RowBytes), Yardstick: yardstick + ": " + measure.Middle(costs[1]).String(),
		Ours: measure.Middle(costs[0]).String(), Wall: "raw ÷ ours " + wall.String(), CPU: "raw ÷ ours, both ends " + cpu.String(),
		Gate: fmt.Sprintf("≥ %.2f×", gate), Verdict: measure.Verdict(wall.Median >= gate, cpu.Median >= gate),
	}.Print()
}

// put writes cells by the driver and checks its counts.
func (b *bench) put(ctx context.Context, cells []online.Cell) error {
	var total online.PutResult
	for part := range slices.Chunk(cells, b.chunk) {
		r, err := b.ours.PutBatch(ctx, table, part)
		if err != nil {
			return err
		}
		total.Add(r)
	}
	if total.Written != int64(len(cells)) || total.Superseded != 0 {
		return fmt.Errorf("%d cells were written as %+v", len(cells), total)
	}
	return nil
}

func (b *bench) flush() error {
	_, err := b.raw.Do("FLUSHALL")
	return err
}

// verify compares the number of keys in the server with that of the rows that a side wrote.
func (b *bench) verify(side int) error {
	got, err := b.raw.Do("DBSIZE")
	if err != nil {
		return err
	}
	meta := 2 // the driver's format and list of tables
	if side == 1 {
		meta = 0
	}
	if want := fmt.Sprintf(":%d", len(b.newer)+meta); got != want {
		return fmt.Errorf("the server has %s keys, want %s", got, want)
	}
	return nil
}
