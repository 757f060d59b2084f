package postgresregistry

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgresdb"
	"github.com/truepoint/truepoint/registry"
)

// Commit implements registry.Driver: one transaction, during which no other commits to the project.
func (r *Registry) Commit(ctx context.Context, expected registry.Revision, c registry.Change) (registry.Revision, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if err := postgresdb.Lock(ctx, tx, "truepoint registry "+c.Project); err != nil {
			return err
		}
		head, err := newest(ctx, tx, c.Project)
		if err != nil {
			return err
		}
		if head.Revision != expected {
			return registry.Conflict(c.Project, expected, head)
		}
		return store(ctx, tx, expected+1, &c)
	})
	if err != nil {
		return 0, err
	}
	return expected + 1, nil
}

// store writes a revision.
func store(ctx context.Context, tx pgx.Tx, next registry.Revision, c *registry.Change) error {
	present, err := current(ctx, tx, c.Project)
	if err != nil {
		return err
	}
	changed, err := c.Changed(func(id registry.ID) bool { return present[id] })
	if err != nil {
		return err
	}
	lines, err := json.Marshal(changed)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "write the entry of revision %d", next)
	}
	var b pgx.Batch
	for _, list := range [...][]registry.Object{c.Put, c.Delete} {
		for _, o := range list {
			b.Queue(`UPDATE truepoint_objects SET to_revision = $1 WHERE project = $2 AND kind = $3 AND name = $4 AND to_revision IS NULL`,
				int64(next), c.Project, o.Kind, o.Name)
		}
	}
	for _, o := range c.Put {
		b.Queue(`INSERT INTO truepoint_objects (project, kind, name, from_revision, body) VALUES ($1, $2, $3, $4, $5)`,
			c.Project, o.Kind, o.Name, int64(next), []byte(o.Body))
	}
	b.Queue(`INSERT INTO truepoint_revisions (project, revision, time_us, author, message, changed) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.Project, int64(next), int64(c.Time), c.Author, c.Message, string(lines))
	return tx.SendBatch(ctx, &b).Close()
}

// current returns the objects that stand.
func current(ctx context.Context, tx pgx.Tx, project string) (map[registry.ID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT kind, name FROM truepoint_objects WHERE project = $1 AND to_revision IS NULL`, project)
	if err != nil {
		return nil, err
	}
	out := map[registry.ID]bool{}
	var id registry.ID
	_, err = pgx.ForEachRow(rows, []any{&id.Kind, &id.Name}, func() error {
		out[id] = true
		return nil
	})
	return out, err
}
