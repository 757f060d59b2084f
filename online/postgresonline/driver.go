package postgresonline

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/backoff"
	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/online"
)

// A Driver is an online.Driver on a PostgreSQL database. It is safe for concurrent use, also beside drivers of other
// processes.
type Driver struct {
	pool       *pgxpool.Pool
	replicated bool // writes wait for a standby

	mu    sync.Mutex
	known map[string]bool // tables that were there when last looked; one that another process dropped is forgotten when met
}

var (
	_ online.Driver  = (*Driver)(nil)
	_ online.Distant = (*Driver)(nil)
)

// Distant implements online.Distant.
func (*Driver) Distant() bool { return true }

func (d *Driver) isKnown(table string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[table]
}

func (d *Driver) learn(tables ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range tables {
		d.known[t] = true
	}
}

// forget makes the driver look again which tables are there.
func (d *Driver) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.known)
}

// SQLSTATEs that a repetition may cure.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	undefinedTable       = "42P01"
	insufficientRight    = "42501"
)

// Bounds of repetitions: some two seconds in all.
const attemptsMax = 12

var waits = backoff.Backoff{First: time.Millisecond, Most: 250 * time.Millisecond}

// again runs one transaction, and once more, after a pause that grows, when the server gave it up for the sake of another
// one, or when a table was dropped under it, which the driver then looks for again.
func (d *Driver) again(ctx context.Context, run func() error) error {
	for n := 0; ; n++ {
		err := run()
		var pe *pgconn.PgError
		if err == nil || n == attemptsMax || !errors.As(err, &pe) {
			return err
		}
		switch pe.Code {
		case undefinedTable:
			d.forget()
		case serializationFailure, deadlockDetected:
		default:
			return d.refused(err)
		}
		if err := waits.Wait(ctx, n); err != nil {
			return err
		}
	}
}

// refused says what to do about a right that is missing; other errors stay as they are.
func (d *Driver) refused(err error) error {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != insufficientRight {
		return err
	}
	return denied("PostgreSQL refuses its user: %s", pe.Message)
}

// Code implements online.Driver.
func (d *Driver) Code(err error) errs.Code { return postgresdb.Code(err) }

// Close implements online.Driver. It waits for calls under way; a second Close does nothing.
func (d *Driver) Close() error {
	d.pool.Close()
	return nil
}
