package postgresonline_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgrestest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/postgresonline"
)

// watched starts a primary with a synchronous standby and opens a driver whose writes wait for it.
func watched(t *testing.T) (*postgrestest.Pair, *postgresonline.Driver) {
	t.Helper()
	p := postgrestest.NewPair(t)
	return p, openReplicated(t, p.Primary.Address)
}

func openReplicated(t *testing.T, address string) *postgresonline.Driver {
	t.Helper()
	d, err := postgresonline.Open(t.Context(), address+few, &postgresonline.Options{Replicated: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestConformanceOfReplicatedWrites(t *testing.T) {
	t.Parallel()
	p := postgrestest.NewPair(t)
	var made atomic.Int64
	open := func(t *testing.T) online.Driver {
		opt := &postgresonline.Options{Schema: fmt.Sprint("s", made.Add(1)), Replicated: true}
		d, err := postgresonline.Open(context.Background(), p.Primary.Address+few, opt)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	onlinetest.Run(t, open)
	t.Run("Expire", func(t *testing.T) { onlinetest.RunExpirer(t, open) })
}

// wantUnavailable fails unless err is Unavailable with an id and a hint.
func wantUnavailable(t *testing.T, err error, id string) {
	t.Helper()
	if all := errs.All(err); len(all) != 1 || all[0].Code != errs.Unavailable || all[0].ID != id || all[0].Hint == "" {
		t.Errorf("got %v, want %s", err, id)
	}
}

func wantRows(t *testing.T, d online.Driver, stored []online.Cell) {
	t.Helper()
	asked := items(stored, "p/v/1")
	if err := d.GetBatch(context.Background(), asked); err != nil {
		t.Fatal(err)
	}
	for i, row := range asked[0].Rows {
		if string(row) != string(stored[i].Row) {
			t.Fatalf("row %d is not the one that was written", i)
		}
	}
}

func TestReplicatedRowsSurviveTheLossOfThePrimary(t *testing.T) {
	t.Parallel()
	p, d := watched(t)
	stored := cells(t, 12_000, "payload")
	if r := put(t, d, "p/v/1", stored); r.Written != 12_000 || r.Superseded != 0 {
		t.Errorf("counts %+v", r)
	}
	p.Primary.Stop(t)
	if _, err := d.PutBatch(t.Context(), "p/v/1", stored); errs.CodeOf(err) != errs.Unavailable && d.Code(err) != errs.Unavailable {
		t.Errorf("without the primary: %v", err)
	}
	wantSurvived(t, p, stored)
}

func TestAFrozenStandbyRefusesTheAcknowledgementAndNothingIsHalfDone(t *testing.T) {
	t.Parallel()
	p, d := watched(t)
	first, second := cells(t, 10, "payload"), cells(t, 6_000, "the greater row")
	put(t, d, "p/v/1", first)
	thaw := p.Standby.Freeze(t)
	start := time.Now()
	_, err := d.PutBatch(t.Context(), "p/v/1", second)
	wantUnavailable(t, err, "T1051")
	if took := time.Since(start); took < 4*time.Second || took > 20*time.Second {
		t.Errorf("refused after %s, want some 5 s", took)
	}
	wantRows(t, d, second) // the primary has them, all of them
	thaw()
	if r := put(t, d, "p/v/1", second); r.Written != 0 || r.Superseded != 6_000 {
		t.Errorf("the repetition: %+v", r)
	}
	p.Primary.Stop(t)
	wantSurvived(t, p, second)
}

// The first write to a table, without a standby from before it was there on.
func TestAStoppedStandbyRefusesNewTablesToo(t *testing.T) {
	t.Parallel()
	p := postgrestest.NewPair(t)
	p.Standby.Stop(t)
	d := openReplicated(t, p.Primary.Address)
	stored := cells(t, 10, "payload")
	_, err := d.PutBatch(t.Context(), "p/v/1", stored)
	wantUnavailable(t, err, "T1051")
	_, err = d.Expire(t.Context(), "p/v/1", stored[:1])
	wantUnavailable(t, err, "T1051")
	if err := d.Drop(t.Context(), "p/v/1"); err != nil {
		t.Errorf("dropping waits for nobody: %v", err)
	}
	_, err = d.PutBatch(t.Context(), "p/v/1", stored)
	wantUnavailable(t, err, "T1051")
	p.Standby.Start(t)
	p.Await(t)
	if r := put(t, d, "p/v/1", stored); r.Superseded != 10 {
		t.Errorf("the repetition: %+v", r)
	}
	p.Primary.Stop(t)
	wantSurvived(t, p, stored)
}

func TestAWaitThatAnAdministratorCancelsIsNoAcknowledgement(t *testing.T) {
	t.Parallel()
	p, d := watched(t)
	stored := cells(t, 10, "payload")
	put(t, d, "p/v/1", stored[:1])
	p.Standby.Stop(t)
	done := make(chan error, 1)
	go func() {
		_, err := d.PutBatch(t.Context(), "p/v/1", stored)
		done <- err
	}()
	p.Primary.Until(t, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
	wantUnavailable(t, <-done, "T1051")
}

func TestAWriterWhoseTimeEndsDoesNotWaitForAStandby(t *testing.T) {
	t.Parallel()
	p, d := watched(t)
	stored := cells(t, 10, "payload")
	put(t, d, "p/v/1", stored)
	p.Standby.Stop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := d.PutBatch(ctx, "p/v/1", cells(t, 10, "the greater row")); d.Code(err) != errs.DeadlineExceeded || time.Since(start) > 2*time.Second {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
	p.Primary.Until(t, "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'") // nobody holds locks for ever
}

func TestAServerThatCeasesToWaitForStandbysIsNoticed(t *testing.T) {
	t.Parallel()
	p, d := watched(t)
	stored := cells(t, 10, "payload")
	put(t, d, "p/v/1", stored)
	p.Standby.Stop(t)
	p.Primary.Exec(t, "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
	p.Primary.Until(t, "SELECT current_setting('synchronous_standby_names') = ''")
	_, err := d.PutBatch(t.Context(), "p/v/1", stored)
	wantUnavailable(t, err, "T1052")
}

func TestALockOfSomebodyElseIsNotWaitedForLongerThanAStandby(t *testing.T) {
	t.Parallel()
	p, d := watched(t)
	stored := cells(t, 10, "payload")
	put(t, d, "p/v/1", stored)
	c, err := pgx.Connect(t.Context(), p.Primary.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var relation string
	if err := tx.QueryRow(t.Context(), `SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname LIKE 'tpo\_%'`).Scan(&relation); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "LOCK TABLE "+pgx.Identifier{relation}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	_, err = d.PutBatch(t.Context(), "p/v/1", stored)
	wantUnavailable(t, err, "T1050")
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, d, "p/v/1", stored)
}

// wantSurvived makes the standby the primary, which is gone, and checks that it has the rows.
func wantSurvived(t *testing.T, p *postgrestest.Pair, stored []online.Cell) {
	t.Helper()
	p.Standby.Promote(t)
	d := open(t, p.Standby.Address)
	defer d.Close()
	wantRows(t, d, stored)
}
