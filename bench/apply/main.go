// Command apply measures row 18 of the performance goals: plan and apply of 10,000 features in 1,000 views, the first
// time against a raw SQLite insert of the same objects with the same durability, then unchanged, then with one change.
// Every measurement opens the file anew, as the command line does. It prints the rows.
//
//	go run ./bench/apply [-pairs 9] [-cpuprofile FILE]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/registry"
)

func main() {
	pairs := flag.Int("pairs", 9, "interleaved pairs of measurements")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if err := measure.Profiled(*profile, func() error { return run(context.Background(), *pairs) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench/apply:", err)
		os.Exit(1)
	}
}

type costs struct{ raw, first, unchanged, changed []measure.Cost }

func run(ctx context.Context, pairs int) error {
	measure.Start("bench/apply")
	var t costs
	for range pairs + 1 {
		if err := t.pair(ctx); err != nil {
			return err
		}
	}
	t = costs{t.raw[1:], t.first[1:], t.unchanged[1:], t.changed[1:]} // the first pair warms this process up
	wall, cpu := measure.Ratios(t.first, t.raw, measure.Wall), measure.Ratios(t.first, t.raw, measure.CPU)
	measure.Row{
		Number: "18", What: "plan and apply of 10,000 features in 1,000 views, first",
		Yardstick: "raw SQLite insert: " + measure.Middle(t.raw).String(), Ours: measure.Middle(t.first).String(),
		Wall: wall.String(), CPU: cpu.String(), Gate: "≤ 8×", Verdict: measure.Verdict(wall.Median <= 8, cpu.Median <= 8),
	}.Print()
	within("unchanged", t.unchanged, 60*time.Millisecond)
	within("one view changed", t.changed, 80*time.Millisecond)
	return nil
}

// within prints the row of a gate that is a time.
func within(what string, took []measure.Cost, limit time.Duration) {
	middle := measure.Middle(took)
	measure.Row{
		Number: "18", What: what, Ours: middle.String(), Gate: fmt.Sprintf("≤ %v", limit),
		Verdict: measure.Verdict(middle.Wall <= limit, middle.CPU <= limit),
	}.Print()
}

// pair measures the yardstick and each of ours once, in a directory of its own.
func (t *costs) pair(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "bench-apply-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, changed := workload(), oneChanged()
	objects, err := registry.EncodeSet(all)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "registry.db")
	for _, step := range []struct {
		into *[]measure.Cost
		do   func() error
	}{
		{&t.raw, func() error { return insertRaw(ctx, filepath.Join(dir, "raw.db"), objects) }},
		{&t.first, func() error { return planAndApply(ctx, path, all, 1) }},
		{&t.unchanged, func() error { return planAndApply(ctx, path, all, 1) }},
		{&t.changed, func() error { return planAndApply(ctx, path, changed, 2) }},
	} {
		runtime.GC() // no step pays for the garbage of the one before
		c, err := measure.Of(step.do)
		if err != nil {
			return err
		}
		c.Peak = 0 // all steps share this process
		*step.into = append(*step.into, c)
	}
	return nil
}
