package postgresonline

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/internal/postgresdb"
)

// lock is held while a table is made or dropped.
const lock = "truepoint online tables"

// creation makes a table. Rows are kept as they are: their bytes seldom compress, and the rule reads their beginning
// alone.
const creation = `CREATE TABLE IF NOT EXISTS %[1]s (key bytea NOT NULL PRIMARY KEY, row bytea NOT NULL);
	ALTER TABLE %[1]s ALTER COLUMN row SET STORAGE EXTERNAL`

// find reports whether a table is there.
func (d *Driver) find(ctx context.Context, table string) (there bool, err error) {
	if d.isKnown(table) {
		return true, nil
	}
	err = d.pool.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, relation(table)).Scan(&there)
	if there {
		d.learn(table)
	}
	return there, err
}

// ensure makes a table unless it is there.
func (d *Driver) ensure(ctx context.Context, table string) error {
	there, err := d.find(ctx, table)
	if err != nil {
		return err
	}
	if !there {
		err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
			if err := postgresdb.Lock(ctx, tx, lock); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, d.alone()+fmt.Sprintf(creation, relation(table))); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO truepoint_online_tables (name) VALUES ($1) ON CONFLICT DO NOTHING`, []byte(table))
			return err
		})
		if err != nil {
			return err
		}
		d.learn(table)
	}
	return nil
}

// onTable runs f, again where it is worth while, on a table that it makes unless it is there.
func (d *Driver) onTable(ctx context.Context, table string, f func() error) error {
	return d.again(ctx, func() error {
		if err := d.ensure(ctx, table); err != nil {
			return err
		}
		return f()
	})
}

// listed returns the names of all tables, in order.
func (d *Driver) listed(ctx context.Context) ([]string, error) {
	rows, err := d.pool.Query(ctx, `SELECT name FROM truepoint_online_tables ORDER BY name`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var name []byte
		err := row.Scan(&name)
		return string(name), err
	})
}

// Tables implements online.Driver.
func (d *Driver) Tables(ctx context.Context) (held []string, err error) {
	err = d.again(ctx, func() error {
		held = nil
		names, err := d.listed(ctx)
		if err != nil || len(names) == 0 {
			return err
		}
		var text strings.Builder
		for i, name := range names {
			if i > 0 {
				text.WriteString(` UNION ALL `)
			}
			fmt.Fprintf(&text, `SELECT %d WHERE EXISTS (SELECT 1 FROM %s)`, i, relation(name))
		}
		// The text grows with every table, so that it is not worth keeping prepared.
		rows, err := d.pool.Query(ctx, text.String()+` ORDER BY 1`, pgx.QueryExecModeExec)
		if err != nil {
			return err
		}
		places, err := pgx.CollectRows(rows, pgx.RowTo[int])
		for _, i := range places {
			held = append(held, names[i])
		}
		return err
	})
	return held, err
}

// Drop implements online.Driver. It waits for the statements under way on that table, and takes no longer for a great one.
func (d *Driver) Drop(ctx context.Context, table string) error {
	return d.again(ctx, func() error {
		err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
			if err := postgresdb.Lock(ctx, tx, lock); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, d.alone()+`DROP TABLE IF EXISTS `+relation(table)); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `DELETE FROM truepoint_online_tables WHERE name = $1`, []byte(table))
			return err
		})
		d.mu.Lock()
		delete(d.known, table)
		d.mu.Unlock()
		return err
	})
}
