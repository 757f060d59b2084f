package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/truepoint/truepoint/bench/cells"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/online"
)

var viewTables = [5]string{"bench/view0/1", "bench/view1/1", "bench/view2/1", "bench/view3/1", "bench/view4/1"}

// reads measures GetBatch of five views beside the raw command for the same number of keys.
func (b *bench) reads(ctx context.Context) error {
	if err := b.flush(); err != nil {
		return err
	}
	few := b.old[:min(len(b.old), 100_000)]
	for _, table := range viewTables {
		if _, err := b.ours.PutBatch(ctx, table, few); err != nil {
			return err
		}
	}
	if err := b.raw.Set(few); err != nil {
		return err
	}
	for _, entities := range []int{1, 100} {
		keys := entities * len(viewTables)
		if entities == 1 {
			keys = 1 // row 4 compares with one GET
		}
		var ours, raw []reads.Result
		r := rand.New(rand.NewPCG(1, uint64(entities)))
		for range b.pairs {
			o, err := reads.Take(200_000/(entities+20), func() error { return b.get(ctx, few, r, entities) })
			if err != nil {
				return err
			}
			y, err := reads.Take(len(o.Took), func() error { return b.raw.Get(few, r, keys) })
			if err != nil {
				return err
			}
			ours, raw = append(ours, o), append(raw, y)
		}
		printRead(entities, ours, raw)
	}
	return nil
}

func printRead(entities int, ours, raw []reads.Result) {
	number, yardstick := "4 (store)", "raw GET"
	if entities > 1 {
		number, yardstick = "6 (store)", fmt.Sprintf("raw MGET of %d", entities*len(viewTables))
	}
	measure.Row{
		Number: number, What: fmt.Sprintf("GetBatch of %d × %d views of %d B in Redis, p50", entities, len(viewTables), cells.RowBytes),
		Yardstick: yardstick + ": " + reads.Middle(raw), Ours: reads.Middle(ours), Wall: "ours ÷ raw " + reads.Ratios(ours, raw, reads.Result.P50).String(),
	}.Print()
}

// get reads random entities in all views.
func (b *bench) get(ctx context.Context, stored []online.Cell, r *rand.Rand, entities int) error {
	keys := make([][]byte, entities)
	for i := range keys {
		keys[i] = stored[r.IntN(len(stored))].Key
	}
	items := make([]online.TableKeys, len(viewTables))
	for v := range items {
		items[v] = online.TableKeys{Table: viewTables[v], Keys: keys, Rows: make([][]byte, entities)}
	}
	if err := b.ours.GetBatch(ctx, items); err != nil {
		return err
	}
	for _, item := range items {
		for _, row := range item.Rows {
			if len(row) != cells.RowBytes {
				return fmt.Errorf("a row has %d bytes", len(row))
			}
		}
	}
	return nil
}
