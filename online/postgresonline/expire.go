package postgresonline

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/online"
)

// deletion removes cells that are still as they were seen. It locks them in the order of their keys, as writes do, so that
// neither waits for the other for ever; a row that a write replaces meanwhile is compared again as it is then.
const deletion = `WITH seen AS (SELECT t.key FROM %[1]s AS t JOIN unnest($1::bytea[], $2::bytea[]) AS c (key, row) ON t.key = c.key AND t.row = c.row
		ORDER BY t.key FOR UPDATE OF t)
	DELETE FROM %[1]s AS t USING seen WHERE t.key = seen.key`

var _ online.Expirer = (*Driver)(nil)

// Expire implements online.Expirer. Great batches are several statements, one after the other, so that the server has its
// rest for readers. The space comes back with the next vacuum.
func (d *Driver) Expire(ctx context.Context, table string, cells []online.Cell) (removed int64, err error) {
	if err := online.CheckCells(table, cells); err != nil || len(cells) == 0 {
		return 0, err
	}
	text := fmt.Sprintf(deletion, relation(table))
	for _, part := range split(cells) {
		keys, rows := columns(part)
		var n int64
		err := d.again(ctx, func() error {
			there, err := d.find(ctx, table)
			if err != nil || !there {
				return err
			}
			n, err = d.write(ctx, text, keys, rows)
			return err
		})
		removed += n
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}
