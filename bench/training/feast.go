package main

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/bench/measure"
)

// measureFeast prints row 16. Ours is the whole process; Feast and Polars are counted from their first read on.
func (b *bench) measureFeast(ctx context.Context) error {
	ours := func() (measure.Cost, error) {
		return b.ours(ctx, task{place: small, spine: "spine.parquet", out: "ours.parquet"})
	}
	sides := []struct {
		name, step, store string
		gate              float64 // ours ÷ theirs in CPU-seconds
	}{
		{"Feast, file store", "join", "file", 1.0 / 10}, {"Feast, duckdb store", "join", "duckdb", 1.0 / 4}, {"Polars streaming", "polars", "file", 0.9},
	}
	if _, err := ours(); err != nil {
		return err
	}
	for _, s := range sides {
		if _, err := b.rival(ctx, s.step, s.store); err != nil {
			return err
		}
	}
	if _, err := b.rival(ctx, "compare", "file"); err != nil {
		return err
	}
	for _, s := range sides {
		a, theirs, err := measure.Pairs(b.rounds, "", ours, func() (measure.Cost, error) { return b.rival(ctx, s.step, s.store) })
		if err != nil {
			return err
		}
		wall, cpu, memory := measure.Ratios(a, theirs, measure.Wall), measure.Ratios(a, theirs, measure.CPU), measure.Ratios(a, theirs, measure.Peak)
		measure.Row{
			Number: "16", What: b.what(100, 3, 1) + ", every row returned",
			Yardstick: s.name + ": " + measure.Middle(theirs).String(), Ours: measure.Middle(a).String(), Wall: wall.String(), CPU: cpu.String(),
			Memory: memory.String(), Gate: fmt.Sprintf("≤ %.2f× CPU", s.gate), Verdict: measure.Plain(cpu.Median <= s.gate),
		}.Print()
	}
	return nil
}
