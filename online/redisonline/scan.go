package redisonline

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/rueidis"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
)

// Bounds of what Scan holds at once, beside one page of rows.
const (
	scanCount    = 1_000     // keys that a server looks at in one step
	scanKeysMax  = 2_000_000 // keys of one pass over the servers
	scanRowsPage = 500
)

// Scan implements online.Driver. Servers keep keys in no order: it looks through all keys of the servers, once for every
// scanKeysMax cells of the table, and reads the rows of the smallest ones page by page. Cells that move between shards
// meanwhile may be missed.
func (d *Driver) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	if err := d.usable(ctx); err != nil {
		return err
	}
	after := ""
	for {
		keys, more, err := d.smallest(ctx, table, after)
		if err != nil || len(keys) == 0 {
			return d.explained(ctx, err, "scan a table")
		}
		for page := range slices.Chunk(keys, scanRowsPage) {
			stop, err := d.show(ctx, table, page, yield)
			if err != nil || stop {
				return err
			}
		}
		if !more {
			return ctx.Err()
		}
		after = keys[len(keys)-1]
	}
}

// show reads the rows of a page and yields those that are still there.
func (d *Driver) show(ctx context.Context, table string, page []string, yield func(online.Cell) bool) (stop bool, err error) {
	item := online.TableKeys{Table: table, Keys: make([][]byte, len(page)), Rows: make([][]byte, len(page))}
	for i, k := range page {
		item.Keys[i] = []byte(k)
	}
	if err := d.GetBatch(ctx, []online.TableKeys{item}); err != nil {
		return false, err
	}
	for i, row := range item.Rows {
		if err := d.usable(ctx); err != nil {
			return false, err
		}
		if row != nil && !yield(online.Cell{Key: item.Keys[i], Row: row}) {
			return true, nil
		}
	}
	return false, nil
}

// smallest returns up to scanKeysMax of the smallest entity keys of a table behind after, in order, and whether there are
// more.
func (d *Driver) smallest(ctx context.Context, table, after string) (keys []string, more bool, err error) {
	head := d.names.tableSize()
	reduce := func() {
		slices.Sort(keys)
		keys = slices.Compact(keys) // a server may show a key twice
		if len(keys) > scanKeysMax {
			keys, more = keys[:scanKeysMax:scanKeysMax], true
		}
	}
	err = d.eachPage(ctx, table, func(page []string) error {
		for _, k := range page {
			if k = k[head:]; k > after {
				keys = append(keys, strings.Clone(k))
			}
		}
		if len(keys) >= 2*scanKeysMax {
			reduce()
		}
		return nil
	})
	reduce()
	return keys, more, err
}

// eachPage calls f with the keys of a table's cells, in no order, some perhaps twice.
func (d *Driver) eachPage(ctx context.Context, table string, f func(keys []string) error) error {
	pattern := escaped(string(d.names.appendTable(nil, table))) + "*"
	return d.primaries(ctx, func(c rueidis.Client, _ string) error {
		for cursor := uint64(0); ; {
			e, err := c.Do(ctx, c.B().Scan().Cursor(cursor).Match(pattern).Count(scanCount).Build().ToPipe()).AsScanEntry()
			if err != nil {
				return err
			}
			if len(e.Elements) > 0 {
				if err := f(e.Elements); err != nil {
					return err
				}
			}
			if cursor = e.Cursor; cursor == 0 {
				return nil
			}
		}
	})
}

// escaped returns text as a pattern that matches nothing else.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `^`, `\^`).Replace(text)
}

// primaries calls f for each server that holds keys: one, or in a Cluster the primary of each shard.
func (d *Driver) primaries(ctx context.Context, f func(c rueidis.Client, address string) error) error {
	if d.topology != Cluster {
		return f(d.client, "the server")
	}
	shards, err := d.client.Do(ctx, d.client.B().ClusterSlots().Build().ToPipe()).ToArray()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, s := range shards { // first slot, last slot, the primary, its replicas
		entry, err := s.ToArray()
		if err != nil {
			return err
		}
		address, err := node(entry)
		if err != nil {
			return err
		}
		if seen[address] {
			continue
		}
		seen[address] = true
		c, ok := d.client.Nodes()[address]
		if !ok {
			return errs.New(errs.Unavailable, "the Redis Cluster is changing: its server %s is not known yet", address).WithHint("try again")
		}
		if err := f(c, address); err != nil {
			return err
		}
	}
	return nil
}

// node returns the address of the primary in an entry of CLUSTER SLOTS.
func node(entry []rueidis.RedisMessage) (string, error) {
	if len(entry) < 3 {
		return "", errs.New(errs.Internal, "an answer to CLUSTER SLOTS has %d parts", len(entry))
	}
	parts, err := entry[2].ToArray()
	if err != nil {
		return "", err
	}
	host, err := parts[0].ToString()
	if err != nil {
		return "", err
	}
	port, err := parts[1].AsInt64()
	return net.JoinHostPort(host, strconv.FormatInt(port, 10)), err
}
