// Command http measures rows 1, 2, 5 and 7 of the performance goals: online reads of 50 features in 5 views over HTTP, one
// row and a hundred rows a request, by the binary as it is shipped on its embedded store of 100,000 entities, against
// hello-http: a constant body of equal size on plain net/http. Server and yardstick run on one core, the load, a closed loop
// over one connection, on the other. It prints the rows.
//
//	go run ./bench/http [-binary bin/truepoint] [-data DIR] [-pairs 5] [-slice 3s]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

func main() {
	b := &bench{}
	flag.StringVar(&b.binary, "binary", "bin/truepoint", "the program, built by make build")
	flag.StringVar(&b.repository.Dir, "data", "bench/data/http", "directory of the repository that is served")
	flag.IntVar(&b.repository.Keys, "keys", 100_000, "entities stored")
	flag.IntVar(&b.pairs, "pairs", 5, "interleaved pairs")
	flag.DurationVar(&b.slice, "slice", 3*time.Second, "length of one side of a pair")
	prepare := flag.Bool("prepare", false, "used by the program itself: make the store")
	hello := flag.Int("hello", 0, "used by the program itself: serve a constant body of this many bytes")
	flag.Parse()
	ctx := context.Background()
	work := b.run
	switch {
	case *prepare:
		work = b.repository.Prepare
	case *hello > 0:
		work = func(context.Context) error { return serveHello(*hello) }
	}
	if err := work(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench/http:", err)
		os.Exit(1)
	}
}

// A bench is one run of the program.
type bench struct {
	binary     string
	repository reads.Repository
	pairs      int
	slice      time.Duration
}

func (b *bench) run(ctx context.Context) error {
	if _, err := measure.Self(ctx, "-prepare", "-data", b.repository.Dir, "-keys", fmt.Sprint(b.repository.Keys)); err != nil {
		return err
	}
	measure.Start("bench/http")
	s, err := b.startOurs(ctx)
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := reads.Pin(os.Getpid(), 1); err != nil {
		return err
	}
	for _, rows := range []int{1, 100} {
		if err := b.compare(ctx, s.URL, s.PID, rows); err != nil {
			return err
		}
	}
	return nil
}

// compare prints the rows of requests of so many entities.
func (b *bench) compare(ctx context.Context, url string, pid, rows int) error {
	bodies := b.bodies(rows)
	size, err := b.check(ctx, url, bodies)
	if err != nil {
		return err
	}
	y, err := reads.StartHello(ctx, size)
	if err != nil {
		return err
	}
	defer y.Stop()
	ours, theirs := newLoad(url, bodies), newLoad(y.Address, bodies)
	if err := b.warm(ours); err != nil { // every key once
		return err
	}
	var a, h []reads.Result
	for i := range b.pairs {
		x, err := ours.run(pid, b.slice)
		if err != nil {
			return err
		}
		z, err := theirs.run(y.PID, b.slice)
		if err != nil {
			return err
		}
		measure.Note("pair %d, %d × 50: ours %v; hello-http %v", i+1, rows, x, z)
		a, h = append(a, x), append(h, z)
	}
	b.print(rows, size, a, h)
	return nil
}

// print prints what the pairs say.
func (b *bench) print(rows, size int, a, h []reads.Result) {
	ratio := func(of func(reads.Result) float64) measure.Spread { return reads.Ratios(a, h, of) }
	row := func(number, what, wall, gate string, holds, byCPU bool) {
		measure.Row{Number: number, What: what, Yardstick: fmt.Sprintf("hello-http of %d B: %s", size, reads.Middle(h)), Ours: reads.Middle(a),
			Wall: wall, CPU: ratio(reads.Result.CPU).String(), Gate: gate, Verdict: measure.Verdict(holds, byCPU)}.Print()
	}
	p50, p99, cpu := ratio(reads.Result.P50), ratio(reads.Result.P99), ratio(reads.Result.CPU)
	if rows > 1 {
		row("5", fmt.Sprintf("%d rows × 50 features, embedded, HTTP JSON: p50", rows), p50.String(), "≤ 2.0×", p50.Median <= 2, cpu.Median <= 2)
		return
	}
	row("1", "one row × 50 features, embedded, HTTP JSON: p50", p50.String(), "≤ 1.25×", p50.Median <= 1.25, cpu.Median <= 1.25)
	row("2", "the same: p99", p99.String(), "≤ 1.5×", p99.Median <= 1.5, p99.Median <= 1.5)
	share := ratio(func(r reads.Result) float64 { return 1 / r.CPU() })
	row("7", "the same: requests a CPU-second", share.String(), "≥ 0.60×", share.Median >= 0.6, share.Median >= 0.6)
}
