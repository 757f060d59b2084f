// Package sqliteonline keeps online cells in one SQLite file, for those who want a store that every tool can open. Many
// processes may use the file at once; an acknowledged write survives kill -9 and a power cut. It counts exactly what
// was written and what was superseded.
//
// All tables of the port lie in one table of SQLite, told apart by a number, so that no name has to be escaped. The
// rule of the port stands in the upsert: the stored row gives way to a greater one alone. SQLite does not check its
// pages, so every cell carries a checksum of its own, which reads verify.
package sqliteonline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"sync/atomic"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sqlitefile"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// errClosed answers every call after Close.
var errClosed = errors.New("sqliteonline: closed")

// A Driver is an online.Driver on a SQLite file.
type Driver struct {
	db     *sqlitefile.DB
	closed atomic.Bool
}

var _ online.Driver = (*Driver)(nil)

// Open opens the file at path, which is created with its directory where they are missing. Errors: FailedPrecondition
// for a file that is not ours or of a newer format, those of the medium otherwise.
func Open(ctx context.Context, path string) (*Driver, error) {
	db, err := sqlitefile.OpenKind(ctx, path, kind())
	if err != nil {
		return nil, err
	}
	return &Driver{db: db}, nil
}

// Ours reports whether path may be opened: it holds a file of this package, or none yet. Where it is not, as with
// Feast's own online store, callers use another path.
func Ours(path string) (bool, error) { return kind().Ours(path) }

func (d *Driver) check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.closed.Load() {
		return errClosed
	}
	return nil
}

// PutBatch implements online.Driver. The counts are exact. Great batches are several transactions, so that other
// writers get their turn.
func (d *Driver) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	var total online.PutResult
	if err := d.check(ctx); err != nil {
		return total, err
	}
	if err := online.CheckCells(table, cells); err != nil {
		return total, err
	}
	for len(cells) > 0 {
		n := transaction(cells)
		r, err := d.put(ctx, table, cells[:n])
		if err != nil {
			return total, err
		}
		total.Add(r)
		cells = cells[n:]
	}
	return total, nil
}

// Bounds of one write transaction; both together keep it below some tens of milliseconds.
const (
	transactionCellsMax = 5_000
	transactionBytesMax = 8 << 20
)

// transaction returns how many of cells, at least one, make the next transaction.
func transaction(cells []online.Cell) int {
	size := 0
	for i, c := range cells {
		if size += len(c.Key) + len(c.Row); i > 0 && (i == transactionCellsMax || size > transactionBytesMax) {
			return i
		}
	}
	return len(cells)
}

// upsert keeps the greater row: by version, then bytewise (value.CompareRows). SQLite compares blobs as bytes.
var upsert = fmt.Sprintf(`INSERT INTO cells (tab, key, row, crc) VALUES (?, ?, ?, ?)
	ON CONFLICT (tab, key) DO UPDATE SET row = excluded.row, crc = excluded.crc
	WHERE (substr(excluded.row, 7, %[1]d), excluded.row) > (substr(cells.row, 7, %[1]d), cells.row)`, value.VersionSize)

func (d *Driver) put(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	var r online.PutResult
	err := d.db.Write(ctx, func(conn *sql.Conn) error {
		id, err := makeTable(ctx, conn, table)
		if err != nil {
			return err
		}
		stmt, err := conn.PrepareContext(ctx, upsert)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for _, c := range cells {
			res, err := stmt.ExecContext(ctx, id, c.Key, c.Row, int64(checksum(c.Key, c.Row)))
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil {
				return err
			}
			r.Written += n
			r.Superseded += 1 - n
		}
		return nil
	})
	return r, err
}

// makeTable returns the number of a table, which it makes if need be. Numbers are never used again.
func makeTable(ctx context.Context, conn *sql.Conn, table string) (int64, error) {
	if _, err := conn.ExecContext(ctx, `INSERT INTO tables (name) VALUES (?) ON CONFLICT DO NOTHING`, []byte(table)); err != nil {
		return 0, err
	}
	var id int64
	err := conn.QueryRowContext(ctx, `SELECT id FROM tables WHERE name = ?`, []byte(table)).Scan(&id)
	return id, err
}

// castagnoli is the polynomial of the checksums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum guards a cell: CRC-32C over key and row.
func checksum(key, row []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, row)
}

// verify returns a DataLoss error if a cell is not what was written.
func (d *Driver) verify(c online.Cell, crc int64) error {
	if int64(checksum(c.Key, c.Row)) == crc {
		return nil
	}
	return errs.New(errs.DataLoss, "online store %s: the row of key %x is damaged", d.db.Path(), c.Key).WithID("T0611").
		WithHint("move the file away and materialize again")
}

// Tables implements online.Driver.
func (d *Driver) Tables(ctx context.Context) ([]string, error) {
	if err := d.check(ctx); err != nil {
		return nil, err
	}
	var names []string
	err := d.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT name FROM tables t WHERE EXISTS (SELECT 1 FROM cells WHERE tab = t.id) ORDER BY name`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name []byte
			if err := rows.Scan(&name); err != nil {
				return err
			}
			names = append(names, string(name))
		}
		return rows.Err()
	})
	return names, err
}

// Drop implements online.Driver.
func (d *Driver) Drop(ctx context.Context, table string) error {
	if err := d.check(ctx); err != nil {
		return err
	}
	return d.db.Write(ctx, func(conn *sql.Conn) error {
		if _, err := conn.ExecContext(ctx, `DELETE FROM cells WHERE tab = (SELECT id FROM tables WHERE name = ?)`, []byte(table)); err != nil {
			return err
		}
		_, err := conn.ExecContext(ctx, `DELETE FROM tables WHERE name = ?`, []byte(table))
		return err
	})
}

// Code implements online.Driver.
func (d *Driver) Code(err error) errs.Code {
	if errors.Is(err, errClosed) || errors.Is(err, sql.ErrConnDone) || d.closed.Load() && sqlitefile.Code(err) == errs.Unknown {
		return errs.FailedPrecondition
	}
	return sqlitefile.Code(err)
}

// Close closes the file. A second Close does nothing.
func (d *Driver) Close() error {
	if d.closed.Swap(true) {
		return nil
	}
	return d.db.Close()
}
