// Package postgresregistry is the registry driver on PostgreSQL, for teams whose processes run on several machines. A
// commit is one transaction that compares and swaps; every revision is kept.
package postgresregistry

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/registry"
)

// schema are the tables. An object is stored once per change of it: it stands from one revision on, up to and without
// another one. Names order bytewise.
var schema = postgresdb.Schema{Name: "registry", Format: 1, Statements: []string{
	`CREATE TABLE IF NOT EXISTS truepoint_revisions (
		project text COLLATE "C" NOT NULL,
		revision bigint NOT NULL,
		time_us bigint NOT NULL,
		author text NOT NULL,
		message text NOT NULL,
		changed text NOT NULL,
		PRIMARY KEY (project, revision)
	)`,
	`CREATE TABLE IF NOT EXISTS truepoint_objects (
		project text COLLATE "C" NOT NULL,
		kind text COLLATE "C" NOT NULL,
		name text COLLATE "C" NOT NULL,
		from_revision bigint NOT NULL,
		to_revision bigint,
		body bytea NOT NULL,
		PRIMARY KEY (project, kind, name, from_revision)
	)`,
	`CREATE UNIQUE INDEX IF NOT EXISTS truepoint_objects_current ON truepoint_objects (project, kind, name) WHERE to_revision IS NULL`,
}}

// A Registry is a registry.Driver on a PostgreSQL database. It is safe for concurrent use.
type Registry struct{ pool *pgxpool.Pool }

var _ registry.Driver = (*Registry)(nil)

// Open connects to the database at address and makes sure that the tables are there. Errors: those of
// postgresdb.OpenWith.
func Open(ctx context.Context, address string) (*Registry, error) {
	pool, err := postgresdb.OpenWith(ctx, address, schema)
	if err != nil {
		return nil, err
	}
	return &Registry{pool}, nil
}

const selectHead = `SELECT coalesce(max(revision), 0) FROM truepoint_revisions WHERE project = $1`

// Head implements registry.Driver. It reads one index entry.
func (r *Registry) Head(ctx context.Context, project string) (registry.Revision, error) {
	var head int64
	err := r.pool.QueryRow(ctx, selectHead, project).Scan(&head)
	return registry.Revision(head), err
}

// Read implements registry.Driver. Revisions never change, so that head and objects need no common snapshot.
func (r *Registry) Read(ctx context.Context, project string, at registry.Revision) (registry.State, error) {
	head, err := r.Head(ctx, project)
	if err != nil {
		return registry.State{}, err
	}
	if at == registry.Newest {
		at = head
	}
	if at < 0 || at > head {
		return registry.State{}, registry.NoRevision(project, at, head)
	}
	out := registry.State{Project: project, Revision: at}
	rows, err := r.pool.Query(ctx, `SELECT kind, name, body FROM truepoint_objects
		WHERE project = $1 AND from_revision <= $2 AND (to_revision IS NULL OR to_revision > $2) ORDER BY kind, name`, project, int64(at))
	if err != nil {
		return registry.State{}, err
	}
	out.Objects, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o registry.Object, err error) {
		err = row.Scan(&o.Kind, &o.Name, (*[]byte)(&o.Body))
		return o, err
	})
	if err != nil {
		return registry.State{}, err
	}
	if len(out.Objects) == 0 {
		out.Objects = nil
	}
	return out, nil
}

// History implements registry.Driver.
func (r *Registry) History(ctx context.Context, project string, limit int) ([]registry.Entry, error) {
	query, args := selectEntries, []any{project}
	if limit > 0 {
		query, args = query+" LIMIT $2", append(args, limit)
	}
	rows, err := r.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, entry)
}

const selectEntries = `SELECT revision, time_us, author, message, changed FROM truepoint_revisions WHERE project = $1 ORDER BY revision DESC`

func entry(row pgx.CollectableRow) (registry.Entry, error) {
	var e registry.Entry
	var revision, at int64
	var changed string
	if err := row.Scan(&revision, &at, &e.Author, &e.Message, &changed); err != nil {
		return e, err
	}
	e.Revision, e.Time = registry.Revision(revision), eventtime.Instant(at)
	if err := json.Unmarshal([]byte(changed), &e.Changed); err != nil {
		return e, errs.Wrap(err, errs.DataLoss, "the registry's entry of revision %d is damaged", e.Revision)
	}
	return e, nil
}

// Projects implements registry.Driver.
func (r *Registry) Projects(ctx context.Context) ([]string, error) {
	rows, err := r.pool.Query(ctx, `SELECT DISTINCT project FROM truepoint_revisions ORDER BY project`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Code implements registry.Driver.
func (r *Registry) Code(err error) errs.Code { return postgresdb.Code(err) }

// Close implements registry.Driver.
func (r *Registry) Close() error {
	r.pool.Close()
	return nil
}

// newest returns the last entry of a project; zero for a project without commits.
func newest(ctx context.Context, tx pgx.Tx, project string) (registry.Entry, error) {
	rows, err := tx.Query(ctx, selectEntries+" LIMIT 1", project)
	if err != nil {
		return registry.Entry{}, err
	}
	e, err := pgx.CollectExactlyOneRow(rows, entry)
	if errors.Is(err, pgx.ErrNoRows) {
		return registry.Entry{}, nil
	}
	return e, err
}
