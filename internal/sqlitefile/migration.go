package sqlitefile

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/truepoint/truepoint/errs"
)

// definitions is the kind of the file that the registry and the operational state share. Its application id is "TrPt".
var definitions = Kind{ApplicationID: 0x54725074, Migrations: []string{
	// Format 1. An object row is one version of one object, current while to_revision is null; crc guards its body.
	// A revision's checksum covers its commit and the checksum before it. A state row's floor is what versions of
	// new keys start above, so that versions grow over deletes.
	`CREATE TABLE truepoint_revisions (
		project  TEXT NOT NULL,
		revision INTEGER NOT NULL,
		time_us  INTEGER NOT NULL,
		author   TEXT NOT NULL,
		message  TEXT NOT NULL,
		changed  TEXT NOT NULL,
		checksum BLOB NOT NULL,
		PRIMARY KEY (project, revision)
	) WITHOUT ROWID;
	CREATE TABLE truepoint_objects (
		project       TEXT NOT NULL,
		kind          TEXT NOT NULL,
		name          TEXT NOT NULL,
		from_revision INTEGER NOT NULL,
		to_revision   INTEGER,
		body          BLOB NOT NULL,
		crc           INTEGER NOT NULL
	);
	CREATE UNIQUE INDEX truepoint_objects_current ON truepoint_objects (project, kind, name) WHERE to_revision IS NULL;
	CREATE INDEX truepoint_objects_past ON truepoint_objects (project, from_revision) WHERE to_revision IS NOT NULL;
	CREATE TABLE truepoint_state (
		key     TEXT NOT NULL PRIMARY KEY,
		version INTEGER NOT NULL,
		value   BLOB NOT NULL
	) WITHOUT ROWID;
	CREATE TABLE truepoint_state_floor (
		one   INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
		floor INTEGER NOT NULL
	);
	INSERT INTO truepoint_state_floor VALUES (1, 0);`,
}}

// migrate brings the file from its format to the newest inside the caller's transaction.
func (db *DB) migrate(ctx context.Context, conn *sql.Conn) error {
	found, err := db.format(ctx, conn)
	if err != nil {
		return err
	}
	for i := found; i < db.kind.Format(); i++ {
		if _, err := conn.ExecContext(ctx, db.kind.Migrations[i]); err != nil {
			return errs.Wrap(err, Code(err), "bring %s to format %d", db.path, i+1)
		}
	}
	// PRAGMA takes no parameters; the number is our constant.
	_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", db.kind.Format()))
	return err
}

// format returns the file's format. Errors: FailedPrecondition for one newer than the newest known.
func (db *DB) format(ctx context.Context, conn *sql.Conn) (int, error) {
	var found int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&found); err != nil {
		return 0, errs.Wrap(err, Code(err), "read the format of %s", db.path)
	}
	if found > db.kind.Format() || found < 0 {
		return 0, errs.New(errs.FailedPrecondition, "%s has format %d, this release reads up to %d", db.path, found, db.kind.Format()).
			WithID("T0402").WithHint("use a newer truepoint; see truepoint version")
	}
	return found, nil
}
