package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/embeddedonline"
)

// reads notes the latency of GetBatch for 1 and of 100 random keys of a loaded store, by its owner and through the socket.
func (b *bench) reads(ctx context.Context, dir string) error {
	owner, err := embeddedonline.Open(ctx, dir, nil)
	if err != nil {
		return err
	}
	defer owner.Close()
	client, err := embeddedonline.Open(ctx, dir, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	for _, who := range []struct {
		name string
		d    online.Driver
	}{{"by the owner", owner}, {"through the socket", client}} {
		for _, n := range []int{1, 100} {
			took, err := latencies(ctx, who.d, b.cells, n)
			if err != nil {
				return err
			}
			measure.Note("  GetBatch of %d keys %s: p50 %.1f µs, p99 %.1f µs", n, who.name, took[len(took)/2], took[len(took)*99/100])
		}
	}
	return nil
}

// latencies returns the microseconds that GetBatch of n random keys took, in ascending order.
func latencies(ctx context.Context, d online.Driver, cells []online.Cell, n int) ([]float64, error) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	item := online.TableKeys{Table: table, Keys: make([][]byte, n), Rows: make([][]byte, n)}
	took := make([]float64, 200_000/(n+20))
	for i := range took {
		for k := range item.Keys {
			item.Keys[k] = cells[r.IntN(len(cells))].Key
		}
		start := time.Now()
		if err := d.GetBatch(ctx, []online.TableKeys{item}); err != nil {
			return nil, err
		}
		took[i] = float64(time.Since(start).Nanoseconds()) / 1e3
		for _, row := range item.Rows {
			if len(row) == 0 {
				return nil, fmt.Errorf("a row is missing")
			}
		}
	}
	slices.Sort(took)
	return took, nil
}
