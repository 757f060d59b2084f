// Command observe measures what it costs a server to be watched: the CPU time of a request for one row of 50 features of the
// embedded store over HTTP, counted for /metrics, and traced too at the share that is the default, beside that of the same
// request to a server with neither. It prints a row for each.
//
// The cost is smaller than what two runs of one program differ by, and two servers of one process that do the same differ by up
// to 1 %, by where their memory lies. So one process has some servers of each way, made in an order that is drawn, that serve one
// store and are asked in turns of some thousandths of a second, whose CPU time the clock of the process tells; and many processes
// follow each other. Spans wait until the end, and their share of what it takes to send them is added. That the figures are fine
// enough is seen by a way that is the first once more.
//
//	go run ./bench/observe [-data DIR] [-rounds 20] [-turns 60] [-slice 5ms]
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/truepoint/truepoint/bench/activity"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

const path = "/get-online-features"

// A bench is the settings of a run.
type bench struct {
	repository    reads.Repository
	rounds, turns int
	slice         time.Duration
	bodies        [][]byte
	collector     string // where traces go
}

func main() {
	b := &bench{}
	flag.StringVar(&b.repository.Dir, "data", "bench/data/observe", "directory of the repository")
	flag.IntVar(&b.repository.Keys, "keys", 10_000, "entities stored")
	flag.IntVar(&b.rounds, "rounds", 20, "rounds, each with a new process")
	flag.IntVar(&b.turns, "turns", 60, "turns of each server in a round; the spans of a round must fit the queue of a tracer")
	flag.DurationVar(&b.slice, "slice", 5*time.Millisecond, "length of a turn")
	prepare := flag.Bool("prepare", false, "only make the repository")
	flag.StringVar(&b.collector, "serve", "", "used by the program itself: serve, and send traces there")
	seed := flag.Uint64("seed", 0, "used by the program itself: draws the order of the servers")
	flag.Parse()
	work := b.run
	switch {
	case *prepare:
		work = b.repository.Prepare
	case b.collector != "":
		work = func(ctx context.Context) error { return serve(ctx, &b.repository, b.collector, *seed) }
	}
	if err := work(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench/observe:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context) error {
	if err := b.repository.Prepare(ctx); err != nil {
		return err
	}
	for _, keys := range b.repository.KeysOf(1) {
		b.bodies = append(b.bodies, reads.Body(reads.OfService(reads.Service), activity.Key, keys))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	b.collector = "http://" + l.Addr().String()
	go func() { // ends with the listener
		_ = http.Serve(l, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	}()
	measure.Start("bench/observe")
	if err := reads.Pin(os.Getpid(), 1); err != nil {
		return err
	}
	var costs, ratios [ways][]float64 // one a round
	r := rand.New(rand.NewPCG(1, 1))
	for n := range b.rounds {
		took, err := b.round(ctx, r)
		if err != nil {
			return err
		}
		for w := range ways {
			costs[w], ratios[w] = append(costs[w], took[w]), append(ratios[w], took[w]/took[unwatched])
		}
		measure.Note("round %d: unwatched %.2f CPU-µs; again %.3f×; counted %.3f×; traced too %.3f×", n+1,
			took[unwatched], took[again]/took[unwatched], took[counted]/took[unwatched], took[traced]/took[unwatched])
	}
	report(costs, ratios)
	return nil
}

// most is how much CPU time a request may take, beside that of a server that nobody watches.
const most = 1.02

// report prints a row for each way that is watched, of what each round saw.
func report(costs, ratios [ways][]float64) {
	texts := [ways]string{counted: "counted for /metrics", traced: "counted, and one in a hundred traced"}
	for w := counted; w < ways; w++ {
		r := measure.SpreadOf(ratios[w])
		measure.Row{
			Number: "1 (watched)", What: fmt.Sprintf("the same, %s: CPU time of the server, %d rounds", texts[w], len(ratios[w])),
			Yardstick: fmt.Sprintf("the same server, neither counted nor traced: %.1f CPU-µs a request; and once more: %.3f×",
				measure.SpreadOf(costs[unwatched]).Median, measure.SpreadOf(ratios[again]).Median),
			Ours: fmt.Sprintf("%.1f CPU-µs a request", measure.SpreadOf(costs[w]).Median),
			CPU:  fmt.Sprintf("%.3f× (%.3f–%.3f)", r.Median, r.Min, r.Max),
			Gate: fmt.Sprintf("≤ %.2f×", most), Verdict: measure.Plain(r.Median <= most),
		}.Print()
	}
}
