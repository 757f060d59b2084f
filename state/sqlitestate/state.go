// Package sqlitestate is the state driver that keeps records in a SQLite file, by default the registry's. Many
// processes may use the file at once.
package sqlitestate

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/sqlitefile"
	"github.com/truepoint/truepoint/state"
)

// A State is a state.Driver on a SQLite file.
type State struct{ db *sqlitefile.DB }

var (
	_ state.Driver  = (*State)(nil)
	_ state.Batcher = (*State)(nil)
)

// Open opens or creates the file at path. Errors: FailedPrecondition for a file that is not ours or of a newer format.
func Open(ctx context.Context, path string) (*State, error) {
	db, err := sqlitefile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return New(db), nil
}

// New returns the state in an open file, of which it takes over one use: Close ends it.
func New(db *sqlitefile.DB) *State { return &State{db} }

// Get implements state.Driver.
func (s *State) Get(ctx context.Context, key string) (state.Record, error) {
	r := state.Record{Key: key}
	if err := state.CheckKey(key); err != nil {
		return r, err
	}
	_, err := s.db.ReadRow(ctx, &sqlitefile.Statement{
		Text: `SELECT version, value FROM truepoint_state WHERE key = ?`, Args: []any{key}, Into: []any{&r.Version, &r.Value},
	})
	return r, err
}

// CompareAndSwap implements state.Driver. It is durable when it returns.
func (s *State) CompareAndSwap(ctx context.Context, key string, expected int64, value []byte) (int64, error) {
	if err := state.CheckKey(key); err != nil {
		return 0, err
	}
	var next int64
	swap := statementOf(&state.Swap{Key: key, Expected: expected, Value: value})
	swap.Into = []any{&next}
	swapped, err := s.db.WriteRow(ctx, swap)
	if err != nil || swapped {
		return next, err
	}
	found, err := s.Get(ctx, key)
	if err != nil {
		return 0, err
	}
	return 0, state.Conflict(key, expected, found.Version)
}

// statementOf returns what does a swap: it returns the new version, or no row where the record has another version.
func statementOf(w *state.Swap) *sqlitefile.Statement {
	value := w.Value
	if value == nil { // a value of no bytes, not none
		value = []byte{}
	}
	if w.Expected == 0 {
		return &sqlitefile.Statement{Text: create, Args: []any{w.Key, value}}
	}
	return &sqlitefile.Statement{Text: change, Args: []any{value, w.Key, w.Expected}}
}

const (
	create = `INSERT INTO truepoint_state (key, version, value) SELECT ?, floor + 1, ? FROM truepoint_state_floor WHERE true
		ON CONFLICT (key) DO NOTHING RETURNING version`
	change = `UPDATE truepoint_state SET version = version + 1, value = ? WHERE key = ? AND version = ? RETURNING version`
)

// Delete implements state.Driver. It is durable when it returns.
func (s *State) Delete(ctx context.Context, key string, expected int64) error {
	if err := state.CheckKey(key); err != nil {
		return err
	}
	return s.db.Write(ctx, func(conn *sql.Conn) error {
		if err := expect(ctx, conn, key, expected); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, `DELETE FROM truepoint_state WHERE key = ?`, key); err != nil {
			return err
		}
		_, err := conn.ExecContext(ctx, `UPDATE truepoint_state_floor SET floor = max(floor, ?)`, expected)
		return err
	})
}

func expect(ctx context.Context, conn *sql.Conn, key string, expected int64) error {
	var found int64
	err := conn.QueryRowContext(ctx, `SELECT version FROM truepoint_state WHERE key = ?`, key).Scan(&found)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if found != expected {
		return state.Conflict(key, expected, found)
	}
	return nil
}

// List implements state.Driver. It reads the index from prefix to the first key without it.
func (s *State) List(ctx context.Context, prefix string) ([]state.Record, error) {
	var out []state.Record
	err := s.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT key, version, value FROM truepoint_state WHERE key >= ? ORDER BY key`, prefix)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r state.Record
			if err := rows.Scan(&r.Key, &r.Version, &r.Value); err != nil {
				return err
			}
			if !strings.HasPrefix(r.Key, prefix) {
				break
			}
			out = append(out, r)
		}
		return rows.Err()
	})
	return out, err
}

// Code implements state.Driver.
func (s *State) Code(err error) errs.Code {
	if errors.Is(err, sql.ErrConnDone) {
		return errs.FailedPrecondition
	}
	return sqlitefile.Code(err)
}

// Close implements state.Driver.
func (s *State) Close() error { return s.db.Close() }
