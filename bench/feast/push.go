package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

// pushes are how many distinct bodies are pushed.
const pushes = 256

// pushBodies returns pushes of one row, each later than those before, and the keys of their rows.
func (b *bench) pushBodies() (bodies [][]byte, keys []int) {
	r := rand.New(rand.NewPCG(13, 13))
	at := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	for i := range pushes {
		k := r.IntN(b.entities)
		df := fmt.Sprintf(`"user_id":[%d]`, k)
		for f := range 5 {
			df += fmt.Sprintf(`,"v0_f%d":[%d.5]`, f, r.IntN(1000))
		}
		for f := range 3 {
			df += fmt.Sprintf(`,"v0_i%d":[%d]`, f, r.IntN(1000))
		}
		for f := range 2 {
			df += fmt.Sprintf(`,"v0_s%d":["text %d"]`, f, r.IntN(1000))
		}
		moment := at.Add(time.Duration(i) * time.Second).Format("2006-01-02T15:04:05.000000")
		bodies = append(bodies, fmt.Appendf(nil, `{"push_source_name":"pushed","to":"online","df":{%s,"event_timestamp":["%s"],"created":["%s"]}}`, df, moment, moment))
		keys = append(keys, k)
	}
	return bodies, keys
}

// comparePushes prints the part of row 13 about pushes, when both servers have answered what was pushed to them.
func (b *bench) comparePushes(ctx context.Context, t *two) error {
	bodies, keys := b.pushBodies()
	for _, url := range []string{t.ours.URL, t.feast.url} {
		for _, body := range bodies {
			if _, err := reads.Post(ctx, url+pushPath, body); err != nil {
				return err
			}
		}
	}
	if err := everything.same(ctx, t.ours.URL, t.feast.url, [][]int{keys}); err != nil {
		return err
	}
	ours, feast := reads.NewLoad(t.ours.URL, pushPath, bodies), reads.NewLoad(t.feast.url, pushPath, bodies)
	a, f, err := measure.Pairs(b.pairs, "push of one row",
		func() (reads.Result, error) { return ours.Crowd(ctx, b.connections, b.slice, t.ours.PID, 0) },
		func() (reads.Result, error) {
			return feast.Crowd(ctx, b.connections, b.slice, t.feast.cmd.Process.Pid, 0)
		})
	if err != nil {
		return err
	}
	wall, cpu := reads.Ratios(a, f, func(r reads.Result) float64 { return float64(len(r.Took)) }), reads.Ratios(f, a, reads.Result.CPU)
	const least = 40
	measure.Row{
		Number: "13", What: fmt.Sprintf("push of one row of 10 features to Redis by HTTP, %d connections: pushes a second", b.connections),
		Yardstick: b.name + ": " + reads.Middle(f), Ours: reads.Middle(a), Wall: "ours ÷ Feast " + wall.String(), CPU: "Feast ÷ ours " + cpu.String(),
		Gate: fmt.Sprintf("≥ %d×", least), Verdict: measure.Verdict(wall.Median >= least, cpu.Median >= least),
	}.Print()
	return nil
}
