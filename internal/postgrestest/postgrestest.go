// Package postgrestest gives tests a schema of their own on a real PostgreSQL server.
package postgrestest

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Address returns the address of the server for tests, and skips the test where there is none.
func Address(t *testing.T) string {
	t.Helper()
	address := os.Getenv("TRUEPOINT_TEST_POSTGRES")
	if address == "" {
		t.Skip("TRUEPOINT_TEST_POSTGRES names no server: run make test-stores")
	}
	return address
}

// A Schema is an empty schema that ends with its test.
type Schema struct {
	Name    string
	Address string    // of the server, with the schema as search path
	Conn    *pgx.Conn // for the test itself; not safe for concurrent use
}

var made atomic.Int64

// New creates a schema.
func New(t *testing.T) *Schema {
	t.Helper()
	ctx := context.Background()
	address := Address(t)
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), made.Add(1))
	s := &Schema{Name: name, Address: address + "&search_path=" + name, Conn: conn}
	s.Exec(t, "SET lock_timeout = '10s'", "DROP SCHEMA IF EXISTS "+name+" CASCADE", "CREATE SCHEMA "+name, "SET search_path = "+name)
	t.Cleanup(func() {
		s.Exec(t, "DROP SCHEMA "+name+" CASCADE")
		if err := conn.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Exec runs statements.
func (s *Schema) Exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, text := range statements {
		if _, err := s.Conn.Exec(context.Background(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}
