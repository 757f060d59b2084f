package postgresonline_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/online/onlinetest"
)

// Not parallel: it looks at the whole heap. The writer has a few statements under way.
func TestAServerThatWaitsForALockHoldsTheWriterBack(t *testing.T) {
	s := postgrestest.New(t)
	d := open(t, s.Address)
	defer d.Close()
	c, err := pgx.Connect(t.Context(), s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	const statements = 8 << 20
	onlinetest.RunStandstill(t, d, 3*statements, func(t *testing.T) func() {
		var relation string
		if err := c.QueryRow(t.Context(), `SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname LIKE 'tpo\_%' AND pg_table_is_visible(oid)`).Scan(&relation); err != nil {
			t.Fatal(err)
		}
		tx, err := c.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), "LOCK TABLE "+pgx.Identifier{relation}.Sanitize()); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := tx.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
