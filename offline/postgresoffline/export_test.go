package postgresoffline

import (
	"bytes"
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/value"
)

// Declared gives tests the types of tables that we create.
var Declared = declared

// Fill copies a batch into a table.
func Fill(ctx context.Context, conn *pgx.Conn, table string, b *value.Batch) error {
	var names []string
	for _, n := range b.Names {
		names = append(names, pgx.Identifier{n}.Sanitize())
	}
	var text []byte
	for i := range b.Rows {
		for j, c := range b.Columns {
			if j > 0 {
				text = append(text, '\t')
			}
			text = appendCopy(text, c.At(i))
		}
		text = append(text, '\n')
	}
	_, err := conn.PgConn().CopyFrom(ctx, bytes.NewReader(text), "COPY "+table+" ("+strings.Join(names, ", ")+") FROM STDIN")
	return err
}
