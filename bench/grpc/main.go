// Command grpc measures row 3 of the performance goals: online reads of 50 features in 5 views over gRPC with packed
// columns, one row a request, by the binary as it is shipped on the repository of bench/http, against hello-grpc: a server of
// gRPC that answers with constant bytes of equal size. It notes a hundred rows a request, and Feast's service, too. Server
// and yardstick run on one core, the load, a closed loop over one connection, on the other. It prints the row.
//
//	go run ./bench/grpc [-binary bin/truepoint] [-data DIR] [-pairs 5] [-slice 3s]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/internal/listen"
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
		fmt.Fprintln(os.Stderr, "bench/grpc:", err)
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
	measure.Start("bench/grpc")
	s, address, err := b.start(ctx)
	if err != nil {
		return err
	}
	if err := reads.Pin(os.Getpid(), 1); err != nil {
		return errors.Join(err, s.Stop())
	}
	for _, w := range []work{{own, 1, true}, {own, 100, false}, {feast, 1, false}, {feast, 100, false}} {
		if err := b.compare(ctx, address, s.PID, w); err != nil {
			return errors.Join(err, s.Stop())
		}
	}
	return s.Stop()
}

// start starts the binary on the first core and returns where it answers over gRPC.
func (b *bench) start(ctx context.Context) (s *listen.Server, address string, err error) {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return nil, "", err
	}
	told := make(chan string, 1)
	err = reads.OnCore(0, func() error {
		s, err = listen.Start(ctx, binary, b.repository.Dir, nil, func(line string) {
			if _, at, ok := strings.Cut(line, " over gRPC on "); ok {
				told <- at
			}
		}, "--grpc-port", "0")
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return s, <-told, nil
}

// A work is what is asked: of a method, for so many entities.
type work struct {
	method *method
	rows   int
	row    bool // it is row 3; otherwise its ratio is a note
}

// compare measures pairs and prints the row or the note.
func (b *bench) compare(ctx context.Context, address string, pid int, w work) error {
	ours, err := b.newLoad(address, w)
	if err != nil {
		return err
	}
	defer ours.close()
	size, err := ours.check(ctx, &b.repository)
	if err != nil {
		return err
	}
	y, err := reads.StartHello(ctx, size)
	if err != nil {
		return err
	}
	defer y.Stop()
	theirs, err := b.newLoad(y.Address, w)
	if err != nil {
		return err
	}
	defer theirs.close()
	var all [2][]reads.Result
	for i := range b.pairs {
		x, err := ours.run(ctx, pid, b.slice)
		if err != nil {
			return err
		}
		z, err := theirs.run(ctx, y.PID, b.slice)
		if err != nil {
			return err
		}
		measure.Note("pair %d, %s, %d × 50: ours %v; hello-grpc %v", i+1, w.method.name, w.rows, x, z)
		all[0], all[1] = append(all[0], x), append(all[1], z)
	}
	wall, cpu := reads.Ratios(all[0], all[1], reads.Result.P50), reads.Ratios(all[0], all[1], reads.Result.CPU)
	if !w.row {
		measure.Note("  %s, %d × 50, %d B: p50 %s, CPU %s of hello-grpc", w.method.name, w.rows, size, wall, cpu)
		return nil
	}
	measure.Row{Number: "3", What: "one row × 50 features, embedded, gRPC with packed columns: p50", Yardstick: fmt.Sprintf("hello-grpc of %d B: %s", size, reads.Middle(all[1])),
		Ours: reads.Middle(all[0]), Wall: wall.String(), CPU: cpu.String(), Gate: "≤ 1.20×", Verdict: measure.Verdict(wall.Median <= 1.2, cpu.Median <= 1.2)}.Print()
	return nil
}
