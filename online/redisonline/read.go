package redisonline

import (
	"context"
	"slices"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/online"
)

// mgetKeys bounds the keys of one command, because a server does nothing else meanwhile. The commands of a reading are
// sent together.
const mgetKeys = 1_000

// GetBatch implements online.Driver. Whatever is asked, it is one round trip: to a single server, or to each shard that
// has one of the keys, at once.
func (d *Driver) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := d.usable(ctx); err != nil {
		return err
	}
	count := 0
	for i := range items {
		count += len(items[i].Keys)
	}
	if count == 0 {
		return nil
	}
	if _, bounded := ctx.Deadline(); bounded && d.lanes != nil {
		if done, err := d.lanes.get(ctx, items, count); done {
			return d.explained(ctx, err, "read")
		}
	}
	w := d.way(ctx)
	defer d.reading.Add(-1)
	keys, to := d.names.keys(items), target{items: items}
	var err error
	switch {
	case d.topology == Cluster:
		err = d.getEach(ctx, w, keys, &to)
	case len(keys) <= mgetKeys:
		err = to.many(d.client.Do(ctx, w(d.client.B().Mget().Key(keys...).Build())))
	default:
		commands := make(rueidis.Commands, 0, len(keys)/mgetKeys+1)
		for part := range slices.Chunk(keys, mgetKeys) {
			commands = append(commands, w(d.client.B().Mget().Key(part...).Build()))
		}
		for _, r := range d.client.DoMulti(ctx, commands...) {
			if err = to.many(r); err != nil {
				break
			}
		}
	}
	return d.explained(ctx, err, "read")
}

// way counts the reading and returns how its commands go through the client. A connection of its own answers soonest, because
// no other goroutine has to be woken; shared ones take many readings in few system calls, and they alone notice that a caller
// without deadline gives up.
func (d *Driver) way(ctx context.Context) func(rueidis.Completed) rueidis.Completed {
	_, bounded := ctx.Deadline()
	if d.reading.Add(1) > d.alone || !bounded && ctx.Done() != nil {
		return rueidis.Completed.ToPipe
	}
	return func(c rueidis.Completed) rueidis.Completed { return c }
}

// getEach asks for each key by a command of its own, which the client sends to where the key lies.
func (d *Driver) getEach(ctx context.Context, way func(rueidis.Completed) rueidis.Completed, keys []string, to *target) error {
	commands := make(rueidis.Commands, len(keys))
	for i, k := range keys {
		commands[i] = way(d.client.B().Get().Key(k).Build())
	}
	for _, r := range d.client.DoMulti(ctx, commands...) {
		m, err := r.ToMessage()
		if err != nil && !rueidis.IsRedisNil(err) {
			return err
		}
		if err := to.put(&m); err != nil {
			return err
		}
	}
	return nil
}

// A target takes the rows of all items, in order.
type target struct {
	items    []online.TableKeys
	item, at int
}

// many takes the rows that one command answered.
func (t *target) many(r rueidis.RedisResult) error {
	rows, err := r.ToArray()
	if err != nil {
		return err
	}
	for i := range rows {
		if err := t.put(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// put takes the next row, or the word that there is none.
func (t *target) put(m *rueidis.RedisMessage) (err error) {
	for t.at == len(t.items[t.item].Keys) {
		t.item, t.at = t.item+1, 0
	}
	var row []byte
	if !m.IsNil() {
		if row, err = m.AsBytes(); err != nil { // the message's own bytes, which nobody else has
			return err
		}
	}
	t.items[t.item].Rows[t.at] = row
	t.at++
	return nil
}
