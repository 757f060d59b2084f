// Command redis measures rows 4, 6 and 11 of the performance goals as far as the store decides them, on a Redis server of its
// own: GetBatch of one entity and of a hundred in five views against the raw command, the first load of rows of 400 B against
// raw pipelined SET into an empty store, and newer rows of the same keys against raw SET over old ones. The raw side writes the
// protocol by itself. It prints the rows.
//
//	go run ./bench/redis [-rows 500000] [-chunk 262144] [-pairs 5]
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/redisonline"
)

func main() {
	rows := flag.Int("rows", 500_000, "rows of 400 B")
	chunk := flag.Int("chunk", 1<<18, "rows of one PutBatch")
	pairs := flag.Int("pairs", 5, "interleaved pairs of measurements")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	b := &bench{chunk: *chunk, pairs: *pairs, old: workload(*rows, 1), newer: workload(*rows, 2)}
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
	server       *server
	ours         *redisonline.Driver
	raw          *raw
}

func (b *bench) run(ctx context.Context) (err error) {
	measure.Start("bench/redis")
	if b.server, err = startServer(); err != nil {
		return err
	}
	defer b.server.stop()
	a, err := redisonline.Parse(redisonline.Single, b.server.address, nil)
	if err != nil {
		return err
	}
	if b.ours, err = redisonline.Open(ctx, a, nil); err != nil {
		return err
	}
	defer b.ours.Close()
	if b.raw, err = dial(b.server.address); err != nil {
		return err
	}
	defer b.raw.close()
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
			func(cells []online.Cell) error { return b.put(ctx, cells) }, b.raw.set,
		} {
			if err := b.raw.flush(); err != nil {
				return err
			}
			for _, step := range []struct {
				cells []online.Cell
				to    *[]measure.Cost
			}{{b.old, &first[side]}, {b.newer, &update[side]}} {
				c, err := b.server.cost(func() error { return put(step.cells) })
				if err != nil {
					return err
				}
				*step.to = append(*step.to, c)
			}
			if err := b.raw.verify(side, b.newer); err != nil {
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
		Number: number, What: fmt.Sprintf(what, len(b.old), rowBytes), Yardstick: yardstick + ": " + measure.Middle(costs[1]).String(),
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

// reads measures GetBatch of five views beside the raw command for the same number of keys.
func (b *bench) reads(ctx context.Context) error {
	const views = 5
	if err := b.raw.flush(); err != nil {
		return err
	}
	few := b.old[:min(len(b.old), 100_000)]
	for v := range views {
		if _, err := b.ours.PutBatch(ctx, fmt.Sprintf("bench/view%d/1", v), few); err != nil {
			return err
		}
	}
	if err := b.raw.set(few); err != nil {
		return err
	}
	for _, entities := range []int{1, 100} {
		ours, raw := make([][]float64, 0, b.pairs), make([][]float64, 0, b.pairs)
		r := rand.New(rand.NewPCG(1, uint64(entities)))
		for range b.pairs {
			o, err := latencies(entities, func() error { return b.get(ctx, few, r, views, entities) })
			if err != nil {
				return err
			}
			keys := entities * views
			if entities == 1 {
				keys = 1 // row 4 compares with one GET
			}
			y, err := latencies(entities, func() error { return b.raw.get(few, r, keys) })
			if err != nil {
				return err
			}
			ours, raw = append(ours, o), append(raw, y)
		}
		b.readRow(entities, ours, raw)
	}
	return nil
}

func (b *bench) readRow(entities int, ours, raw [][]float64) {
	p50 := make([]float64, len(ours))
	for i := range ours {
		p50[i] = percentile(ours[i], 50) / percentile(raw[i], 50)
	}
	number, yardstick := "4 (store)", "raw GET"
	if entities > 1 {
		number, yardstick = "6 (store)", fmt.Sprintf("raw MGET of %d", 5*entities)
	}
	o, y := ours[len(ours)/2], raw[len(raw)/2]
	measure.Row{
		Number: number, What: fmt.Sprintf("GetBatch of %d × 5 views of 400 B in Redis, p50", entities), Yardstick: fmt.Sprintf("%s: %.0f µs, p99 %.0f", yardstick, percentile(y, 50), percentile(y, 99)),
		Ours: fmt.Sprintf("%.0f µs, p99 %.0f", percentile(o, 50), percentile(o, 99)), Wall: "ours ÷ raw " + measure.SpreadOf(p50).String(),
	}.Print()
}

// get reads random entities in all views.
func (b *bench) get(ctx context.Context, cells []online.Cell, r *rand.Rand, views, entities int) error {
	keys := make([][]byte, entities)
	for i := range keys {
		keys[i] = cells[r.IntN(len(cells))].Key
	}
	items := make([]online.TableKeys, views)
	for v := range items {
		items[v] = online.TableKeys{Table: viewTables[v], Keys: keys, Rows: make([][]byte, entities)}
	}
	if err := b.ours.GetBatch(ctx, items); err != nil {
		return err
	}
	for _, item := range items {
		for _, row := range item.Rows {
			if len(row) != rowBytes {
				return fmt.Errorf("a row has %d bytes", len(row))
			}
		}
	}
	return nil
}

var viewTables = [5]string{"bench/view0/1", "bench/view1/1", "bench/view2/1", "bench/view3/1", "bench/view4/1"}
