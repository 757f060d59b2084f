package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/reads"
)

// round starts a serving process and returns what a request takes in each way, in CPU-µs: the mean of the servers of the way,
// each of which takes the median of its turns. The order of the servers is drawn for each round of turns: one that always came
// behind the same other one would inherit from it.
func (b *bench) round(ctx context.Context, r *rand.Rand) (took [ways]float64, err error) {
	s, err := reads.StartSelf(ctx, "-serve", b.collector, "-seed", fmt.Sprint(r.Uint64()), "-data", b.repository.Dir, "-keys", fmt.Sprint(b.repository.Keys))
	if err != nil {
		return took, err
	}
	defer s.Stop()
	addresses := strings.Fields(s.Address)
	control := "http://" + addresses[servers]
	conns, err := b.connect(ctx, addresses[:servers], r)
	if err != nil {
		return took, err
	}
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	shares, cost, traces, err := b.turnsOf(ctx, r, control, conns, s.PID)
	if err != nil {
		return took, err
	}
	for i := range shares {
		took[wayOf(i)] += cost * measure.SpreadOf(shares[i]).Median / copies
	}
	sent, err := reads.Slice(s.PID, 0, func() (r reads.Result, err error) {
		_, err = reads.Post(ctx, control+sendPath, nil)
		return r, err
	})
	took[traced] += float64(sent.Used.Nanoseconds()) / 1000 / float64(traces)
	return took, err
}

// turnsOf returns what requests take at each server, turn by turn, as a share of the mean of all servers in that round of turns;
// the median of these means, in CPU-µs; and how many requests went to servers that trace.
func (b *bench) turnsOf(ctx context.Context, r *rand.Rand, control string, conns [servers]*reads.Conn, pid int) (shares [servers][]float64, cost float64, traces int, err error) {
	var means []float64
	for range b.turns {
		var took [servers]float64
		mean := 0.0
		for _, i := range r.Perm(servers) {
			if _, err := reads.Post(ctx, fmt.Sprint(control, turnPath, i), nil); err != nil {
				return shares, 0, 0, err
			}
			turn, err := b.turn(conns[i], pid)
			if err != nil {
				return shares, 0, 0, err
			}
			took[i] = turn.CPU()
			mean += took[i] / servers
			if wayOf(i) == traced {
				traces += len(turn.Took)
			}
		}
		means = append(means, mean)
		for i, t := range took {
			shares[i] = append(shares[i], t/mean)
		}
	}
	return shares, measure.SpreadOf(means).Median, traces, nil
}

// connect returns a connection to each server, all of which have answered some requests, and the same.
func (b *bench) connect(ctx context.Context, addresses []string, r *rand.Rand) (conns [servers]*reads.Conn, err error) {
	for _, i := range r.Perm(servers) {
		if err := b.sameAnswers(ctx, addresses[0], addresses[i]); err != nil {
			return conns, err
		}
		load := reads.NewLoad(addresses[i], path, b.bodies)
		if err := load.Warm(4); err != nil {
			return conns, err
		}
		if conns[i], err = load.Dial(); err != nil {
			return conns, err
		}
	}
	return conns, nil
}

// turn sends requests over a connection for a turn, with the first of them drawn.
func (b *bench) turn(c *reads.Conn, pid int) (reads.Result, error) {
	k := rand.IntN(len(b.bodies))
	return reads.Slice(pid, 0, func() (reads.Result, error) {
		return reads.TakeFor(b.slice, func() error {
			k++
			return c.Ask(k)
		})
	})
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
