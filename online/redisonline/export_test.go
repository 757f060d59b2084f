package redisonline

import (
	"context"

	"github.com/redis/rueidis"
)

// CellsByShard returns how many cells of a table each primary holds.
func (d *Driver) CellsByShard(ctx context.Context, table string) map[string]int {
	out := map[string]int{}
	pattern := escaped(string(d.names.appendTable(nil, table))) + "*"
	err := d.primaries(ctx, func(c rueidis.Client, address string) error {
		e, err := c.Do(ctx, c.B().Scan().Cursor(0).Match(pattern).Count(1_000_000).Build()).AsScanEntry()
		out[address] = len(e.Elements)
		return err
	})
	if err != nil {
		return nil
	}
	return out
}

// Key returns the key of a cell.
func (d *Driver) Key(table string, key []byte) string {
	return string(d.names.appendTable(nil, table)) + string(key)
}

// LaneRetry is laneRetry.
const LaneRetry = laneRetry

// Lanes returns how many lanes are idle.
func (d *Driver) Lanes() int {
	d.lanes.mu.Lock()
	defer d.lanes.mu.Unlock()
	return len(d.lanes.idle)
}

// LanesMax is how many lanes a driver has at most.
func LanesMax() int { return newLanes(nil, nil).most }
