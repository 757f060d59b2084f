package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"modernc.org/sqlite"

	"github.com/truepoint/truepoint/errs"
)

// SQLite waits busyMillis for another process's write; then it is our turn to look at the context. busyTries such
// waits make 30 seconds.
const (
	busyMillis   = 250
	busyTries    = 120
	connectedMax = 4
)

// A Kind tells files of one purpose from others and says how their tables come about.
type Kind struct {
	// ApplicationID marks files of this kind in bytes 68–71 of SQLite's header.
	ApplicationID uint32
	// Migrations are the steps from format i to format i+1, in order. A released step never changes.
	Migrations []string
}

// Format is the newest format of the kind.
func (k *Kind) Format() int { return len(k.Migrations) }

// A DB is an open file. It is safe for concurrent use, and so is the file by many processes. Every write that was
// acknowledged survives kill -9 and a power cut (WAL, synchronous FULL).
type DB struct {
	sql  *sql.DB
	path string
	kind *Kind
	turn chan struct{} // one write transaction of this process at a time, in order of arrival

	shelf Shelf

	mu   sync.Mutex
	refs int
}

// Open opens the file at path, creating it and its directory where they are missing. It takes a few milliseconds.
// Errors: FailedPrecondition for a file that is not ours or of a newer format, those of the medium otherwise.
func Open(ctx context.Context, path string) (*DB, error) { return OpenKind(ctx, path, &definitions) }

// OpenKind is Open for files of another kind than the registry's.
func OpenKind(ctx context.Context, path string, kind *Kind) (*DB, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(ctx, path, kind); err != nil {
			return nil, err
		}
	}
	if err := checkOurs(path, kind); err != nil {
		return nil, err
	}
	db, err := connect(path, kind)
	if err != nil {
		return nil, err
	}
	if err := db.upgrade(ctx); err != nil {
		return nil, first(err, db.sql.Close())
	}
	return db, nil
}

// Share returns db after counting one more user; each user calls Close once.
func (db *DB) Share() *DB {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.refs++
	return db
}

// Close ends one use; the last closes the file.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.refs--
	if db.refs != 0 {
		return nil
	}
	return db.sql.Close()
}

// ready returns FailedPrecondition after the last Close.
func (db *DB) ready() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.refs <= 0 {
		return errs.New(errs.FailedPrecondition, "%s is closed", db.path)
	}
	return nil
}

// Path returns the path of the file.
func (db *DB) Path() string { return db.path }

// Read runs f in a transaction that sees one state of the file and does not block writers.
func (db *DB) Read(ctx context.Context, f func(tx *sql.Tx) error) error {
	if err := db.ready(); err != nil {
		return err
	}
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return db.failed("read", err)
	}
	defer tx.Rollback() //nolint:errcheck // a read leaves nothing behind
	return db.failed("read", f(tx))
}

// Write runs f in a write transaction and commits it durably, or rolls it back when f fails. It waits up to 30
// seconds for other writers, less when ctx ends: then the error is Unavailable or the context's.
func (db *DB) Write(ctx context.Context, f func(conn *sql.Conn) error) error {
	if err := db.ready(); err != nil {
		return err
	}
	select {
	case db.turn <- struct{}{}:
		defer func() { <-db.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return db.failed("write", db.transact(ctx, f))
}

// transact runs f in a write transaction.
func (db *DB) transact(ctx context.Context, f func(conn *sql.Conn) error) error {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := db.begin(ctx, conn); err != nil {
		return err
	}
	if err := f(conn); err != nil {
		return rollback(ctx, conn, err)
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return rollback(ctx, conn, err)
	}
	return nil
}

func (db *DB) begin(ctx context.Context, conn *sql.Conn) error {
	for range busyTries {
		_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
		if !busy(err) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return db.heldByAnother()
}

// rollback ends the transaction even when ctx has ended, so that the connection can be used again.
func rollback(ctx context.Context, conn *sql.Conn, cause error) error {
	_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // fails where SQLite rolled back by itself
	if err := ctx.Err(); err != nil {
		return err
	}
	return cause
}

func connect(path string, kind *Kind) (*DB, error) {
	c, err := sqlite.NewConnector(fmt.Sprintf("file:%s?mode=rw&_busy_timeout=%d&_synchronous=FULL",
		strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path), busyMillis))
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidArgument, "open %s", path)
	}
	pool := sql.OpenDB(c)
	pool.SetMaxOpenConns(connectedMax)
	pool.SetMaxIdleConns(connectedMax)
	return &DB{sql: pool, path: path, kind: kind, turn: make(chan struct{}, 1), refs: 1}, nil
}

// upgrade migrates a file of an older format.
func (db *DB) upgrade(ctx context.Context) error {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return db.failed("open", err)
	}
	found, err := db.format(ctx, conn)
	if err = first(err, conn.Close()); err != nil || found == db.kind.Format() {
		return err
	}
	return db.Write(ctx, func(conn *sql.Conn) error { return db.migrate(ctx, conn) })
}

// create makes the file complete under another name and links it to path, so that no process ever sees a half of it.
// Where another process was faster, its file stays.
func create(ctx context.Context, path string, kind *Kind) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return errs.Wrap(err, Code(err), "create the directory of %s", path)
	}
	temp, err := os.MkdirTemp(dir, "."+filepath.Base(path)+".new-")
	if err != nil {
		return errs.Wrap(err, Code(err), "create %s", path)
	}
	defer os.RemoveAll(temp)
	made := filepath.Join(temp, "db")
	if err := build(ctx, made, kind); err != nil {
		return errs.Wrap(err, Code(err), "create %s", path)
	}
	if err := os.Link(made, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return errs.Wrap(err, Code(err), "create %s", path)
	}
	return syncDir(dir)
}

func build(ctx context.Context, path string, kind *Kind) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, err := connect(path, kind)
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(conn *sql.Conn) error {
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", kind.ApplicationID)); err != nil {
			return err
		}
		return db.migrate(ctx, conn)
	})
	if err == nil {
		_, err = db.sql.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	}
	return first(err, db.Close())
}

// first returns the error that came first; joining would hide its code and hint.
func first(err, later error) error {
	if err != nil {
		return err
	}
	return later
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return first(d.Sync(), d.Close())
}
