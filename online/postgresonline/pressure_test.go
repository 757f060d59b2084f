package postgresonline_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/internal/postgrestest"
)

// heap returns the bytes of live objects.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A server that waits for a lock holds the writer back, who has a few statements under way and not the batch once more. Not
// parallel: it looks at the whole heap.
func TestAServerThatStandsStillHoldsTheWriterBack(t *testing.T) {
	s := postgrestest.New(t)
	d := open(t, s.Address)
	defer d.Close()
	const statements, batch = 8 << 20, 64 << 20
	stored := cells(t, batch/1024, string(make([]byte, 1000)))
	put(t, d, "p/v/1", stored[:1])
	c, err := pgx.Connect(t.Context(), s.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
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
	before := heap()
	done := make(chan error, 1)
	go func() {
		_, err := d.PutBatch(t.Context(), "p/v/1", stored)
		done <- err
	}()
	most := uint64(0)
	for tick, end := time.NewTicker(50*time.Millisecond), time.NewTimer(time.Second); ; {
		select {
		case <-tick.C:
			most = max(most, heap())
			continue
		case <-end.C:
		case err := <-done:
			t.Fatalf("the batch was written although the table was locked: %v", err)
		}
		tick.Stop()
		break
	}
	if grown := int64(most) - int64(before); grown > 3*statements {
		t.Errorf("a batch of %d MiB on its way takes %d MiB", batch>>20, grown>>20)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
