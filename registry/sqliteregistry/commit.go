package sqliteregistry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/registry"
)

// Commit implements registry.Driver: one transaction that is durable when Commit returns.
func (r *Registry) Commit(ctx context.Context, expected registry.Revision, c registry.Change) (registry.Revision, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	err := r.db.Write(ctx, func(conn *sql.Conn) error {
		head, sum, err := newest(ctx, conn, c.Project)
		if err != nil {
			return err
		}
		if head.Revision != expected {
			return registry.Conflict(c.Project, expected, head)
		}
		present, err := current(ctx, conn, c.Project)
		if err != nil {
			return err
		}
		changed, err := c.Changed(func(id registry.ID) bool { _, ok := present[id]; return ok })
		if err != nil {
			return err
		}
		w := writer{conn: conn, change: &c, next: expected + 1, present: present}
		if err := w.objects(ctx); err != nil {
			return err
		}
		return w.entry(ctx, changed, sum)
	})
	if err != nil {
		return 0, err
	}
	return expected + 1, nil
}

// newest returns the last entry of a project and its checksum; zero and nil for a project without commits.
func newest(ctx context.Context, conn *sql.Conn, project string) (registry.Entry, []byte, error) {
	var sum []byte
	e, err := readEntry(scanner(func(into ...any) error {
		return conn.QueryRowContext(ctx, `SELECT revision, time_us, author, message, changed, checksum FROM truepoint_revisions
			WHERE project = ? ORDER BY revision DESC LIMIT 1`, project).Scan(append(into, &sum)...)
	}))
	if errors.Is(err, sql.ErrNoRows) {
		return registry.Entry{}, nil, nil
	}
	return e, sum, err
}

type scanner func(into ...any) error

func (s scanner) Scan(into ...any) error { return s(into...) }

// current returns the row of every object that stands.
func current(ctx context.Context, conn *sql.Conn, project string) (map[registry.ID]int64, error) {
	rows, err := conn.QueryContext(ctx, `SELECT kind, name, rowid FROM truepoint_objects
		WHERE project = ? AND to_revision IS NULL`, project)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[registry.ID]int64{}
	for rows.Next() {
		var id registry.ID
		var row int64
		if err := rows.Scan(&id.Kind, &id.Name, &row); err != nil {
			return nil, err
		}
		out[id] = row
	}
	return out, rows.Err()
}

// A writer stores one commit inside an open transaction.
type writer struct {
	conn    *sql.Conn
	change  *registry.Change
	next    registry.Revision
	present map[registry.ID]int64
}

func (w *writer) objects(ctx context.Context) error {
	end, err := w.conn.PrepareContext(ctx, `UPDATE truepoint_objects SET to_revision = ? WHERE rowid = ?`)
	if err != nil {
		return err
	}
	defer end.Close()
	for _, list := range [...][]registry.Object{w.change.Put, w.change.Delete} {
		for _, o := range list {
			if row, ok := w.present[o.ID()]; ok {
				if _, err := end.ExecContext(ctx, int64(w.next), row); err != nil {
					return err
				}
			}
		}
	}
	put, err := w.conn.PrepareContext(ctx, `INSERT INTO truepoint_objects
		(project, kind, name, from_revision, body, crc) VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, o := range w.change.Put {
		if _, err := put.ExecContext(ctx, w.change.Project, o.Kind, o.Name, int64(w.next), []byte(o.Body), checksum(o)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) entry(ctx context.Context, changed []string, before []byte) error {
	lines, err := json.Marshal(changed)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "write the entry of revision %d", w.next)
	}
	c := w.change
	sum := commitSum(before, w.next, c, lines)
	_, err = w.conn.ExecContext(ctx, `INSERT INTO truepoint_revisions
		(project, revision, time_us, author, message, changed, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		c.Project, int64(w.next), int64(c.Time), c.Author, c.Message, string(lines), sum)
	return err
}

// commitSum returns the SHA-256 of a commit and, through before, of every commit before it. Each part is preceded by
// its length, so that no two commits have the same input.
func commitSum(before []byte, next registry.Revision, c *registry.Change, changed []byte) []byte {
	var b bytes.Buffer
	part := func(p []byte) {
		b.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		b.Write(p)
	}
	part(before)
	b.Write(binary.BigEndian.AppendUint64(nil, uint64(next)))
	b.Write(binary.BigEndian.AppendUint64(nil, uint64(c.Time)))
	for _, text := range [...]string{c.Project, c.Author, c.Message} {
		part([]byte(text))
	}
	part(changed)
	for _, o := range c.Put {
		part([]byte(o.Kind))
		part([]byte(o.Name))
		part(o.Body)
	}
	sum := sha256.Sum256(b.Bytes())
	return sum[:]
}
