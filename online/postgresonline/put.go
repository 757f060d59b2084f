package postgresonline

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// Bounds of one statement, which is a transaction of its own: together they keep it below some tens of milliseconds, and
// what the driver holds beside the caller's cells small.
const (
	statementCellsMax = 5_000
	statementBytesMax = 4 << 20
	writersMax        = 2 // statements of one batch at once, so that the server works while the next one is sent
)

// keyBytesMax is the longest key. An index keeps 2,704 bytes of a row, 12 of which are not the key's, rounded up to 8: a longer
// key would be kept only if it happens to compress. Source: nbtree.h, BTMaxItemSize, for pages of 8 KiB.
const keyBytesMax = 2_692

// upsert keeps the greater row: by version, then bytewise (value.CompareRows). PostgreSQL compares bytea as bytes.
const upsert = `INSERT INTO %[1]s AS t (key, row) SELECT * FROM unnest($1::bytea[], $2::bytea[])
	ON CONFLICT (key) DO UPDATE SET row = excluded.row
	WHERE (substr(excluded.row, 7, %[2]d), excluded.row) > (substr(t.row, 7, %[2]d), t.row)`

// PutBatch implements online.Driver. The counts are exact. Great batches are several statements. Every statement takes its
// keys in ascending order, so that those of concurrent batches do not block each other for ever.
func (d *Driver) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	var total online.PutResult
	if err := online.CheckCells(table, cells); err != nil || len(cells) == 0 {
		return total, err
	}
	if err := checkKeys(table, cells); err != nil {
		return total, err
	}
	parts := split(cells)
	written := make([]int64, len(parts))
	put, err := d.way(ctx, table, cells, len(parts))
	if err == nil {
		err = parallel.Each(len(parts), writersMax, func(i int) (err error) {
			written[i], err = put(ctx, table, parts[i])
			return err
		})
	}
	if err == nil {
		err = d.checkStandbys(ctx)
	}
	if err != nil {
		return total, err
	}
	for i, n := range written {
		total.Add(online.PutResult{Written: n, Superseded: int64(len(parts[i])) - n})
	}
	return total, nil
}

// A putter writes the cells of one statement and returns how many were written.
type putter func(ctx context.Context, table string, cells []online.Cell) (written int64, err error)

// way returns how cells are written: by load where there are several statements of them and no key yet where they belong, as
// when a view is materialized for the first time. Writes that a standby must confirm are all put.
func (d *Driver) way(ctx context.Context, table string, cells []online.Cell, statements int) (putter, error) {
	if statements == 1 || d.replicated {
		return d.put, nil
	}
	vacant, err := d.vacant(ctx, table, cells)
	if err != nil || !vacant {
		return d.put, err
	}
	return d.load, nil
}

// checkKeys returns an InvalidArgument error for a key that PostgreSQL cannot index.
func checkKeys(table string, cells []online.Cell) error {
	for i, c := range cells {
		if len(c.Key) > keyBytesMax {
			return errs.New(errs.InvalidArgument, "cell %d of online table %q: its key has %d bytes, and PostgreSQL keeps at most %d", i, table, len(c.Key), keyBytesMax).
				WithID("T0642").WithHint("shorten the join keys, or use another online store")
		}
	}
	return nil
}

// split returns cells as parts that one statement takes.
func split(cells []online.Cell) [][]online.Cell {
	var parts [][]online.Cell
	from, size := 0, 0
	for i, c := range cells {
		n := len(c.Key) + len(c.Row)
		if i > from && (i-from == statementCellsMax || size+n > statementBytesMax) {
			parts = append(parts, cells[from:i])
			from, size = i, 0
		}
		size += n
	}
	return append(parts, cells[from:])
}

// columns returns the keys and the rows of cells.
func columns(cells []online.Cell) (keys, rows [][]byte) {
	keys, rows = make([][]byte, len(cells)), make([][]byte, len(cells))
	for i, c := range cells {
		keys[i], rows[i] = c.Key, c.Row
	}
	return keys, rows
}

// put writes cells by one statement and returns how many were written.
func (d *Driver) put(ctx context.Context, table string, cells []online.Cell) (written int64, err error) {
	keys, rows := columns(cells)
	text := fmt.Sprintf(upsert, relation(table), value.VersionSize)
	err = d.onTable(ctx, table, func() (err error) {
		written, err = d.write(ctx, text, keys, rows)
		return err
	})
	return written, err
}
