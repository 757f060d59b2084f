package postgresonline

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgresdb"
)

// standbyWait is how long a write may take whose rows must be on a standby, before its wait is called off. The server itself
// would wait for ever, with the rows locked.
const standbyWait = 5 * time.Second

// queryCanceled is the SQLSTATE of a statement that was called off before its transaction was committed.
const queryCanceled = "57014"

// write runs a statement that writes or deletes rows, in a transaction of its own, and returns how many. Where writes must be
// on a standby, it fails unless the server says that they are.
func (d *Driver) write(ctx context.Context, text string, keys, rows [][]byte) (written int64, err error) {
	if !d.replicated {
		tag, err := d.pool.Exec(ctx, text, keys, rows)
		return tag.RowsAffected(), err
	}
	c, err := d.pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer c.Release()
	calledOff := make(chan struct{})
	wait := time.AfterFunc(standbyWait, func() {
		defer close(calledOff)
		ctx, cancel := context.WithTimeout(ctx, standbyWait)
		defer cancel()
		_ = c.Conn().PgConn().CancelRequest(ctx) // if it does not get there, the write is waited for as long as ctx lasts
	})
	postgresdb.Unreplicated(c.Conn()) // of an earlier statement
	tag, err := c.Exec(ctx, text, keys, rows)
	if !wait.Stop() {
		<-calledOff
		c.Conn().Close(ctx) // the request may arrive only now, and would hit the next statement
	}
	var pe *pgconn.PgError
	switch {
	case errors.As(err, &pe) && pe.Code == queryCanceled:
		return 0, errs.Wrap(err, errs.Unavailable, "PostgreSQL has not written the rows within %s", standbyWait).WithID("T1050").
			WithHint("other writers lock them, or wait for a standby: check pg_stat_activity. Writes may be repeated")
	case err == nil && postgresdb.Unreplicated(c.Conn()):
		return 0, errs.New(errs.Unavailable, "no synchronous standby of PostgreSQL has confirmed the rows within %s", standbyWait).WithID("T1051").
			WithHint("the primary has them; check that a standby is connected: SELECT * FROM pg_stat_replication. ack: durable does not wait for one")
	}
	return tag.RowsAffected(), err
}

// alone begins the statements of a transaction that makes or drops a table, which need not wait for a standby: it has a table
// before it has rows, for which their write waits, and a table that comes back with a standby is dropped once more.
func (d *Driver) alone() string {
	if !d.replicated {
		return ""
	}
	return "SET LOCAL synchronous_commit = local; "
}

// checkStandbys fails if the server has ceased to wait for standbys, as tools do that keep a primary writing without one. It
// is asked after a batch: had the setting been empty at one of its statements, it is so still, or the standby is there again.
func (d *Driver) checkStandbys(ctx context.Context) error {
	if !d.replicated {
		return nil
	}
	var standbys string
	if err := d.pool.QueryRow(ctx, `SELECT current_setting('synchronous_standby_names')`).Scan(&standbys); err != nil || standbys != "" {
		return err
	}
	return errs.New(errs.Unavailable, "PostgreSQL waits for no synchronous standby any more, and online_store says ack: replicated").WithID("T1052").
		WithHint("the primary has the rows; check synchronous_standby_names, which tools of failover empty while no standby is there. Writes may be repeated")
}
