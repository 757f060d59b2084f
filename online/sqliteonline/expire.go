package sqliteonline

import (
	"context"
	"database/sql"

	"github.com/truepoint/truepoint/online"
)

var _ online.Expirer = (*Driver)(nil)

// Expire implements online.Expirer. Great batches are several transactions, so that writers get their turn.
func (d *Driver) Expire(ctx context.Context, table string, cells []online.Cell) (removed int64, err error) {
	if err := d.check(ctx); err != nil {
		return 0, err
	}
	if err := online.CheckCells(table, cells); err != nil {
		return 0, err
	}
	for len(cells) > 0 {
		n := transaction(cells)
		gone, err := d.remove(ctx, table, cells[:n])
		if err != nil {
			return removed, err
		}
		removed += gone
		cells = cells[n:]
	}
	return removed, nil
}

// remove removes cells in one transaction.
func (d *Driver) remove(ctx context.Context, table string, cells []online.Cell) (removed int64, err error) {
	err = d.db.Write(ctx, func(conn *sql.Conn) error {
		removed = 0
		stmt, err := conn.PrepareContext(ctx, `DELETE FROM cells WHERE tab = (SELECT id FROM tables WHERE name = ?) AND key = ? AND row = ?`)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for _, c := range cells {
			res, err := stmt.ExecContext(ctx, []byte(table), c.Key, c.Row)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			removed += n
		}
		return nil
	})
	return removed, err
}
