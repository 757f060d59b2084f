package postgresdb

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/truepoint/truepoint/errs"
)

// A Schema is a set of tables of ours. Its statements create what is missing and nothing else, so that running them again
// changes nothing.
type Schema struct {
	Name       string // of what is kept, such as "registry"
	Format     int    // of the tables; a release refuses tables of a greater one
	Statements []string
}

// OpenWith connects to the database at address as Open does and makes sure that the tables of a schema are there. Errors:
// those of Open; Unavailable if the server cannot be reached, FailedPrecondition for tables of a newer release.
func OpenWith(ctx context.Context, address string, s Schema) (*pgxpool.Pool, error) {
	pool, err := Open(ctx, address)
	if err != nil {
		return nil, err
	}
	if err := create(ctx, pool, s); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// create makes sure that the tables of a schema are there, in the first schema of the search path. Processes that do so at
// once wait for each other. Errors: FailedPrecondition for tables of a newer release; those of the server, for example
// for a user who may not create tables where there are none.
func create(ctx context.Context, pool *pgxpool.Pool, s Schema) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := Lock(ctx, tx, "truepoint schema"); err != nil {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, "SELECT to_regclass('truepoint_format') IS NOT NULL").Scan(&there); err != nil {
			return err
		}
		if there {
			have := 0
			err := tx.QueryRow(ctx, "SELECT coalesce(max(format), 0) FROM truepoint_format WHERE name = $1", s.Name).Scan(&have)
			if err != nil || have == s.Format {
				return err
			}
			if have > s.Format {
				return errs.New(errs.FailedPrecondition, "the %s in PostgreSQL was written by a newer release: format %d, this one knows %d", s.Name, have, s.Format).
					WithID("T0565").WithHint("use a newer truepoint; see truepoint version")
			}
		}
		all := append([]string{"CREATE TABLE IF NOT EXISTS truepoint_format (name text PRIMARY KEY, format integer NOT NULL)"}, s.Statements...)
		for _, text := range all {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO truepoint_format (name, format) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET format = excluded.format`, s.Name, s.Format)
		return err
	})
	if err != nil && errs.CodeOf(err) == errs.Unknown {
		return errs.Wrap(err, Code(err), "open the %s in PostgreSQL", s.Name).WithID("T0566").
			WithHint("check the address, that the server runs, and what its user may do")
	}
	return err
}

// LockStatement is what Lock executes with a name, for batches of statements.
const LockStatement = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

// Lock waits until no other transaction holds the lock of that name, and holds it until the transaction ends. Later
// statements of the transaction see what was committed before.
func Lock(ctx context.Context, tx pgx.Tx, name string) error {
	_, err := tx.Exec(ctx, LockStatement, name)
	return err
}
