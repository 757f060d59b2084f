// Command http measures rows 1, 2 and 4 to 7 of the performance goals: online reads of 50 features in 5 views over HTTP, one
// row and a hundred rows a request, 512 bodies, by the binary as it is shipped, on 100,000 entities. On its embedded store
// the yardstick is hello-http: a constant body of equal size on plain net/http; on Redis it is hello-http and one raw GET, or
// one raw MGET of the 500 rows, of the same server. Servers run on one core, the load, a closed loop over one connection, on
// the other; the tail under an open loop is noted. It prints the rows.
//
//	go run ./bench/http [-binary bin/truepoint] [-data DIR] [-pairs 5] [-slice 3s]
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

const path = "/get-online-features"

func main() { reads.Main("bench/http", serveHello, run) }

func run(ctx context.Context, p *reads.Program) error {
	if err := runEmbedded(ctx, p); err != nil {
		return err
	}
	return runRedis(ctx, p)
}

// runEmbedded prints rows 1, 2, 5 and 7.
func runEmbedded(ctx context.Context, p *reads.Program) (err error) {
	s, err := p.Serve(ctx, &p.Repository, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	for _, rows := range []int{1, 100} {
		w, err := newWork(ctx, s.URL, &p.Repository, rows)
		if err != nil {
			return err
		}
		if err := compareEmbedded(ctx, p, s.PID, w); err != nil {
			return err
		}
	}
	return nil
}

// pairsOfTails is how many pairs row 2 takes at least: a tail varies more than a median.
const pairsOfTails = 10

func compareEmbedded(ctx context.Context, p *reads.Program, pid int, w *work) error {
	y, err := reads.StartHello(ctx, w.size)
	if err != nil {
		return err
	}
	defer y.Stop()
	pairs := p.Pairs
	if w.rows == 1 {
		pairs = max(pairs, pairsOfTails)
	}
	theirs := reads.NewLoad(y.Address, path, w.bodies)
	a, h, err := measure.Pairs(pairs, w.name(),
		func() (reads.Result, error) { return w.load.Run(p.Slice, pid, 0) },
		func() (reads.Result, error) { return theirs.Run(p.Slice, y.PID, 0) })
	if err != nil {
		return err
	}
	c := comparison{w.hello(), a, h}
	if w.rows > 1 {
		c.printP50("5", w.name()+", embedded, HTTP JSON: p50", limit{"≤ 2.0×", 2})
		return nil
	}
	c.printP50("1", w.name()+", embedded, HTTP JSON: p50", limit{"≤ 1.25×", 1.25})
	p99, share := reads.Ratios(a, h, reads.Result.P99), reads.Ratios(h, a, reads.Result.AllCPU)
	c.print(measure.Row{Number: "2", What: fmt.Sprintf("the same, %d pairs: p99", pairs), Wall: p99.String(), Gate: "≤ 1.5×", Verdict: measure.Plain(p99.Median <= 1.5)})
	c.print(measure.Row{Number: "7", What: "the same: requests a CPU-second", Wall: share.String(), Gate: "≥ 0.60×", Verdict: measure.Plain(share.Median >= 0.6)})
	return noteTails(ctx, p.Slice, w.load, theirs)
}

// A comparison is what interleaved pairs saw.
type comparison struct {
	yardstick    string
	ours, theirs []reads.Result
}

// A limit is a gate that a ratio is to stay below.
type limit struct {
	gate string
	most float64
}

// print prints a row, in which it writes what both sides took.
func (c *comparison) print(r measure.Row) {
	r.Yardstick, r.Ours = c.yardstick+": "+reads.Middle(c.theirs), reads.Middle(c.ours)
	r.CPU = reads.Ratios(c.ours, c.theirs, reads.Result.AllCPU).String()
	r.Print()
}

// printP50 prints a row about the median time of a request, which CPU time should follow.
func (c *comparison) printP50(number, what string, l limit) {
	wall, cpu := reads.Ratios(c.ours, c.theirs, reads.Result.P50), reads.Ratios(c.ours, c.theirs, reads.Result.AllCPU)
	c.print(measure.Row{Number: number, What: what, Wall: wall.String(), Gate: l.gate, Verdict: measure.Verdict(wall.Median <= l.most, cpu.Median <= l.most)})
}
