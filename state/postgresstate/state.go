// Package postgresstate is the state driver on PostgreSQL: leases, checkpoints and histories of runs for processes on
// several machines.
package postgresstate

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/state"
)

// schema are the tables. The floor is the greatest version of a deleted record: records that are created anew begin above
// it, so that versions never go back.
var schema = postgresdb.Schema{Name: "state", Format: 1, Statements: []string{
	`CREATE TABLE IF NOT EXISTS truepoint_state (
		key text COLLATE "C" PRIMARY KEY,
		version bigint NOT NULL,
		value bytea NOT NULL
	)`,
	`CREATE TABLE IF NOT EXISTS truepoint_state_floor (floor bigint NOT NULL)`,
	`INSERT INTO truepoint_state_floor SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM truepoint_state_floor)`,
}}

// A State is a state.Driver on a PostgreSQL database. It is safe for concurrent use.
type State struct{ pool *pgxpool.Pool }

var (
	_ state.Driver  = (*State)(nil)
	_ state.Batcher = (*State)(nil)
)

// Open connects to the database at address and makes sure that the tables are there. Errors: those of
// postgresdb.OpenWith.
func Open(ctx context.Context, address string) (*State, error) {
	pool, err := postgresdb.OpenWith(ctx, address, schema)
	if err != nil {
		return nil, err
	}
	return &State{pool}, nil
}

// Get implements state.Driver.
func (s *State) Get(ctx context.Context, key string) (state.Record, error) {
	r := state.Record{Key: key}
	if err := state.CheckKey(key); err != nil {
		return r, err
	}
	err := s.pool.QueryRow(ctx, `SELECT version, value FROM truepoint_state WHERE key = $1`, key).Scan(&r.Version, &r.Value)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, nil
	}
	return r, err
}

// CompareAndSwap implements state.Driver. Writers of one key wait for each other.
func (s *State) CompareAndSwap(ctx context.Context, key string, expected int64, value []byte) (int64, error) {
	if value == nil {
		value = []byte{}
	}
	next := expected + 1
	err := s.change(ctx, key, expected, func(tx pgx.Tx) error {
		if expected == 0 {
			if err := tx.QueryRow(ctx, `SELECT max(floor) + 1 FROM truepoint_state_floor`).Scan(&next); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO truepoint_state (key, version, value) VALUES ($1, $2, $3)
			ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value`, key, next, value)
		return err
	})
	if err != nil {
		return 0, err
	}
	return next, nil
}

// Delete implements state.Driver.
func (s *State) Delete(ctx context.Context, key string, expected int64) error {
	return s.change(ctx, key, expected, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM truepoint_state WHERE key = $1`, key); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE truepoint_state_floor SET floor = greatest(floor, $1)`, expected)
		return err
	})
}

// change runs f in a transaction that is alone with the record, if its version is expected.
func (s *State) change(ctx context.Context, key string, expected int64, f func(pgx.Tx) error) error {
	if err := state.CheckKey(key); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := postgresdb.Lock(ctx, tx, lockName(key)); err != nil {
			return err
		}
		var found int64
		err := tx.QueryRow(ctx, `SELECT version FROM truepoint_state WHERE key = $1`, key).Scan(&found)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if found != expected {
			return state.Conflict(key, expected, found)
		}
		return f(tx)
	})
}

// lockName returns the name of the lock of whoever changes a record.
func lockName(key string) string { return "truepoint state " + key }

// List implements state.Driver.
func (s *State) List(ctx context.Context, prefix string) ([]state.Record, error) {
	rows, err := s.pool.Query(ctx, `SELECT key, version, value FROM truepoint_state WHERE starts_with(key, $1) ORDER BY key`, prefix)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r state.Record, err error) {
		err = row.Scan(&r.Key, &r.Version, &r.Value)
		return r, err
	})
	if len(out) == 0 {
		return nil, err
	}
	return out, err
}

// Code implements state.Driver.
func (s *State) Code(err error) errs.Code { return postgresdb.Code(err) }

// Close implements state.Driver.
func (s *State) Close() error {
	s.pool.Close()
	return nil
}
