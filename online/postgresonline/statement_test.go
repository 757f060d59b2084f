package postgresonline_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func cells(t testing.TB, count int, payload string) []online.Cell {
	out := make([]online.Cell, count)
	for i := range out {
		out[i] = online.Cell{Key: onlinetest.IntKey(t, int64(i)), Row: onlinetest.Row(t, onlinetest.At(5), payload)}
	}
	return out
}

func put(t testing.TB, d online.Driver, table string, cells []online.Cell) online.PutResult {
	t.Helper()
	r, err := d.PutBatch(context.Background(), table, cells)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// items asks for all cells of tables.
func items(cells []online.Cell, tables ...string) []online.TableKeys {
	var out []online.TableKeys
	for _, table := range tables {
		item := online.TableKeys{Table: table, Rows: make([][]byte, len(cells))}
		for _, c := range cells {
			item.Keys = append(item.Keys, c.Key)
		}
		out = append(out, item)
	}
	return out
}

func TestOneStatementReadsAllViews(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	counter := postgrestest.NewCounter(t, s.Address)
	d := open(t, counter.Address)
	defer d.Close()
	stored := cells(t, 300, "payload")
	tables := []string{"p/a/1", "p/b/1", "p/c/2", "p/d/1", "p/e/1"}
	writer := open(t, s.Address)
	defer writer.Close()
	for _, table := range tables {
		put(t, writer, table, stored)
	}
	asked := items(stored, append(tables, "p/never_materialized/1")...)
	for n := range 8 {
		before := counter.Statements()
		if err := d.GetBatch(t.Context(), asked); err != nil {
			t.Fatal(err)
		}
		// The first call finds the tables that others made.
		if got := counter.Statements() - before; got != 1 && (n > 0 || got != 2) {
			t.Errorf("call %d of 6 views with 300 keys each: got %d statements, want 1", n, got)
		}
		for i, item := range asked {
			for k, row := range item.Rows {
				if i < len(tables) && !bytes.Equal(row, stored[k].Row) || i == len(tables) && row != nil {
					t.Fatalf("call %d: row %d of %s is wrong", n, k, item.Table)
				}
			}
		}
	}
}

func TestAWriteOfOneStatementsCellsIsOneStatement(t *testing.T) {
	t.Parallel()
	counter := postgrestest.NewCounter(t, postgrestest.New(t).Address)
	d := open(t, counter.Address)
	defer d.Close()
	stored := cells(t, 5_000, "payload")
	put(t, d, "p/v/1", stored[:1])
	before := counter.Statements()
	put(t, d, "p/v/1", stored)
	if got := counter.Statements() - before; got != 1 {
		t.Errorf("got %d statements for 5,000 cells, want 1", got)
	}
}

func TestRemovalOfOneStatementsCellsIsOneStatement(t *testing.T) {
	t.Parallel()
	counter := postgrestest.NewCounter(t, postgrestest.New(t).Address)
	d := open(t, counter.Address)
	defer d.Close()
	stored := cells(t, 5_000, "payload")
	put(t, d, "p/v/1", stored)
	before := counter.Statements()
	if n, err := d.Expire(t.Context(), "p/v/1", stored); err != nil || n != 5_000 {
		t.Errorf("removed %d, %v", n, err)
	}
	if got := counter.Statements() - before; got != 1 {
		t.Errorf("got %d statements for 5,000 cells, want 1", got)
	}
}

func TestATableDroppedByAnotherProcessIsMissingAndMadeAgain(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	here, there := open(t, s.Address), open(t, s.Address)
	defer here.Close()
	defer there.Close()
	stored := cells(t, 10, "payload")
	for _, table := range []string{"p/v/1", "p/w/1"} {
		put(t, here, table, stored)
	}
	asked := items(stored, "p/v/1", "p/w/1")
	for _, step := range []struct {
		name string
		do   func() error
		want []bool
	}{
		{"stored", func() error { return nil }, []bool{true, true}},
		{"dropped", func() error { return there.Drop(t.Context(), "p/v/1") }, []bool{false, true}},
		{"made again there", func() error { put(t, there, "p/v/1", stored); return nil }, []bool{true, true}},
		{"dropped again", func() error { return there.Drop(t.Context(), "p/v/1") }, nil},
		{"made again here", func() error { put(t, here, "p/v/1", stored); return nil }, []bool{true, true}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if step.want == nil {
			continue
		}
		if err := here.GetBatch(t.Context(), asked); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := []bool{asked[0].Rows[3] != nil, asked[1].Rows[3] != nil}; !slices.Equal(got, step.want) {
			t.Errorf("%s: rows are there: got %v, want %v", step.name, got, step.want)
		}
	}
}

func TestADeadlineEndsTheStatementOnTheServer(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	d := open(t, s.Address+"&application_name="+s.Name)
	defer d.Close()
	stored := cells(t, 10, "payload")
	put(t, d, "p/v/1", stored)
	var relation string
	if err := s.Conn.QueryRow(t.Context(), `SELECT quote_ident(relname) FROM pg_class WHERE relname LIKE 'tpo%' AND relkind = 'r' AND relnamespace = to_regnamespace($1)`, s.Name).Scan(&relation); err != nil {
		t.Fatal(err)
	}
	s.Exec(t, "BEGIN", "LOCK TABLE "+relation+" IN ACCESS EXCLUSIVE MODE")
	calls := map[string]func(context.Context) error{
		"GetBatch": func(ctx context.Context) error { return d.GetBatch(ctx, items(stored, "p/v/1")) },
		"PutBatch": func(ctx context.Context) error { _, err := d.PutBatch(ctx, "p/v/1", stored); return err },
		"Scan":     func(ctx context.Context) error { return d.Scan(ctx, "p/v/1", func(online.Cell) bool { return true }) },
		"Drop":     func(ctx context.Context) error { return d.Drop(ctx, "p/v/1") },
	}
	for name, call := range calls {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := call(ctx); d.Code(err) != errs.DeadlineExceeded {
			t.Errorf("%s of a locked table: got %v, want a passed deadline", name, err)
		}
		cancel()
	}
	left, watch := -1, postgrestest.New(t).Conn // a transaction sees the same activity until it ends
	for n := 0; n < 100 && left != 0; n++ {     // the server notices the request to cancel within milliseconds
		if err := watch.QueryRow(t.Context(), `SELECT count(*), pg_sleep(0.05)::text FROM pg_stat_activity
			WHERE application_name = $1 AND state <> 'idle'`, s.Name).Scan(&left, nil); err != nil {
			t.Fatal(err)
		}
	}
	if left != 0 {
		t.Errorf("%d statements still run on the server", left)
	}
	s.Exec(t, "ROLLBACK")
	if err := d.GetBatch(t.Context(), items(stored, "p/v/1")); err != nil {
		t.Errorf("after the lock: %v", err)
	}
}

// Even where every transaction is serializable by the server's setting, batches that overlap end and the counts add up.
func TestOverlappingBatchesOfSerializableSessionsEnd(t *testing.T) {
	t.Parallel()
	s := postgrestest.New(t)
	s.Exec(t, fmt.Sprintf(`CREATE ROLE %s_strict SUPERUSER LOGIN`, s.Name), fmt.Sprintf(`ALTER ROLE %s_strict SET default_transaction_isolation = 'serializable'`, s.Name))
	t.Cleanup(func() {
		s.Exec(t, fmt.Sprintf(`DROP OWNED BY %s_strict`, s.Name), fmt.Sprintf(`DROP ROLE %s_strict`, s.Name))
	})
	d := open(t, as(t, s, s.Name+"_strict"))
	defer d.Close()
	const writers, count = 6, 400
	results := make(chan online.PutResult, writers)
	failures := make(chan error, writers)
	for w := range writers {
		go func() {
			var mine []online.Cell
			for i := range count {
				mine = append(mine, online.Cell{Key: onlinetest.IntKey(t, int64(i)), Row: onlinetest.Row(t, onlinetest.At(7), fmt.Sprint("writer ", w))})
			}
			r, err := d.PutBatch(t.Context(), "p/v/1", mine)
			results <- r
			failures <- err
		}()
	}
	var total online.PutResult
	for range writers {
		total.Add(<-results)
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	if total.Written < count || total.Written+total.Superseded != writers*count {
		t.Errorf("got %+v of %d cells of %d keys", total, writers*count, count)
	}
	asked := items(cells(t, count, ""), "p/v/1")
	if err := d.GetBatch(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	want := onlinetest.Row(t, onlinetest.At(7), fmt.Sprint("writer ", writers-1))
	for i, row := range asked[0].Rows {
		if !bytes.Equal(row, want) {
			t.Fatalf("row %d is not the greatest", i)
		}
	}
}
