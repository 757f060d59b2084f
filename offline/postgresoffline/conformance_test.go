package postgresoffline_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/offlinetest"
	"github.com/truepoint/truepoint/offline/postgresoffline"
	"github.com/truepoint/truepoint/value"
)

// server returns the address of a PostgreSQL for tests, and skips the test where there is none.
func server(t *testing.T) string {
	t.Helper()
	address := os.Getenv("TRUEPOINT_TEST_POSTGRES")
	if address == "" {
		t.Skip("TRUEPOINT_TEST_POSTGRES names no server: run make test-stores")
	}
	return address
}

// A store is a schema of its own, which ends with the test.
type store struct {
	driver *postgresoffline.Driver
	conn   *pgx.Conn
	schema string
}

func newStore(t *testing.T) *store {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &store{conn: conn, schema: "t_" + strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(t.Name()))}
	if len(s.schema) > 40 {
		s.schema = fmt.Sprintf("%s_%d", s.schema[:40], conn.PgConn().PID())
	}
	s.exec(t, "SET lock_timeout = '10s'", "DROP SCHEMA IF EXISTS "+s.schema+" CASCADE", "CREATE SCHEMA "+s.schema)
	if s.driver, err = postgresoffline.Open(ctx, server(t), s.schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.driver.Close(); err != nil {
			t.Error(err)
		}
		s.exec(t, "DROP SCHEMA "+s.schema+" CASCADE")
		if err := conn.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *store) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, text := range statements {
		if _, err := s.conn.Exec(context.Background(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func (s *store) Driver() offline.Driver { return s.driver }

func (s *store) Source(name string) *feature.Source {
	return &feature.Source{Name: name, Type: "postgres", Table: name, TimestampField: "event_timestamp"}
}

// Put makes the table hold the batches alone. It does not drop it: open snapshots hold locks.
func (s *store) Put(t *testing.T, src *feature.Source, batches ...*value.Batch) {
	t.Helper()
	var columns []string
	for _, f := range batches[0].Fields() {
		columns = append(columns, pgx.Identifier{f.Name}.Sanitize()+" "+postgresoffline.Declared(f.Type))
	}
	s.exec(t, "CREATE TABLE IF NOT EXISTS "+s.schema+"."+src.Table+" ("+strings.Join(columns, ", ")+")", "DELETE FROM "+s.schema+"."+src.Table)
	for _, b := range batches {
		if err := postgresoffline.Fill(context.Background(), s.conn, s.schema+"."+src.Table, b); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *store) Typed() bool { return true }

func TestConformance(t *testing.T) {
	t.Parallel()
	server(t)
	offlinetest.Run(t, func(t *testing.T) offlinetest.Store { return newStore(t) })
}
