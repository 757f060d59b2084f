// Command apply measures row 18 of the performance goals: plan and apply of 10,000 features in 1,000 views, the first
// time against a raw SQLite insert of the same objects with the same durability, then unchanged, then with one change.
// Every measurement opens the file anew, as the command line does. It prints Markdown rows.
//
//	go run ./bench/apply [-pairs 9] [-cpuprofile FILE]
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"time"

	_ "modernc.org/sqlite"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/sqliteregistry"
)

func main() {
	pairs := flag.Int("pairs", 9, "interleaved pairs of measurements")
	profile := flag.String("cpuprofile", "", "write a CPU profile to this file")
	flag.Parse()
	if err := run(context.Background(), *pairs, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench/apply:", err)
		os.Exit(1)
	}
}

type times struct{ raw, first, unchanged, changed []time.Duration }

func run(ctx context.Context, pairs int, profile string) error {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	var t times
	for range pairs {
		if err := t.pair(ctx); err != nil {
			return err
		}
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown")
	}
	fmt.Printf("load average %s\n", load)
	fmt.Println("| # | what | yardstick | ours | ratio (median, min–max) | gate |\n|---|---|---|---|---|---|")
	ratios := make([]float64, pairs)
	for i := range ratios {
		ratios[i] = float64(t.first[i]) / float64(t.raw[i])
	}
	slices.Sort(ratios)
	fmt.Printf("| 18 | plan and apply, first, 1,000 views | raw SQLite insert %v | %v | %.2f× (%.2f–%.2f) | ≤ 8× |\n",
		median(t.raw), median(t.first), ratios[pairs/2], ratios[0], ratios[pairs-1])
	fmt.Printf("| 18 | unchanged | | %v | %v–%v | ≤ 60 ms |\n", median(t.unchanged), least(t.unchanged), slices.Max(t.unchanged).Round(100*time.Microsecond))
	fmt.Printf("| 18 | one view changed | | %v | %v–%v | ≤ 80 ms |\n", median(t.changed), least(t.changed), slices.Max(t.changed).Round(100*time.Microsecond))
	return nil
}

func median(d []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(d))[len(d)/2].Round(100 * time.Microsecond)
}

func least(d []time.Duration) time.Duration { return slices.Min(d).Round(100 * time.Microsecond) }

// pair measures the yardstick and each of ours once, in a directory of its own.
func (t *times) pair(ctx context.Context) error {
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
		into *[]time.Duration
		do   func() error
	}{
		{&t.raw, func() error { return insertRaw(ctx, filepath.Join(dir, "raw.db"), objects) }},
		{&t.first, func() error { return planAndApply(ctx, path, all, 1) }},
		{&t.unchanged, func() error { return planAndApply(ctx, path, all, 1) }},
		{&t.changed, func() error { return planAndApply(ctx, path, changed, 2) }},
	} {
		start := time.Now()
		if err := step.do(); err != nil {
			return err
		}
		*step.into = append(*step.into, time.Since(start))
	}
	return nil
}

// insertRaw is the yardstick: the same objects into a plain table, one transaction, WAL and synchronous FULL.
func insertRaw(ctx context.Context, path string, objects []registry.Object) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		return err
	}
	defer func() {
		if closing := db.Close(); err == nil {
			err = closing
		}
	}()
	if _, err := db.ExecContext(ctx, "CREATE TABLE objects (kind TEXT, name TEXT, body BLOB, PRIMARY KEY (kind, name))"); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	put, err := tx.PrepareContext(ctx, "INSERT INTO objects VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer put.Close()
	for _, o := range objects {
		if _, err := put.ExecContext(ctx, o.Kind, o.Name, []byte(o.Body)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// planAndApply does what truepoint apply does after it has read the definitions, and checks the revision it ends at.
func planAndApply(ctx context.Context, path string, wanted *feature.Set, want registry.Revision) (err error) {
	reg, err := sqliteregistry.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() {
		if closing := reg.Close(); err == nil {
			err = closing
		}
	}()
	current, err := reg.Read(ctx, wanted.Project, registry.Newest)
	if err != nil {
		return err
	}
	plan, err := apply.Make(ctx, current, wanted, nil)
	if err != nil {
		return err
	}
	now, err := eventtime.FromTime(time.Now())
	if err != nil {
		return err
	}
	got, err := apply.Apply(ctx, reg, plan, apply.Options{Author: "bench", Now: now})
	if err == nil && got != want {
		err = fmt.Errorf("ended at revision %d, want %d", got, want)
	}
	return err
}
