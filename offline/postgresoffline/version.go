package postgresoffline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/offline"
)

// A version says which rows of a table a transaction sees, without what is in them (docs/adr/0015-sql-engines.md). A row is
// never changed in place: it is written by one transaction, and ends with another. Those of the version are the rows that
// transactions up to last wrote; they are all there still if there are as many. Where transactions were under way that
// began before last, the rows since are hashed as well.
type version struct {
	database string // the cluster and its timeline, outside of which numbers of transactions mean nothing
	table    uint32
	columns  int64 // the last transaction that changed a column
	last     int64 // the last transaction that wrote one of the rows
	since    int64 // the first transaction whose rows are hashed; beyond last if there are none
	hash     string
	leaves   string // of a table with partitions or children, a hash of how many rows each has; empty for others
}

// leavesMark begins the word of a tag that is a hash of leaves.
const leavesMark = "leaves:"

// String returns the tag of the version in manifests. What was under way and wrote nothing stands not in it, so that equal
// states have equal tags.
func (v *version) String() string {
	text := fmt.Sprintf("%s %d %d %d", v.database, v.table, v.columns, v.last)
	if v.since <= v.last {
		text += fmt.Sprintf(" %d %s", v.since, v.hash)
	}
	if v.leaves != "" {
		text += " " + leavesMark + v.leaves
	}
	return text
}

// parseVersion reads a tag; ok is false for one of another kind.
func parseVersion(tag string) (v version, ok bool) {
	if before, leaves, found := strings.Cut(tag, " "+leavesMark); found {
		tag, v.leaves = before, leaves
	}
	n, _ := fmt.Sscan(tag, &v.database, &v.table, &v.columns, &v.last, &v.since, &v.hash)
	if n == 4 {
		v.since = v.last + 1
	}
	return v, n == 4 || n == 6
}

// A survey finds out the version of a table.
type survey struct {
	tx      pgx.Tx
	place   *place
	next    int64 // no visible row was written by this transaction or a later one
	parent  bool  // rows stand in partitions or children
	version version
}

// newSurvey looks at the catalog. It returns nil for what is no table: rows of a view, a foreign table, or a table with one
// of these among its partitions, have no writer of this cluster.
func newSurvey(ctx context.Context, tx pgx.Tx, p *place) (*survey, error) {
	if p.table == nil {
		return nil, nil
	}
	s := &survey{tx: tx, place: p}
	var stored bool
	err := tx.QueryRow(ctx, family("to_regclass($1)")+`SELECT (SELECT bool_and(relkind IN ('r', 'm', 'p')) FROM pg_class JOIN family USING (oid)), relkind = 'p' OR (SELECT count(*) > 1 FROM family), oid,
		(SELECT CAST(system_identifier AS text) FROM pg_control_system()) || '/' || (SELECT CAST(timeline_id AS text) FROM pg_control_checkpoint()),
		CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint), CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)
		FROM pg_class WHERE oid = to_regclass($1)`, p.from).Scan(&stored, &s.parent, &s.version.table, &s.version.database, &s.version.since, &s.next)
	if err != nil || !stored {
		return nil, err
	}
	err = tx.QueryRow(ctx, family("$1")+"SELECT max("+s.writer()+") FROM pg_attribute AS q WHERE attrelid IN (SELECT oid FROM family) AND attnum > 0", s.version.table).Scan(&s.version.columns)
	return s, err
}

// family is the beginning of a statement that knows a table, its partitions and children, and theirs.
func family(table string) string {
	return "WITH RECURSIVE family AS (SELECT CAST(" + table + " AS oid) AS oid UNION SELECT inhrelid FROM pg_inherits JOIN family ON inhparent = family.oid) "
}

// writer is the number of the transaction that wrote a row: the row has its lower half, and it is less than 2³² ago. Of a
// row that is frozen it may be longer ago, and the number one that is too great: then a version is not found again though
// it could be, never taken for one that it is not.
func (s *survey) writer() string {
	return fmt.Sprintf("(%d - ((%d - CAST(CAST(q.xmin AS text) AS bigint)) & 4294967295))", s.next, s.next)
}

// now returns the present version. It counts the rows, and reads those of transactions that began when others were under way.
func (s *survey) now(ctx context.Context) (offline.File, error) {
	return s.file(ctx, "", fmt.Sprintf("coalesce(max(%s), 0)", s.writer()))
}

// pinned returns the version of a manifest as it is found now, with the condition that its rows meet; ok is false if it can
// be no version of this table, or not of these columns.
func (s *survey) pinned(ctx context.Context, tag string, columns []string) (f offline.File, where string, ok bool, err error) {
	v, ok := parseVersion(tag)
	if !ok || v.database != s.version.database || v.table != s.version.table {
		return f, "", false, nil
	}
	where = fmt.Sprintf(" WHERE %s <= %d", s.writer(), v.last)
	tables := "CAST($1 AS oid)"
	if s.parent { // a partition may have been changed while it was none
		tables += " UNION SELECT q.tableoid FROM " + s.place.from + " AS q" + where
	}
	var changed bool
	err = s.tx.QueryRow(ctx, fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM pg_attribute AS q WHERE attrelid IN (SELECT %s) AND attname = ANY($2) AND %s > %d)", tables, s.writer(), v.columns),
		v.table, columns).Scan(&changed)
	if err != nil || changed {
		return f, "", false, err
	}
	s.version = v
	f, err = s.file(ctx, where, fmt.Sprint(v.last))
	return f, where, true, err
}

// file counts the rows that meet a condition.
func (s *survey) file(ctx context.Context, where, last string) (offline.File, error) {
	f := offline.File{Path: s.place.name}
	v := &s.version
	leaves := "''"
	if s.parent {
		leaves = "CAST(coalesce(sum(hashint8extended(CAST(q.tableoid AS bigint), 0)), 0) AS text)"
	}
	err := s.tx.QueryRow(ctx, fmt.Sprintf("SELECT count(*), %s, CAST(coalesce(sum(%s) FILTER (WHERE %s >= %d), 0) AS text), %s FROM %s AS q%s",
		last, contents, s.writer(), v.since, leaves, s.place.from, where)).Scan(&f.Size, &v.last, &v.hash, &v.leaves)
	f.Tag = v.String()
	return f, err
}

// contents is a hash of what is in a row.
const contents = "hashtextextended(CAST(q.* AS text), 0)"

// hashed returns what a manifest says of rows that have no version: their number, and a hash of what is in them. It reads
// them all.
func hashed(ctx context.Context, tx pgx.Tx, p *place) (offline.File, error) {
	from := p.from
	if p.table != nil {
		from += " AS q"
	}
	f := offline.File{Path: p.name}
	err := tx.QueryRow(ctx, "SELECT count(*), CAST(coalesce(sum("+contents+"), 0) AS text) FROM "+from).Scan(&f.Size, &f.Tag)
	return f, err
}

// pushedFile is the entry of a table of pushes in a manifest: its rows are those up to a sequence.
func pushedFile(p *place, rows, last int64) offline.File {
	return offline.File{Path: p.name, Size: rows, Tag: fmt.Sprint(last)}
}

// manifests returns what a join reads of relations.
func (d *Driver) manifests(ctx context.Context, tx pgx.Tx, relations []*relation) ([]offline.Manifest, error) {
	out := make([]offline.Manifest, len(relations))
	for i, r := range relations {
		before := slices.IndexFunc(relations[:i], func(o *relation) bool { return o.source == r.source })
		if before >= 0 {
			out[i] = out[before]
			continue
		}
		var err error
		if out[i], err = r.manifest(ctx, tx); err != nil {
			return nil, d.failed(err, r.source)
		}
	}
	return out, nil
}

// manifest returns what a join reads of a relation: no files for rows without a version, since to hash them would run the
// query again.
func (r *relation) manifest(ctx context.Context, tx pgx.Tx) (m offline.Manifest, err error) {
	s, err := newSurvey(ctx, tx, &r.main)
	if err != nil || s == nil {
		return m, err
	}
	f, err := s.now(ctx)
	if err != nil {
		return m, err
	}
	m.Files = append(m.Files, f)
	if r.pushes.columns == nil {
		return m, nil
	}
	rows, last, err := r.pushes.upto(ctx, tx, everything)
	if err != nil {
		return offline.Manifest{}, err
	}
	if rows > 0 {
		m.Files = append(m.Files, pushedFile(&r.pushes, rows, last))
	}
	return m, nil
}

// everything is the sequence up to which all pushes are.
const everything = int64(1<<63 - 1)

// upto counts the rows of a table of pushes up to a sequence, and returns the greatest of theirs.
func (p *place) upto(ctx context.Context, tx pgx.Tx, sequence int64) (rows, last int64, err error) {
	err = tx.QueryRow(ctx, "SELECT count(*), coalesce(max("+offline.SequenceColumn+"), 0) FROM "+p.from+" WHERE "+offline.SequenceColumn+" <= $1", sequence).Scan(&rows, &last)
	return rows, last, err
}
