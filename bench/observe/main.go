// Command observe measures what it costs a server to be watched: the CPU time of a request for one row of 50 features of the
// embedded store over HTTP, counted for /metrics, and traced too at the share that is the default, beside that of the same
// request to a server with neither. It prints a row for each.
//
// The cost is smaller than what two runs of one program differ by, and two processes. So one process serves one store in all
// ways, and they are asked in turns of a few hundredths of a second, whose CPU time the clock of the process tells. What a
// request takes is the median of the turns. Spans wait until the end, and their share of what it takes to send them is added.
// Two servers of one process that do the same differ by 1 to 2 %, by where their memory lies: hence many rounds, in which each way
// is first as often as the others.
//
//	go run ./bench/observe [-data DIR] [-rounds 15] [-turns 66] [-slice 25ms]
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
	first         int    // the way whose server is made first
}

func main() {
	b := &bench{}
	flag.StringVar(&b.repository.Dir, "data", "bench/data/observe", "directory of the repository")
	flag.IntVar(&b.repository.Keys, "keys", 10_000, "entities stored")
	flag.IntVar(&b.rounds, "rounds", 15, "rounds, each with a new server")
	flag.IntVar(&b.turns, "turns", 66, "turns of each way in a round, whose spans must fit the queue of a tracer")
	flag.DurationVar(&b.slice, "slice", 25*time.Millisecond, "length of a turn")
	prepare := flag.Bool("prepare", false, "only make the repository")
	flag.StringVar(&b.collector, "serve", "", "used by the program itself: serve, and send traces there")
	flag.IntVar(&b.first, "first", 0, "used by the program itself: number of the way whose server is made first")
	flag.Parse()
	work := b.run
	switch {
	case *prepare:
		work = b.repository.Prepare
	case b.collector != "":
		work = func(ctx context.Context) error { return serve(ctx, &b.repository, b.collector, b.first) }
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
		took, err := b.round(ctx, r, n%ways)
		if err != nil {
			return err
		}
		for w := range ways {
			costs[w], ratios[w] = append(costs[w], took[w]), append(ratios[w], took[w]/took[unwatched])
		}
		measure.Note("round %d: unwatched %.2f CPU-µs; counted %.2f, %.3f×; traced too %.2f, %.3f×", n+1,
			took[unwatched], took[counted], took[counted]/took[unwatched], took[traced], took[traced]/took[unwatched])
	}
	report(costs, ratios)
	return nil
}

// most is how much CPU time a request may take, beside that of a server that nobody watches.
const most = 1.02

// report prints a row for each way but the first, of what each round saw.
func report(costs, ratios [ways][]float64) {
	texts := [ways]string{unwatched: "neither counted nor traced", counted: "counted for /metrics", traced: "counted, and one in a hundred traced"}
	for w := unwatched + 1; w < ways; w++ {
		r := measure.SpreadOf(ratios[w])
		measure.Row{
			Number: "1 (watched)", What: fmt.Sprintf("the same, %s: CPU time of the server, %d rounds", texts[w], len(ratios[w])),
			Yardstick: fmt.Sprintf("the same server, %s: %.1f CPU-µs a request", texts[unwatched], measure.SpreadOf(costs[unwatched]).Median),
			Ours:      fmt.Sprintf("%.1f CPU-µs a request", measure.SpreadOf(costs[w]).Median),
			CPU:       fmt.Sprintf("%.3f× (%.3f–%.3f)", r.Median, r.Min, r.Max),
			Gate:      fmt.Sprintf("≤ %.2f×", most), Verdict: measure.Plain(r.Median <= most),
		}.Print()
	}
}
