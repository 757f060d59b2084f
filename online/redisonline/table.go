package redisonline

import (
	"context"
	"slices"
	"strconv"

	"github.com/redis/rueidis"
)

// enter says that a table has cells, before it gets some. It holds no memory of having done so, because another process
// may drop the table.
func (d *Driver) enter(ctx context.Context, table string) error {
	for n := 0; ; n++ {
		err := entered(d.client.DoMulti(ctx, d.entry(table)...))
		if err == nil {
			return nil
		}
		if !d.again(ctx, n, err) {
			return d.explained(ctx, err, "write")
		}
	}
}

// entry returns the commands of enter.
func (d *Driver) entry(table string) rueidis.Commands {
	b := d.client.B()
	return rueidis.Commands{
		b.Set().Key(d.names.format).Value(strconv.Itoa(formatNow)).Nx().Build().ToPipe(),
		b.Sadd().Key(d.names.tables).Member(table).Build().ToPipe(),
	}
}

// entered returns the first error of what the servers said to them.
func entered(said []rueidis.RedisResult) error {
	for _, r := range said {
		if err := r.Error(); err != nil && !rueidis.IsRedisNil(err) {
			return err
		}
	}
	return nil
}

// Tables implements online.Driver. A table counts from its first write until it is dropped, also when the server has
// forgotten all of its cells since.
func (d *Driver) Tables(ctx context.Context) ([]string, error) {
	if err := d.usable(ctx); err != nil {
		return nil, err
	}
	tables, err := d.client.Do(ctx, d.client.B().Smembers().Key(d.names.tables).Build().ToPipe()).AsStrSlice()
	if err != nil {
		return nil, d.explained(ctx, err, "list tables")
	}
	slices.Sort(tables)
	return tables, nil
}

// Drop implements online.Driver. It looks through all keys of the servers, and takes time for that. The table is listed
// until its last cell is gone, so that a call that was broken off can be repeated.
func (d *Driver) Drop(ctx context.Context, table string) error {
	if err := d.usable(ctx); err != nil {
		return err
	}
	err := d.eachPage(ctx, table, func(keys []string) error {
		commands := make(rueidis.Commands, len(keys))
		for i, k := range keys {
			commands[i] = d.client.B().Unlink().Key(k).Build().ToPipe()
		}
		for _, r := range d.client.DoMulti(ctx, commands...) {
			if err := r.Error(); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = d.client.Do(ctx, d.client.B().Srem().Key(d.names.tables).Member(table).Build().ToPipe()).Error()
	}
	return d.explained(ctx, err, "drop a table")
}
