package postgresonline

import (
	"context"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/postgresdb"
)

// Options tunes a Driver. The zero value of every member means its default.
type Options struct {
	// Schema holds the tables and is made if it is missing. Default: the first of the user's search path.
	Schema string
	// Replicated makes every write wait until the synchronous standbys of the server have it on their disks. A write is
	// Unavailable if they have not confirmed it within five seconds.
	Replicated bool
}

// schema is the list of tables.
var schema = postgresdb.Schema{Name: "online store", Format: 1, Statements: []string{
	`CREATE TABLE IF NOT EXISTS truepoint_online_tables (name bytea PRIMARY KEY)`,
}}

// Open connects to the database at address (see postgresdb.Open) and makes the list of tables if it is missing. A server
// that acknowledges before it writes (synchronous_commit = off) is told otherwise for the driver's own sessions.
//
// Errors: InvalidArgument for an address that is none, Unavailable if the server cannot be reached, FailedPrecondition for
// cells of a newer release and for Replicated on a server without synchronous standbys, PermissionDenied if the user may not read what is there or make what is not.
func Open(ctx context.Context, address string, opt *Options) (*Driver, error) {
	var o Options
	if opt != nil {
		o = *opt
	}
	// A statement of few rows over a table that looks great must not wait for a compiler.
	address = with(address, "jit", "off")
	if o.Schema != "" {
		address = with(address, "search_path", pgx.Identifier{o.Schema}.Sanitize())
	}
	commit, err := prepare(ctx, address, &o)
	if err != nil {
		return nil, err
	}
	if o.Replicated { // what makes the tables need not wait for a standby: it has them before it has rows
		made, err := postgresdb.OpenWith(ctx, with(address, "synchronous_commit", "local"), schema)
		if err != nil {
			return nil, err
		}
		made.Close()
	}
	if commit != "" {
		address = with(address, "synchronous_commit", commit)
	}
	pool, err := postgresdb.OpenWith(ctx, address, schema)
	if err != nil {
		return nil, err
	}
	d := &Driver{pool: pool, replicated: o.Replicated, known: map[string]bool{}}
	if err := d.checkRights(ctx); err != nil {
		d.pool.Close()
		return nil, err
	}
	return d, nil
}

// with returns an address with one more parameter.
func with(address, name, value string) string {
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	return address + sep + name + "=" + strings.ReplaceAll(url.QueryEscape(value), "+", "%20") // pgx takes + for itself
}

// prepare makes sure that the schema is there and returns the synchronous_commit that the driver's sessions need, empty
// where that of the server is enough.
func prepare(ctx context.Context, address string, o *Options) (commit string, err error) {
	pool, err := postgresdb.Open(ctx, address)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	there := true
	var level, standbys string
	err = pool.QueryRow(ctx, `SELECT current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
		$1 = '' OR to_regnamespace(quote_ident($1)) IS NOT NULL`, o.Schema).Scan(&level, &standbys, &there)
	if err == nil && !there {
		_, err = pool.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{o.Schema}.Sanitize())
	}
	if err != nil {
		return "", errs.Wrap(err, postgresdb.Code(err), "open the online store in PostgreSQL").WithID("T0640").
			WithHint("check the address, that the server runs, and that its user may connect and create schema %q or uses one that is there", o.Schema)
	}
	if o.Replicated && standbys == "" {
		return "", errs.New(errs.FailedPrecondition, "PostgreSQL has no synchronous standby, and online_store says ack: replicated").WithID("T1003").
			WithHint("name standbys in the server's synchronous_standby_names, or take ack out: a write is then acknowledged once it is on the server's disk")
	}
	return commitLevel(level, o.Replicated), nil
}

// commitLevel returns the synchronous_commit to ask for instead of level, which is that of the server; empty where level
// does. Source: PostgreSQL's manual, "Write Ahead Log": on waits for the disks of the standbys, local for the server's own.
func commitLevel(level string, replicated bool) string {
	switch {
	case !replicated && level == "off":
		return "local"
	case replicated && level != "on" && level != "remote_apply":
		return "on"
	}
	return ""
}

// checkRights finds tables that the user may not read. Reading is enough to serve; a write without the right to it says
// so itself.
func (d *Driver) checkRights(ctx context.Context) error {
	names, err := d.listed(ctx)
	if err != nil {
		return d.refused(err)
	}
	relations := make([]string, len(names))
	for i, n := range names {
		relations[i] = relation(n)
	}
	var table string
	rows, err := d.pool.Query(ctx, `SELECT r FROM unnest($1::text[]) AS r WHERE NOT has_table_privilege(to_regclass(r), 'SELECT') LIMIT 1`, relations)
	if err == nil {
		table, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
	}
	switch {
	case err == nil:
		return denied("the user may not read table %s of the online store", table)
	case err == pgx.ErrNoRows:
		return nil
	}
	return errs.Wrap(err, postgresdb.Code(err), "open the online store in PostgreSQL").WithID("T0640")
}

// denied says that a right is missing.
func denied(format string, args ...any) *errs.Error {
	return errs.New(errs.PermissionDenied, format, args...).WithID("T0641").
		WithHint("as the owner: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA … TO …, and the same by ALTER DEFAULT PRIVILEGES for tables to come; SELECT is enough to serve")
}
