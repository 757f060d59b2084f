package sqlitefile

import (
	"context"
	"database/sql"
	"sync"

	"github.com/truepoint/truepoint/errs"
)

// A Statement is one SQL statement that is a transaction by itself. It is prepared once for each connection, which for a
// short one is most of the work.
type Statement struct {
	Text string
	Args []any
	Into []any // where the columns of its first row go; see sql.Rows.Scan
}

// A Shelf holds what a database or one connection has prepared, by text. It is not bounded: texts are constants. The zero Shelf
// is empty. It is safe for concurrent use.
type Shelf struct {
	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

// A Preparer prepares statements: a database, or a connection.
type Preparer interface {
	PrepareContext(ctx context.Context, text string) (*sql.Stmt, error)
}

// Of returns a statement that on has prepared, always the same. Errors: those of preparing it, as they are.
func (s *Shelf) Of(ctx context.Context, on Preparer, text string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.prepared[text]; p != nil {
		return p, nil
	}
	p, err := on.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if s.prepared == nil {
		s.prepared = map[string]*sql.Stmt{}
	}
	s.prepared[text] = p
	return p, nil
}

// Close closes all statements. What they have done stays done.
func (s *Shelf) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.prepared {
		_ = p.Close()
	}
	s.prepared = nil
}

// ReadRow runs a statement that changes nothing and reports whether it has a row. Once begun it goes on to its end: it must
// be short.
func (db *DB) ReadRow(ctx context.Context, s *Statement) (found bool, err error) {
	if err := db.ready(); err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	found, err = db.run(ctx, s)
	return found, db.failed("read", err)
}

// WriteRow runs a statement as Write would, alone: it is durable when WriteRow returns, or has changed nothing. It reports
// whether the statement has a row, such as one that it returns.
func (db *DB) WriteRow(ctx context.Context, s *Statement) (found bool, err error) {
	if err := db.ready(); err != nil {
		return false, err
	}
	select {
	case db.turn <- struct{}{}:
		defer func() { <-db.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	for range busyTries {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if found, err = db.run(ctx, s); !busy(err) {
			return found, db.failed("write", err)
		}
	}
	return false, db.heldByAnother()
}

// run runs a statement to its end, because that is when it commits, and scans the first row. The driver would start a
// goroutine for each statement that can be cancelled.
func (db *DB) run(ctx context.Context, s *Statement) (found bool, err error) {
	ctx = context.WithoutCancel(ctx)
	p, err := db.shelf.Of(ctx, db.sql, s.Text)
	if err != nil {
		return false, err
	}
	rows, err := p.QueryContext(ctx, s.Args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		if !found {
			if err := rows.Scan(s.Into...); err != nil {
				return false, err
			}
		}
		found = true
	}
	return found, first(rows.Err(), rows.Close())
}

// heldByAnother returns the error of a file that stays busy.
func (db *DB) heldByAnother() error {
	return errs.New(errs.Unavailable, "%s is being written by another process for more than 30 seconds", db.path).
		WithID("T0403").WithHint("look for a stopped truepoint process that holds the file")
}
