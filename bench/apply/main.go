// Command apply measures row 18 of the performance goals: plan and apply of 10,000 features in 1,000 views, the first
// time against a raw SQLite insert of the same objects with the same durability, then unchanged, then with one change.
// Every measurement opens the file anew, as the command line does. It prints Markdown rows, with CPU times for machines
// that are busy with other things.
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
	"runtime"
	"runtime/pprof"
	"slices"
	"time"

	"golang.org/x/sys/unix"
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

// A cost is what one measurement took.
type cost struct{ wall, cpu time.Duration }

type costs struct{ raw, first, unchanged, changed []cost }

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
	var t costs
	for range pairs {
		if err := t.pair(ctx); err != nil {
			return err
		}
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown\n")
	}
	fmt.Printf("load average %s\n", load)
	fmt.Println("| # | what | yardstick: raw SQLite insert | ours, wall (min–max) | ours, CPU | ratio wall (min–max) | ratio CPU | gate |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	wall, cpu := ratios(t.first, t.raw)
	fmt.Printf("| 18 | plan and apply of 10,000 features in 1,000 views, first | %s | %s | %v | %.2f× (%.2f–%.2f) | %.2f× | ≤ 8× |\n",
		spread(t.raw), spread(t.first), median(t.first, byCPU), wall[pairs/2], wall[0], wall[pairs-1], cpu[pairs/2])
	fmt.Printf("| 18 | unchanged | | %s | %v | | | ≤ 60 ms |\n", spread(t.unchanged), median(t.unchanged, byCPU))
	fmt.Printf("| 18 | one view changed | | %s | %v | | | ≤ 80 ms |\n", spread(t.changed), median(t.changed, byCPU))
	return nil
}

func byWall(c cost) time.Duration { return c.wall }
func byCPU(c cost) time.Duration  { return c.cpu }

func sorted(list []cost, by func(cost) time.Duration) []time.Duration {
	out := make([]time.Duration, len(list))
	for i, c := range list {
		out[i] = by(c).Round(100 * time.Microsecond)
	}
	slices.Sort(out)
	return out
}

func median(list []cost, by func(cost) time.Duration) time.Duration {
	return sorted(list, by)[len(list)/2]
}

func spread(list []cost) string {
	s := sorted(list, byWall)
	return fmt.Sprintf("%v (%v–%v)", s[len(s)/2], s[0], s[len(s)-1])
}

// ratios returns a over b pair by pair, in ascending order.
func ratios(a, b []cost) (wall, cpu []float64) {
	for i := range a {
		wall = append(wall, float64(a[i].wall)/float64(b[i].wall))
		cpu = append(cpu, float64(a[i].cpu)/float64(b[i].cpu))
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	return wall, cpu
}

// measure returns what do costs this process, garbage of former steps collected before.
func measure(do func() error) (cost, error) {
	runtime.GC()
	before, start := cpuTime(), time.Now()
	err := do()
	return cost{time.Since(start), cpuTime() - before}, err
}

func cpuTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
		into *[]cost
		do   func() error
	}{
		{&t.raw, func() error { return insertRaw(ctx, filepath.Join(dir, "raw.db"), objects) }},
		{&t.first, func() error { return planAndApply(ctx, path, all, 1) }},
		{&t.unchanged, func() error { return planAndApply(ctx, path, all, 1) }},
		{&t.changed, func() error { return planAndApply(ctx, path, changed, 2) }},
	} {
		c, err := measure(step.do)
		if err != nil {
			return err
		}
		*step.into = append(*step.into, c)
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
