package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/plainredis"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/internal/listen"
)

// materialized is the view that row 13 materializes.
const materialized = "v0"

// A target is where both sides materialize to.
type target struct {
	place
	what  string
	empty func() error // empties the stores of both sides
	least float64      // Feast ÷ ours
}

// materialize prints the parts of row 13 about materializing.
func (b *bench) materialize(ctx context.Context) error {
	if err := measure.Evict(b.binary); err != nil {
		return err
	}
	r, err := plainredis.Start("")
	if err != nil {
		return err
	}
	defer r.Stop()
	c, err := plainredis.Dial(r.Address)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, t := range []target{
		{inRedis(r.Address), "Redis", func() error { _, err := c.Do("FLUSHALL"); return err }, 15},
		{local(), "the embedded store, and Feast's SQLite", b.emptyLocal, 50},
	} {
		if err := b.compareMaterialize(ctx, &t); err != nil {
			return err
		}
	}
	return nil
}

// emptyLocal removes our embedded store and puts Feast's empty tables in place of what is there.
func (b *bench) emptyLocal() error {
	if err := errors.Join(os.RemoveAll(b.path("local", "online")), os.RemoveAll(b.path("local", "online.db-journal"))); err != nil {
		return err
	}
	return copyFile(b.path("local", "online.db"), b.path("local", emptyTables))
}

// compareMaterialize prints two rows for a target: rates, and memory.
func (b *bench) compareMaterialize(ctx context.Context, t *target) error {
	if err := errors.Join(b.settle(ctx, t.place), t.empty(), b.settleOurs(ctx, t.place, []string{materialized})); err != nil {
		return err
	}
	if err := b.do(ctx, "materialize", t.name, materialized); err != nil {
		return err
	}
	if err := b.sameMaterialized(ctx, t); err != nil {
		return err
	}
	ours, feast, err := measure.Pairs(b.pairs, "",
		func() (measure.Cost, error) {
			if err := t.empty(); err != nil {
				return measure.Cost{}, err
			}
			return measure.Run(b.ours(ctx, t.place, "materialize", firstDay, lastDay, "--views", materialized, "-o", "name"))
		},
		func() (measure.Cost, error) {
			if err := t.empty(); err != nil {
				return measure.Cost{}, err
			}
			return measure.Run(b.script(ctx, "materialize", t.name, materialized))
		})
	if err != nil {
		return err
	}
	wall, cpu, memory := measure.Ratios(feast, ours, measure.Wall), measure.Ratios(feast, ours, measure.CPU), measure.Ratios(ours, feast, measure.Peak)
	row := measure.Row{
		Number: "13", What: fmt.Sprintf("materialize %d rows of Parquet to %d entities × 10 features in %s", b.rows, b.entities, t.what),
		Yardstick: b.name + ", its imports not counted: " + measure.Middle(feast).String(), Ours: "the whole command: " + measure.Middle(ours).String(),
		Wall: "Feast ÷ ours " + wall.String(), CPU: "Feast ÷ ours " + cpu.String(), Memory: memory.String(),
		Gate: fmt.Sprintf("≥ %.0f×", t.least), Verdict: measure.Verdict(wall.Median >= t.least, cpu.Median >= t.least),
	}
	row.Print()
	row.What, row.Wall, row.CPU = "peak memory of the same", "", ""
	row.Gate, row.Verdict = "≤ 0.1×", measure.Plain(memory.Median <= 0.1)
	row.Print()
	return nil
}

// sameMaterialized compares what both sides stored, by the servers of both.
func (b *bench) sameMaterialized(ctx context.Context, t *target) (err error) {
	feast, err := b.startFeast(ctx, t.place)
	if err != nil {
		return err
	}
	defer feast.stop()
	var args []string
	if t.truepoint != "" {
		args = []string{"--feature-store-yaml", b.path(t.name, ownSettings)}
	}
	s, err := listen.Start(ctx, b.binary, b.path(t.name), nil, nil, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	return oneView.same(ctx, s.URL, feast.url, (&reads.Repository{Keys: b.entities}).KeysOf(100))
}
