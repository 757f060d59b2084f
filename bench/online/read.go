package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
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
			r, err := b.take(ctx, who.d, n)
			if err != nil {
				return err
			}
			measure.Note("  GetBatch of %d keys %s: %v", n, who.name, r)
		}
	}
	return nil
}

// take returns what GetBatch of n random keys took.
func (b *bench) take(ctx context.Context, d online.Driver, n int) (reads.Result, error) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	item := online.TableKeys{Table: table, Keys: make([][]byte, n), Rows: make([][]byte, n)}
	return reads.Take(200_000/(n+20), func() error {
		for k := range item.Keys {
			item.Keys[k] = b.cells[r.IntN(len(b.cells))].Key
		}
		if err := d.GetBatch(ctx, []online.TableKeys{item}); err != nil {
			return err
		}
		for _, row := range item.Rows {
			if len(row) == 0 {
				return fmt.Errorf("a row is missing")
			}
		}
		return nil
	})
}
