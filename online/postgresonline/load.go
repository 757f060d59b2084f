package postgresonline

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/truepoint/truepoint/online"
)

// SQLSTATEs after which cells are not copied but put.
const (
	uniqueViolation = "23505" // a key is there already
	notSupported    = "0A000" // the table has row-level security
)

// vacant reports whether a table has no key from the first to the last of cells, which are in ascending order.
func (d *Driver) vacant(ctx context.Context, table string, cells []online.Cell) (vacant bool, err error) {
	text := fmt.Sprintf(`SELECT NOT EXISTS (SELECT FROM %s WHERE key BETWEEN $1 AND $2)`, relation(table))
	err = d.onTable(ctx, table, func() error {
		return d.pool.QueryRow(ctx, text, cells[0].Key, cells[len(cells)-1].Key).Scan(&vacant)
	})
	return vacant, err
}

// load is put for keys that most probably are new: it copies the cells in, which costs the server much less than asking for
// each whether it is there. A key that came meanwhile undoes the whole copy, and put follows.
func (d *Driver) load(ctx context.Context, table string, cells []online.Cell) (written int64, err error) {
	stream := copyStream(cells)
	text := fmt.Sprintf(`COPY %s (key, row) FROM STDIN (FORMAT binary)`, relation(table))
	err = d.onTable(ctx, table, func() error {
		c, err := d.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer c.Release()
		_, err = c.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(stream), text)
		return err
	})
	var pe *pgconn.PgError
	if errors.As(err, &pe) && (pe.Code == uniqueViolation || pe.Code == notSupported) {
		return d.put(ctx, table, cells)
	}
	return int64(len(cells)), err
}

// copyStream returns cells in the form of a binary COPY of two columns of bytea. Source: PostgreSQL's documentation of COPY,
// binary format.
func copyStream(cells []online.Cell) []byte {
	const signature, nothing = "PGCOPY\n\xff\r\n\x00", "\x00\x00\x00\x00" // no flags, no extension of the header
	size := len(signature) + 2*len(nothing) + 2
	for _, c := range cells {
		size += 10 + len(c.Key) + len(c.Row)
	}
	out := append(append(append(make([]byte, 0, size), signature...), nothing...), nothing...)
	for _, c := range cells {
		out = binary.BigEndian.AppendUint16(out, 2)
		for _, field := range [][]byte{c.Key, c.Row} {
			out = append(binary.BigEndian.AppendUint32(out, uint32(len(field))), field...)
		}
	}
	return binary.BigEndian.AppendUint16(out, 0xFFFF) // the end
}
