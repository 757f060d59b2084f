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
	b, err := s.swap(ctx, []state.Swap{{Key: key, Expected: expected, Value: value}})
	if err != nil {
		return 0, err
	}
	if len(b.refused) > 0 {
		return 0, state.Conflict(key, expected, b.versions[0])
	}
	return b.versions[0], nil
}

// Delete implements state.Driver.
func (s *State) Delete(ctx context.Context, key string, expected int64) error {
	if err := state.CheckKey(key); err != nil {
		return err
	}
	b := newBatch([]state.Swap{{Key: key, Expected: expected}})
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := b.lock(ctx, tx); err != nil {
			return err
		}
		if err := b.look(ctx, tx); err != nil {
			return err
		}
		if len(b.refused) > 0 {
			return state.Conflict(key, expected, b.versions[0])
		}
		if _, err := tx.Exec(ctx, `DELETE FROM truepoint_state WHERE key = $1`, key); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE truepoint_state_floor SET floor = greatest(floor, $1)`, expected)
		return err
	})
}

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
