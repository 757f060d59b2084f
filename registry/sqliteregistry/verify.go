package sqliteregistry

import (
	"bytes"
	"context"
	"database/sql"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
)

// Verify computes the checksum of every commit of a project again, from the first on, and returns how many there are.
// It reads every version of every object. Errors: DataLoss naming the first revision that is not as it was committed.
func (r *Registry) Verify(ctx context.Context, project string) (registry.Revision, error) {
	var count registry.Revision
	err := r.db.Read(ctx, func(tx *sql.Tx) error {
		put, err := commits(ctx, tx, project)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT revision, time_us, author, message, changed, checksum FROM truepoint_revisions
			WHERE project = ? ORDER BY revision`, project)
		if err != nil {
			return err
		}
		defer rows.Close()
		var before []byte
		for rows.Next() {
			var revision registry.Revision
			var at int64
			var changed, sum []byte
			c := registry.Change{Project: project}
			if err := rows.Scan(&revision, &at, &c.Author, &c.Message, &changed, &sum); err != nil {
				return err
			}
			count++
			c.Time, c.Put = eventtime.Instant(at), put[revision]
			if revision != count || !bytes.Equal(commitSum(before, revision, &c, changed), sum) {
				return errs.New(errs.DataLoss, "revision %d of project %q is not what was committed", count, project).WithID("T0419").
					WithHint("restore the registry from a backup")
			}
			before = sum
		}
		return rows.Err()
	})
	return count, err
}

// commits returns what each commit stored, in the order in which it did.
func commits(ctx context.Context, tx *sql.Tx, project string) (map[registry.Revision][]registry.Object, error) {
	rows, err := tx.QueryContext(ctx, `SELECT from_revision, kind, name, body FROM truepoint_objects
		WHERE project = ? ORDER BY rowid`, project)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[registry.Revision][]registry.Object{}
	for rows.Next() {
		var at registry.Revision
		var o registry.Object
		if err := rows.Scan(&at, &o.Kind, &o.Name, (*[]byte)(&o.Body)); err != nil {
			return nil, err
		}
		out[at] = append(out[at], o)
	}
	return out, rows.Err()
}
