package redisonline

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// Bounds of a replicated write.
const (
	replicaWait = 5 * time.Second // for one replica
	redoneMax   = 3               // how often a batch is written again because a primary was replaced meanwhile
	marksMax    = 4096            // keys that are tried to find one of a shard
)

// replication is what a driver whose writes must be on a replica knows of the primaries.
type replication struct {
	mu        sync.Mutex
	histories map[string]string // by address: the id of the history that the primary writes; a new primary has another one
	marks     map[string]string // by address: a key of the shard, whose writing moves the history on
}

func (r *replication) seen() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.histories
}

func (r *replication) see(histories map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.histories = histories
}

// replicated writes until all of a batch is on a replica of each primary, and each primary is the one that took it. What a
// primary took that was replaced meanwhile may be lost: then all is written again, which is harmless, and the count of
// superseded cells is Unknown.
func (d *Driver) replicated(ctx context.Context, write func() (online.PutResult, error)) (online.PutResult, error) {
	before := d.replication.seen()
	if before == nil {
		var err error
		if before, err = d.confirm(ctx); err != nil {
			return online.PutResult{}, err
		}
	}
	total, err := write()
	for n := 0; err == nil; n++ {
		var after map[string]string
		if after, err = d.confirm(ctx); err != nil || maps.Equal(before, after) {
			return total, err
		}
		if n == redoneMax {
			return total, errs.New(errs.Unavailable, "the primaries of Redis were replaced %d times while a batch was written", n+1).WithID("T1001").
				WithHint("writes may be repeated")
		}
		before = after
		var again online.PutResult
		again, err = write()
		total = online.PutResult{Written: max(total.Written, again.Written), Superseded: online.Unknown}
	}
	return total, err
}

// confirm waits until a replica of each primary has all that the primary has taken so far, and returns the histories that the
// primaries write.
//
// WAIT looks at what its own connection has written. So a key is written first: it comes after all that was acknowledged on
// other connections, and a replica that has it has them.
func (d *Driver) confirm(ctx context.Context) (map[string]string, error) {
	for n := 0; ; n++ {
		histories := map[string]string{}
		err := d.primaries(ctx, func(c rueidis.Client, address string) error {
			history, err := d.confirmOne(ctx, c, address)
			histories[address] = history
			return err
		})
		var told *errs.Error // such as that there is no replica
		switch {
		case err == nil:
			d.replication.see(histories)
			return histories, nil
		case errors.As(err, &told), !d.again(ctx, n, err):
			return nil, err
		}
	}
}

func (d *Driver) confirmOne(ctx context.Context, c rueidis.Client, address string) (history string, err error) {
	key, err := d.mark(ctx, c, address)
	if err != nil {
		return "", err
	}
	answers := c.DoMulti(ctx,
		c.B().Set().Key(key).Value("").Build(),
		c.B().Wait().Numreplicas(1).Timeout(replicaWait.Milliseconds()).Build(),
		c.B().Info().Section("replication").Build())
	if err := answers[0].Error(); err != nil {
		d.replication.forget(address) // its slot may have moved
		return "", err
	}
	replicas, err := answers[1].AsInt64()
	if err != nil {
		return "", err
	}
	if replicas < 1 {
		return "", errs.New(errs.Unavailable, "no replica of Redis (%s) has taken the rows within %s", address, replicaWait).WithID("T1002").
			WithHint("the primary has them; check that a replica is connected: redis-cli INFO replication. ack: durable does not wait for one")
	}
	text, err := answers[2].ToString()
	if err != nil {
		return "", err
	}
	return facts(text)["master_replid"], nil
}

// mark returns a key that a primary may write: any of this store, and in a Cluster one of its slots.
func (d *Driver) mark(ctx context.Context, c rueidis.Client, address string) (string, error) {
	d.replication.mu.Lock()
	defer d.replication.mu.Unlock()
	if key, ok := d.replication.marks[address]; ok {
		return key, nil
	}
	for n := range marksMax {
		key := d.names.format + ":" + strconv.Itoa(n)
		err := c.Do(ctx, c.B().Set().Key(key).Value("").Build().ToPipe()).Error()
		switch {
		case err == nil:
			if d.replication.marks == nil {
				d.replication.marks = map[string]string{}
			}
			d.replication.marks[address] = key
			return key, nil
		case firstWord(err) != "MOVED":
			return "", err
		}
	}
	return "", errs.New(errs.Unavailable, "the Redis Cluster is changing: its server %s serves no slot", address).WithHint("try again")
}

func (r *replication) forget(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.marks, address)
}
