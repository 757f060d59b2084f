package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/truepoint/truepoint/bench/cells"
	"github.com/truepoint/truepoint/bench/measure"
	"github.com/truepoint/truepoint/bench/plainredis"
	"github.com/truepoint/truepoint/bench/reads"
	"github.com/truepoint/truepoint/online"
)

// A redis is a server that holds the rows of the repository, and as many raw ones.
type redis struct {
	server *plainredis.Server
	raw    *plainredis.Conn
	rows   []online.Cell
	random *rand.Rand
}

// startRedis starts a server on the first core and fills it.
func startRedis(ctx context.Context, p *reads.Program, r *reads.Repository) (d *redis, err error) {
	d = &redis{rows: cells.Make(r.Keys, 1), random: rand.New(rand.NewPCG(4, 6))}
	err = reads.OnCore(0, func() error { d.server, err = plainredis.Start(""); return err })
	if err != nil {
		return nil, err
	}
	r.Redis = d.server.Address
	if d.raw, err = plainredis.Dial(r.Redis); err == nil {
		err = errors.Join(d.raw.Set(d.rows), p.Fill(ctx, r))
	}
	if err != nil {
		d.server.Stop()
	}
	return d, err
}

// get reads one raw row, or the five rows of each of so many entities, often enough for a median.
func (d *redis) get(entities int) (reads.Result, error) {
	keys, times := 1, 10_000
	if entities > 1 {
		keys, times = 5*entities, 1_000
	}
	return reads.Slice(0, d.server.PID, func() (reads.Result, error) {
		return reads.Take(times, func() error { return d.raw.Get(d.rows, d.random, keys) })
	})
}

// runRedis prints rows 4 and 6.
func runRedis(ctx context.Context, p *reads.Program) (err error) {
	r := &reads.Repository{Dir: p.Repository.Dir + "-redis", Keys: p.Repository.Keys}
	d, err := startRedis(ctx, p, r)
	if err != nil {
		return err
	}
	defer d.server.Stop()
	defer d.raw.Close()
	s, err := p.Serve(ctx, r, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	for _, rows := range []int{1, 100} {
		w, err := newWork(ctx, s.URL, r, rows)
		if err != nil {
			return err
		}
		if err := compareRedis(ctx, p, &onRedis{d, w, s.PID}); err != nil {
			return err
		}
	}
	return nil
}

// An onRedis is a work for a server whose rows are in Redis.
type onRedis struct {
	store  *redis
	work   *work
	server int // PID
}

func compareRedis(ctx context.Context, p *reads.Program, o *onRedis) error {
	y, err := reads.StartHello(ctx, o.work.size)
	if err != nil {
		return err
	}
	defer y.Stop()
	hello := reads.NewLoad(y.Address, path, o.work.bodies)
	a, b, err := measure.Pairs(p.Pairs, o.work.name()+" on Redis",
		func() (reads.Result, error) { return o.work.load.Run(p.Slice, o.server, o.store.server.PID) },
		func() (reads.Result, error) {
			h, err := hello.Run(p.Slice, y.PID, 0)
			if err != nil {
				return h, err
			}
			g, err := o.store.get(o.work.rows)
			return h.Plus(g), err
		})
	if err != nil {
		return err
	}
	if o.work.rows == 1 {
		c := comparison{o.work.hello() + " and one raw GET", a, b}
		c.printP50("4", o.work.name()+", Redis, HTTP JSON: p50", limit{"≤ 1.10×", 1.10})
		return nil
	}
	c := comparison{fmt.Sprintf("%s and one raw MGET of %d", o.work.hello(), 5*o.work.rows), a, b}
	c.printP50("6", o.work.name()+", Redis, HTTP JSON: p50", limit{"≤ 1.8×", 1.8})
	return nil
}
