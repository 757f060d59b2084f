// Package sqliteregistry is the registry driver that keeps revisions in a SQLite file: one row per version of an
// object, one row per commit. Many processes may use the file at once; commits of all of them form one line.
package sqliteregistry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"hash/crc32"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/sqlitefile"
	"github.com/truepoint/truepoint/registry"
)

// A Registry is a registry.Driver on a SQLite file.
type Registry struct{ db *sqlitefile.DB }

var _ registry.Driver = (*Registry)(nil)

// Open opens or creates the file at path. Errors: FailedPrecondition for a file that is not ours (use Ours before) or
// of a newer format.
func Open(ctx context.Context, path string) (*Registry, error) {
	db, err := sqlitefile.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return New(db), nil
}

// New returns the registry in an open file, of which it takes over one use: Close ends it.
func New(db *sqlitefile.DB) *Registry { return &Registry{db} }

// File returns the file, so that the operational state can share it: sqlitestate.New(r.File().Share()).
func (r *Registry) File() *sqlitefile.DB { return r.db }

// Ours reports whether path can be opened: our file, or none yet. Where it is false, use Beside(path).
func Ours(path string) (bool, error) { return sqlitefile.Ours(path) }

// Beside returns the path to use where path holds a file that is not ours.
func Beside(path string) string { return sqlitefile.Beside(path) }

const selectHead = `SELECT coalesce(max(revision), 0) FROM truepoint_revisions WHERE project = ?`

// Head implements registry.Driver. It reads one index entry.
func (r *Registry) Head(ctx context.Context, project string) (registry.Revision, error) {
	var head registry.Revision
	err := r.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, selectHead, project).Scan(&head)
	})
	return head, err
}

const (
	selectCurrent = `SELECT kind, name, body, crc FROM truepoint_objects
		WHERE project = ? AND to_revision IS NULL ORDER BY kind, name`
	selectAt = `SELECT kind, name, body, crc FROM truepoint_objects
		WHERE project = ?1 AND from_revision <= ?2 AND (to_revision IS NULL OR to_revision > ?2) ORDER BY kind, name`
)

// Read implements registry.Driver. Errors: also DataLoss naming an object whose body does not match its checksum.
func (r *Registry) Read(ctx context.Context, project string, at registry.Revision) (registry.State, error) {
	out := registry.State{Project: project}
	err := r.db.Read(ctx, func(tx *sql.Tx) error {
		var head registry.Revision
		if err := tx.QueryRowContext(ctx, selectHead, project).Scan(&head); err != nil {
			return err
		}
		if at == registry.Newest {
			at = head
		}
		if at < 0 || at > head {
			return registry.NoRevision(project, at, head)
		}
		out.Revision = at
		query, args := selectCurrent, []any{project}
		if at != head {
			query, args = selectAt, []any{project, int64(at)}
		}
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		out.Objects, err = readObjects(rows, project)
		return err
	})
	if err != nil {
		return registry.State{}, err
	}
	return out, nil
}

func readObjects(rows *sql.Rows, project string) ([]registry.Object, error) {
	var out []registry.Object
	for rows.Next() {
		var o registry.Object
		var crc int64
		if err := rows.Scan(&o.Kind, &o.Name, (*[]byte)(&o.Body), &crc); err != nil {
			return nil, err
		}
		if crc != checksum(o) {
			return nil, registry.Corrupt(project, o.ID(), errs.New(errs.DataLoss, "its checksum does not match"))
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum covers kind and name too, so that a body that was moved to another object is found.
func checksum(o registry.Object) int64 {
	h := crc32.Update(0, castagnoli, []byte(o.Kind+"\x00"+o.Name+"\x00"))
	return int64(crc32.Update(h, castagnoli, o.Body))
}

// History implements registry.Driver.
func (r *Registry) History(ctx context.Context, project string, limit int) ([]registry.Entry, error) {
	if limit <= 0 {
		limit = -1
	}
	var out []registry.Entry
	err := r.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT revision, time_us, author, message, changed FROM truepoint_revisions
			WHERE project = ? ORDER BY revision DESC LIMIT ?`, project, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := readEntry(rows)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return rows.Err()
	})
	return out, err
}

func readEntry(row interface{ Scan(...any) error }) (registry.Entry, error) {
	var e registry.Entry
	var at int64
	var changed []byte
	if err := row.Scan(&e.Revision, &at, &e.Author, &e.Message, &changed); err != nil {
		return e, err
	}
	e.Time = eventtime.Instant(at)
	if err := json.Unmarshal(changed, &e.Changed); err != nil {
		return e, errs.Wrap(err, errs.DataLoss, "the registry's entry of revision %d is damaged", e.Revision)
	}
	return e, nil
}

// Projects implements registry.Driver.
func (r *Registry) Projects(ctx context.Context) ([]string, error) {
	var out []string
	err := r.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT DISTINCT project FROM truepoint_revisions ORDER BY project`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			out = append(out, name)
		}
		return rows.Err()
	})
	return out, err
}

// Code implements registry.Driver.
func (r *Registry) Code(err error) errs.Code {
	if errors.Is(err, sql.ErrConnDone) {
		return errs.FailedPrecondition
	}
	return sqlitefile.Code(err)
}

// Close implements registry.Driver.
func (r *Registry) Close() error { return r.db.Close() }
