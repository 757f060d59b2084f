package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/plainredis"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/internal/listen"
)

// Two are the servers of both sides, whose rows are in one Redis.
type two struct {
	ours  *listen.Server
	feast *feastServer
	redis *plainredis.Server
}

// online prints row 8, and the part of row 13 about pushes.
func (b *bench) online(ctx context.Context) (err error) {
	t := &two{}
	err = reads.OnCore(0, func() error { t.redis, err = plainredis.Start(b.path("kept")); return err })
	if err != nil {
		return err
	}
	defer t.redis.Stop()
	p := inRedis(t.redis.Address)
	if err := b.settleOurs(ctx, p, nil); err != nil {
		return err
	}
	if t.feast, err = b.startFeast(ctx, p); err != nil {
		return err
	}
	defer t.feast.stop()
	err = reads.OnCore(0, func() error { t.ours, err = listen.Start(ctx, b.binary, b.path(p.name), nil, nil); return err })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.ours.Stop()) }()
	if err := reads.Pin(os.Getpid(), 1); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reads.Pin(os.Getpid(), 0, 1)) }()
	for _, r := range []struct {
		rows, connections int
		least             float64
	}{{1, 1, 50}, {1, 8, 50}, {100, 1, 150}, {100, 8, 150}} {
		if b.onlyPush {
			break
		}
		if err := b.compareReads(ctx, t, r.rows, r.connections, r.least); err != nil {
			return err
		}
	}
	return b.comparePushes(ctx, t)
}

// days of the histories.
const (
	firstDay = "2026-01-01"
	lastDay  = "2026-01-31"
)

// settleOurs applies the definitions of a repository by our side, in a registry that is new, and materializes views; nil is
// all.
func (b *bench) settleOurs(ctx context.Context, p place, views []string) error {
	old, err := filepath.Glob(b.path(p.name, "registry.db.truepoint*"))
	if err != nil {
		return err
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	args := []string{"materialize", firstDay, lastDay}
	for _, v := range views {
		args = append(args, "--views", v)
	}
	return errors.Join(b.settle(ctx, p), do(b.ours(ctx, p, "apply", "--yes")), do(b.ours(ctx, p, args...)))
}

// compareReads prints row 8 for requests of so many entities over so many connections.
func (b *bench) compareReads(ctx context.Context, t *two, rows, connections int, least float64) error {
	all := (&reads.Repository{Keys: b.entities}).KeysOf(rows)
	if err := everything.same(ctx, t.ours.URL, t.feast.url, all[:64]); err != nil {
		return err
	}
	var bodies [][]byte
	for _, keys := range all {
		bodies = append(bodies, everything.body(keys))
	}
	ours, feast := reads.NewLoad(t.ours.URL, readPath, bodies), reads.NewLoad(t.feast.url, readPath, bodies)
	if err := ours.Warm(4); err != nil {
		return err
	}
	what := fmt.Sprintf("%d × 50 features over %d connections", rows, connections)
	a, f, err := measure.Pairs(b.pairs, what,
		func() (reads.Result, error) { return ours.Crowd(ctx, connections, b.slice, t.ours.PID, t.redis.PID) },
		func() (reads.Result, error) {
			return feast.Crowd(ctx, connections, b.slice, t.feast.cmd.Process.Pid, t.redis.PID)
		})
	if err != nil {
		return err
	}
	wall, cpu := reads.Ratios(f, a, reads.Result.P50), reads.Ratios(f, a, reads.Result.CPU)
	measure.Row{
		Number: "8", What: what + ", both from one Redis, HTTP JSON: requests a CPU-second of the servers", Yardstick: b.name + ", Python server: " + reads.Middle(f),
		Ours: reads.Middle(a), Wall: "p50 Feast ÷ ours " + wall.String(), CPU: "Feast ÷ ours " + cpu.String(),
		Gate: fmt.Sprintf("≥ %.0f×", least), Verdict: measure.Plain(cpu.Median >= least),
	}.Print()
	return nil
}
