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
	"fmt"
	"strings"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

func main() { reads.Main("bench/grpc", serveHello, run) }

func run(ctx context.Context, p *reads.Program) (err error) {
	address := make(chan string, 1)
	s, err := p.Serve(ctx, &p.Repository, func(line string) {
		if _, at, ok := strings.Cut(line, " over gRPC on "); ok {
			address <- at
		}
	}, "--grpc-port", "0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	b := &bench{p, <-address, s.PID}
	for _, w := range []work{{own, 1, true}, {own, 100, false}, {feast, 1, false}, {feast, 100, false}} {
		if err := b.compare(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// A bench is one run of the program, against a server.
type bench struct {
	*reads.Program
	address string
	pid     int
}

// A work is what is asked: of a method, for so many entities.
type work struct {
	method *method
	rows   int
	row    bool // it is row 3; otherwise its ratio is a note
}

// compare measures pairs and prints the row or the note.
func (b *bench) compare(ctx context.Context, w work) error {
	ours, err := b.newLoad(b.address, w)
	if err != nil {
		return err
	}
	defer ours.close()
	size, err := ours.check(ctx, &b.Repository)
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
	a, h, err := measure.Pairs(b.Pairs, fmt.Sprintf("%s, %d × 50", w.method.name, w.rows),
		func() (reads.Result, error) { return ours.run(ctx, b.pid, b.Slice) },
		func() (reads.Result, error) { return theirs.run(ctx, y.PID, b.Slice) })
	if err != nil {
		return err
	}
	wall, cpu := reads.Ratios(a, h, reads.Result.P50), reads.Ratios(a, h, reads.Result.CPU)
	if !w.row {
		measure.Note("  %s, %d × 50, %d B: p50 %s, CPU %s of hello-grpc", w.method.name, w.rows, size, wall, cpu)
		return nil
	}
	measure.Row{Number: "3", What: "one row × 50 features, embedded, gRPC with packed columns: p50", Yardstick: fmt.Sprintf("hello-grpc of %d B: %s", size, reads.Middle(h)),
		Ours: reads.Middle(a), Wall: wall.String(), CPU: cpu.String(), Gate: "≤ 1.20×", Verdict: measure.Verdict(wall.Median <= 1.2, cpu.Median <= 1.2)}.Print()
	return nil
}
