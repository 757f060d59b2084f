package main

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/bench/measure"
)

// rivals of rows 14 and 15, by step.
var rivals = []string{"polars", "argmax", "asof"}

var rivalNames = map[string]string{"polars": "Polars streaming", "argmax": "DuckDB arg_max", "asof": "DuckDB ASOF"}

// what names a join of so many thousand entity rows with views of so many million rows, at this scale.
func (b *bench) what(thousands float64, views int, millions float64) string {
	return fmt.Sprintf("%g thousand entity rows × %d views × %g M rows, Parquet to Parquet", b.scale*thousands, views, b.scale*millions)
}

// joinTask is our side of rows 14 and 15.
func joinTask() task {
	return task{place: join, spine: "spine.parquet", out: "ours.parquet", flags: []string{"--timestamp-field", "event_ts", "--full-feature-names"}}
}

// measureJoin prints rows 14 and 15.
func (b *bench) measureJoin(ctx context.Context) error {
	if err := b.compareJoin(ctx); err != nil {
		return err
	}
	var ours []measure.Cost
	theirs := map[string][]measure.Cost{}
	for i := range b.rounds {
		o, err := b.ours(ctx, joinTask())
		if err != nil {
			return err
		}
		ours = append(ours, o)
		measure.Note("round %d: ours %v", i+1, o)
		for _, r := range rivals {
			c, err := b.peers(ctx, r, b.path(join, r+".parquet"))
			if err != nil {
				return err
			}
			theirs[r] = append(theirs[r], c)
			measure.Note("round %d: %s %v", i+1, rivalNames[r], c)
		}
	}
	b.printJoin(ours, theirs)
	return b.measureCapped(ctx)
}

// compareJoin compares the answers of all sides with the right one, which also warms the caches of the disk.
func (b *bench) compareJoin(ctx context.Context) error {
	if _, err := b.ours(ctx, joinTask()); err != nil {
		return err
	}
	if _, err := b.peers(ctx, "same", b.path(join, "ours.parquet")); err != nil {
		return err
	}
	for _, r := range rivals {
		out := b.path(join, r+".parquet")
		if _, err := b.peers(ctx, r, out); err != nil {
			return err
		}
		if _, err := b.peers(ctx, "compare", out); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) printJoin(ours []measure.Cost, theirs map[string][]measure.Cost) {
	fastest := rivals[0]
	for _, r := range rivals {
		if measure.Middle(theirs[r]).Wall < measure.Middle(theirs[fastest]).Wall {
			fastest = r
		}
	}
	wall, cpu := measure.Ratios(ours, theirs[fastest], measure.Wall), measure.Ratios(ours, theirs[fastest], measure.CPU)
	measure.Row{
		Number: "14", What: b.what(1000, 5, 20), Yardstick: rivalNames[fastest] + ": " + measure.Middle(theirs[fastest]).String(),
		Ours: measure.Middle(ours).String(), Wall: wall.String(), CPU: cpu.String(), Gate: "≤ 0.90× wall and CPU of the fastest",
		Verdict: measure.Verdict(wall.Median <= 0.9 && cpu.Median <= 0.9, cpu.Median <= 0.9),
	}.Print()
	gates := map[string]float64{"asof": 0.1, "argmax": 0.6}
	for _, r := range []string{"asof", "argmax"} {
		gate, memory := gates[r], measure.Ratios(ours, theirs[r], measure.Peak)
		measure.Row{
			Number: "15", What: "peak memory of the same", Yardstick: rivalNames[r] + ": " + measure.Middle(theirs[r]).String(),
			Ours: measure.Middle(ours).String(), Memory: memory.String(), Gate: fmt.Sprintf("≤ %.1f×", gate), Verdict: measure.Plain(memory.Median <= gate),
		}.Print()
	}
}

// capMib is the cap of row 15.
const capMib = 2048

// measureCapped prints the run of row 15 under a cap.
func (b *bench) measureCapped(ctx context.Context) error {
	t := joinTask()
	t.memory, t.out = capMib, "capped.parquet"
	cost, err := b.ours(ctx, t)
	if err != nil {
		return err
	}
	if _, err := b.peers(ctx, "same", b.path(join, t.out)); err != nil {
		return err
	}
	measure.Row{
		Number: "15", What: "the same with at most 2 GiB of private memory (ulimit -d, GOMEMLIMIT=1536MiB)", Ours: cost.String(),
		Memory: fmt.Sprintf("%.0f MiB", cost.Peak), Gate: "completes", Verdict: measure.Plain(cost.Peak < capMib),
	}.Print()
	return nil
}

// measureHuge prints the join of ten times as many entity rows, the first of which are those of the other joins: their
// answers are compared.
func (b *bench) measureHuge(ctx context.Context) error {
	t := joinTask()
	t.spine, t.out = "huge.parquet", "huge-ours.parquet"
	cost, err := b.ours(ctx, t)
	if err != nil {
		return err
	}
	if _, err := b.peers(ctx, "same", b.path(join, t.out)); err != nil {
		return err
	}
	measure.Row{
		Number: "14", What: b.what(10_000, 5, 20), Ours: cost.String(),
		Memory: fmt.Sprintf("%.0f MiB", cost.Peak), Gate: "< 4 GiB", Verdict: measure.Plain(cost.Peak < 4096),
	}.Print()
	return nil
}
