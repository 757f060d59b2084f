package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

// round starts a server and returns what a request takes in each way, in CPU-µs. What is first, in the beginning and in each
// turn, is drawn: a way that always came behind the same other one would inherit from it. first is the way whose server is made
// first.
func (b *bench) round(ctx context.Context, r *rand.Rand, first int) (took [ways]float64, err error) {
	s, err := reads.StartSelf(ctx, "-serve", b.collector, "-first", fmt.Sprint(first), "-data", b.repository.Dir, "-keys", fmt.Sprint(b.repository.Keys))
	if err != nil {
		return took, err
	}
	defer s.Stop()
	addresses := strings.Fields(s.Address)
	var loads [ways]*reads.Load
	for _, w := range r.Perm(ways) {
		if err := b.sameAnswers(ctx, addresses[reference], addresses[w]); err != nil {
			return took, err
		}
		loads[w] = reads.NewLoad(addresses[w], path, b.bodies)
		if err := loads[w].Warm(8); err != nil {
			return took, err
		}
	}
	var turns [ways][]float64
	asked := 0 // requests that may be traced
	for range b.turns {
		for _, w := range r.Perm(ways) {
			turn, err := loads[w].Run(b.slice, s.PID, 0)
			if err != nil {
				return took, err
			}
			turns[w] = append(turns[w], turn.CPU())
			if w == traced {
				asked += len(turn.Took)
			}
		}
	}
	for w := range turns {
		took[w] = measure.SpreadOf(turns[w]).Median
	}
	sent, err := send(ctx, s.PID, "http://"+addresses[servers]+sendPath)
	took[traced] += float64(sent.Nanoseconds()) / 1000 / float64(asked)
	return took, err
}

// send has the server send its spans and returns the CPU time that this takes.
func send(ctx context.Context, pid int, url string) (time.Duration, error) {
	before, err := measure.CPUOf(pid)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the spans were not sent: %s", answer.Status)
	}
	after, err := measure.CPUOf(pid)
	return after - before, err
}

// sameAnswers compares the answers at two addresses to some bodies.
func (b *bench) sameAnswers(ctx context.Context, one, other string) error {
	for _, body := range b.bodies[:64] {
		x, err := reads.Post(ctx, "http://"+one+path, body)
		if err != nil {
			return err
		}
		y, err := reads.Post(ctx, "http://"+other+path, body)
		if err != nil {
			return err
		}
		if !bytes.Equal(x, y) {
			return fmt.Errorf("one server answers %.300s, another %.300s", x, y)
		}
	}
	return nil
}
