package memonline

import (
	"bytes"
	"context"

	"github.com/truepoint/truepoint/online"
)

var _ online.Expirer = (*Driver)(nil)

// Expire implements online.Expirer. A table without cells is no table.
func (d *Driver) Expire(ctx context.Context, table string, cells []online.Cell) (removed int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := online.CheckCells(table, cells); err != nil {
		return 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, errClosed
	}
	t := d.tables[table]
	for _, c := range cells {
		if bytes.Equal(t[string(c.Key)], c.Row) { // no row is empty
			delete(t, string(c.Key))
			removed++
		}
	}
	if t != nil && len(t) == 0 {
		delete(d.tables, table)
	}
	return removed, nil
}
