package postgresonline

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/truepoint/truepoint/online"
)

// GetBatch implements online.Driver. All items are read by one statement. It asks as well which of the tables that were
// missing are there now; where one is, a second statement follows.
func (d *Driver) GetBatch(ctx context.Context, items []online.TableKeys) error {
	return d.again(ctx, func() error {
		for {
			appeared, err := d.get(ctx, items)
			if err != nil || len(appeared) == 0 {
				return err
			}
			d.learn(appeared...)
		}
	})
}

// lookup is the item number of answers about tables.
const lookup = -1

// get reads the items whose tables are known and returns the names of those others that are there.
func (d *Driver) get(ctx context.Context, items []online.TableKeys) (appeared []string, err error) {
	text, args := d.selection(items)
	if len(args) == 0 {
		return nil, nil
	}
	rows, err := d.pool.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var item, place int
		var data pgtype.DriverBytes // valid until the next row
		if err := rows.Scan(&item, &place, &data); err != nil {
			return nil, err
		}
		if item == lookup {
			appeared = append(appeared, string(data))
			continue
		}
		items[item].Rows[place] = bytes.Clone(data)
	}
	return appeared, rows.Err()
}

// selection returns the statement for the items, and clears their rows. It returns no arguments where nothing is asked.
// Equal lists of known tables give equal texts, which the connection keeps prepared.
func (d *Driver) selection(items []online.TableKeys) (string, []any) {
	var text strings.Builder
	var args []any
	var missing [][]byte
	arm := func(arg any, format string, of ...any) {
		if len(args) > 0 {
			text.WriteString(` UNION ALL `)
		}
		args = append(args, arg)
		fmt.Fprintf(&text, format, of...)
	}
	for i, item := range items {
		clear(item.Rows)
		switch {
		case len(item.Keys) == 0:
		case d.isKnown(item.Table):
			arm(item.Keys, `SELECT %d, k.n - 1, t.row FROM unnest($%d::bytea[]) WITH ORDINALITY AS k (key, n) JOIN %s AS t USING (key)`, i, len(args)+1, relation(item.Table))
		default:
			missing = append(missing, []byte(item.Table))
		}
	}
	if missing != nil {
		arm(missing, `SELECT %d, 0::bigint, name FROM truepoint_online_tables WHERE name = ANY($%d)`, lookup, len(args)+1)
	}
	return text.String(), args
}

// Bounds of what Scan holds at once, beside one row.
const (
	pageCells = 1_000
	pageBytes = 4 << 20
)

// page reads the first cells behind a key: at most pageCells, and none that begins behind pageBytes.
const page = `SELECT key, row FROM (
		SELECT key, row, sum(octet_length(row)) OVER (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
		FROM (SELECT key, row FROM %[1]s WHERE key %[2]s $1 ORDER BY key LIMIT %[3]d) AS p
	) AS q WHERE before IS NULL OR before < %[4]d ORDER BY key`

// Scan implements online.Driver. It reads page by page and holds no connection while yield runs, so that a slow caller
// stops nobody.
func (d *Driver) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	after, compare := []byte{}, ">="
	for {
		var cells []online.Cell
		err := d.again(ctx, func() (err error) {
			cells, err = d.page(ctx, table, compare, after)
			return err
		})
		if err != nil || len(cells) == 0 {
			return err
		}
		after, compare = bytes.Clone(cells[len(cells)-1].Key), ">" // before yield may change it
		for _, c := range cells {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !yield(c) {
				return nil
			}
		}
	}
}

// page returns the first cells whose key compares so with after.
func (d *Driver) page(ctx context.Context, table, compare string, after []byte) ([]online.Cell, error) {
	if there, err := d.find(ctx, table); err != nil || !there {
		return nil, err
	}
	rows, err := d.pool.Query(ctx, fmt.Sprintf(page, relation(table), compare, pageCells, pageBytes), after)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c online.Cell, err error) {
		err = row.Scan(&c.Key, &c.Row)
		return c, err
	})
}
