package sqliteonline

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/online"
)

// queryKeysMax is the greatest number of keys of one query. Queries come in few sizes, so that SQLite's statements
// are few; unused places repeat the last key.
const queryKeysMax = 256

// GetBatch implements online.Driver. All items are read in one transaction.
func (d *Driver) GetBatch(ctx context.Context, items []online.TableKeys) error {
	if err := d.check(ctx); err != nil {
		return err
	}
	return d.db.Read(ctx, func(tx *sql.Tx) error {
		for _, item := range items {
			clear(item.Rows)
			for lo := 0; lo < len(item.Keys); lo += queryKeysMax {
				hi := min(lo+queryKeysMax, len(item.Keys))
				if err := d.get(ctx, tx, online.TableKeys{Table: item.Table, Keys: item.Keys[lo:hi], Rows: item.Rows[lo:hi]}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// get reads at most queryKeysMax keys of one table.
func (d *Driver) get(ctx context.Context, tx *sql.Tx, item online.TableKeys) error {
	at := make(map[string][]int, len(item.Keys))
	for i, k := range item.Keys {
		at[string(k)] = append(at[string(k)], i)
	}
	query, args := selection(item)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c, err := d.cell(rows)
		if err != nil {
			return err
		}
		for n, i := range at[string(c.Key)] {
			item.Rows[i] = c.Row
			if n > 0 {
				item.Rows[i] = slices.Clone(c.Row)
			}
		}
	}
	return rows.Err()
}

func selection(item online.TableKeys) (string, []any) {
	size := 1
	for size < len(item.Keys) {
		size *= 4
	}
	args := make([]any, 0, size+1)
	args = append(args, []byte(item.Table))
	for i := range size {
		args = append(args, item.Keys[min(i, len(item.Keys)-1)])
	}
	return `SELECT key, row, crc FROM cells WHERE tab = (SELECT id FROM tables WHERE name = ?) AND key IN (?` +
		strings.Repeat(", ?", size-1) + `)`, args
}

// cell reads and verifies one cell, which belongs to the caller.
func (d *Driver) cell(rows *sql.Rows) (online.Cell, error) {
	var c online.Cell
	var crc int64
	if err := rows.Scan(&c.Key, &c.Row, &crc); err != nil {
		return c, err
	}
	return c, d.verify(c, crc)
}

// pageCells is the number of cells that Scan reads in one transaction.
const pageCells = 1_000

// Scan implements online.Driver. It reads page by page and holds no transaction while yield runs, so that a slow
// caller stops nobody.
func (d *Driver) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	after, compare := []byte{}, ">="
	for {
		if err := d.check(ctx); err != nil {
			return err
		}
		page, err := d.page(ctx, table, compare, after)
		if err != nil {
			return err
		}
		if len(page) > 0 {
			after, compare = slices.Clone(page[len(page)-1].Key), ">" // before yield may change it
		}
		for _, c := range page {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !yield(c) {
				return nil
			}
		}
		if len(page) < pageCells {
			return ctx.Err()
		}
	}
}

// page returns the first cells whose key compares so with after.
func (d *Driver) page(ctx context.Context, table, compare string, after []byte) ([]online.Cell, error) {
	page := make([]online.Cell, 0, 64)
	err := d.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT key, row, crc FROM cells
			WHERE tab = (SELECT id FROM tables WHERE name = ?) AND key `+compare+` ? ORDER BY key LIMIT ?`, []byte(table), after, pageCells)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			c, err := d.cell(rows)
			if err != nil {
				return err
			}
			page = append(page, c)
		}
		return rows.Err()
	})
	return page, err
}
