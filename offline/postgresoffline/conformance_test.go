package postgresoffline_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/offlinetest"
	"github.com/truepoint/truepoint/offline/postgresoffline"
	"github.com/truepoint/truepoint/value"
)

// A store is a schema of its own, which ends with the test.
type store struct {
	driver *postgresoffline.Driver
	conn   *pgx.Conn
	schema string
}

func newStore(t *testing.T) *store {
	t.Helper()
	s := postgrestest.New(t)
	d, err := postgresoffline.Open(context.Background(), s.Address, s.Name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return &store{d, s.Conn, s.Name}
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
	postgrestest.Address(t)
	offlinetest.Run(t, func(t *testing.T) offlinetest.Store { return newStore(t) })
}
