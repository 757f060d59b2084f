// Command postgres measures row 12 of the performance goals: rows of 400 B in batches as large as those of materialize, once
// into an empty table and once newer rows over them, against an UNNEST upsert written by hand that asks for no version. The
// server is that of TRUEPOINT_TEST_POSTGRES. It prints the rows.
//
//	scripts/postgres.sh go run ./bench/postgres [-rows 300000] [-chunk 262144] [-pairs 5]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/bench/cells"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/postgresonline"
)

func main() {
	rows := flag.Int("rows", 300_000, "rows of 400 B")
	chunk := flag.Int("chunk", 1<<18, "rows of one PutBatch")
	pairs := flag.Int("pairs", 5, "interleaved pairs of measurements")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	b := &bench{chunk: *chunk, pairs: *pairs, old: cells.Make(*rows, 1), newer: cells.Make(*rows, 2)}
	if err := measure.Profiled(*profile, func() error { return b.run(context.Background()) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench/postgres:", err)
		os.Exit(1)
	}
}

const table = "bench/view/1"

// A bench is one run of the program.
type bench struct {
	chunk, pairs int
	old, newer   []online.Cell // the same keys, ascending
	ours         *postgresonline.Driver
	raw          *raw
}

func (b *bench) run(ctx context.Context) (err error) {
	measure.Start("bench/postgres")
	address := os.Getenv("TRUEPOINT_TEST_POSTGRES")
	if address == "" {
		return errors.New("TRUEPOINT_TEST_POSTGRES names no server: run it by scripts/postgres.sh")
	}
	if b.ours, err = postgresonline.Open(ctx, address, &postgresonline.Options{Schema: "bench"}); err != nil {
		return err
	}
	defer b.ours.Close()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	b.raw = &raw{conn}
	defer conn.Close(ctx)
	var first, update [2][]measure.Cost // ours, raw
	for i := range b.pairs {
		for side, put := range []func([]online.Cell) error{
			func(cells []online.Cell) error { return b.put(ctx, cells) },
			func(cells []online.Cell) error { return b.raw.put(ctx, cells) },
		} {
			if err := b.empty(ctx); err != nil {
				return err
			}
			for _, step := range []struct {
				cells []online.Cell
				to    *[]measure.Cost
			}{{b.old, &first[side]}, {b.newer, &update[side]}} {
				c, err := b.raw.cost(ctx, func() error { return put(step.cells) })
				if err != nil {
					return err
				}
				*step.to = append(*step.to, c)
			}
		}
		measure.Note("pair %d: first load ours %v, by hand %v; update ours %v, by hand %v", i+1, first[0][i], first[1][i], update[0][i], update[1][i])
	}
	b.row("12a", "first load of %d rows of %d B into PostgreSQL", first)
	b.row("12b", "%d newer rows of %d B over old ones in PostgreSQL", update)
	return b.empty(ctx)
}

// row prints what both sides took: wall time, and CPU time of this program and the server together.
func (b *bench) row(number, what string, costs [2][]measure.Cost) {
	wall, cpu := measure.Ratios(costs[1], costs[0], measure.Wall), measure.Ratios(costs[1], costs[0], measure.CPU)
	measure.Row{
		Number: number, What: fmt.Sprintf(what, len(b.old), cells.RowBytes),
		Yardstick: "UNNEST upsert by hand, which keeps what comes last: " + measure.Middle(costs[1]).String(), Ours: measure.Middle(costs[0]).String(),
		Wall: "by hand ÷ ours " + wall.String(), CPU: "by hand ÷ ours " + cpu.String(), Gate: "≥ 0.85×",
		Verdict: measure.Verdict(wall.Median >= 0.85, cpu.Median >= 0.85),
	}.Print()
}

// put writes cells by the driver, all of which must be newer.
func (b *bench) put(ctx context.Context, cells []online.Cell) error {
	for part := range slices.Chunk(cells, b.chunk) {
		r, err := b.ours.PutBatch(ctx, table, part)
		if err != nil {
			return err
		}
		if r.Written != int64(len(part)) {
			return fmt.Errorf("%d of %d rows were written", r.Written, len(part))
		}
	}
	return nil
}

// empty gives both sides a new table.
func (b *bench) empty(ctx context.Context) error {
	if err := b.ours.Drop(ctx, table); err != nil {
		return err
	}
	// The driver makes its table in advance, as by hand.
	if _, err := b.ours.PutBatch(ctx, table, b.old[:1]); err != nil {
		return err
	}
	if err := b.raw.empty(ctx); err != nil {
		return err
	}
	return b.raw.truncate(ctx)
}
