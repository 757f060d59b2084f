package postgresoffline_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/postgresoffline"
	"github.com/truepoint/truepoint/value"
)

// numbers reads column id of a source, as pinned if that is not nil, with the manifest of what was read.
func numbers(t *testing.T, s *store, src *feature.Source, pinned *offline.Manifest) ([]int64, offline.Manifest, error) {
	t.Helper()
	snap, err := s.driver.Open(t.Context(), src, []value.Field{{Name: "id", Type: value.Scalar(value.Int64)}}, pinned)
	if err != nil {
		return nil, offline.Manifest{}, err
	}
	defer func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out []int64
	for _, p := range snap.Parts() {
		c := new(value.Column)
		if err := p.Read(t.Context(), []string{"id"}, []*value.Column{c}); err != nil {
			t.Fatal(err)
		}
		out = append(out, c.Ints...)
	}
	slices.Sort(out)
	return out, snap.Manifest(), nil
}

// three makes a table of the numbers 1 to 3, and returns it with its present manifest.
func three(t *testing.T, s *store) (*feature.Source, offline.Manifest) {
	t.Helper()
	s.exec(t, "CREATE TABLE t (id bigint, q int)", "INSERT INTO t VALUES (1, 0), (2, 0)", "INSERT INTO t VALUES (3, 0)")
	src := &feature.Source{Name: "t", Type: "postgres", Table: "t", TimestampField: "id"}
	got, m, err := numbers(t, s, src, nil)
	if err != nil || !slices.Equal(got, []int64{1, 2, 3}) || len(m.Files) != 1 || m.Files[0].Size != 3 {
		t.Fatalf("got %v, %+v, %v", got, m, err)
	}
	return src, m
}

func TestAVersionIsFoundAgainWithoutRowsThatCameLater(t *testing.T) {
	t.Parallel()
	for name, after := range map[string][]string{
		"nothing happened":       nil,
		"rows came":              {"INSERT INTO t VALUES (4, 0)", "INSERT INTO t SELECT 5 FROM generate_series(1, 1000)"},
		"rows came and went":     {"INSERT INTO t VALUES (4, 0)", "DELETE FROM t WHERE id = 4"},
		"the table was packed":   {"INSERT INTO t VALUES (4, 0)", "VACUUM (FULL, FREEZE) t"},
		"a column came":          {"ALTER TABLE t ADD COLUMN more int DEFAULT 7"},
		"an update was undone":   {"BEGIN", "UPDATE t SET id = 9", "ROLLBACK"},
		"another column changed": {"ALTER TABLE t RENAME COLUMN q TO r"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			src, m := three(t, s)
			s.exec(t, after...)
			got, again, err := numbers(t, s, src, &m)
			if err != nil || !slices.Equal(got, []int64{1, 2, 3}) || !slices.Equal(again.Files, m.Files) {
				t.Errorf("got %v, %+v, %v, want the rows of %+v", got, again, err, m)
			}
		})
	}
}

func TestAVersionWhoseRowsChangedIsRefused(t *testing.T) {
	t.Parallel()
	for name, after := range map[string][]string{
		"an update":              {"UPDATE t SET q = 1 WHERE id = 2"},
		"a delete and an insert": {"DELETE FROM t WHERE id = 2", "INSERT INTO t VALUES (2, 0)"},
		"the same rows again":    {"TRUNCATE t", "INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)"},
		"another table":          {"DROP TABLE t", "CREATE TABLE t AS SELECT i AS id, 0 AS q FROM generate_series(1, 3) AS i"},
		"another column":         {"ALTER TABLE t DROP COLUMN id", "ALTER TABLE t ADD COLUMN id bigint DEFAULT 8"},
		"columns that swap":      {"ALTER TABLE t RENAME COLUMN id TO x", "ALTER TABLE t RENAME COLUMN q TO id"},
		"a view of its name":     {"ALTER TABLE t RENAME TO u", "CREATE VIEW t AS SELECT * FROM u"},
		"a child":                {"CREATE TABLE u () INHERITS (t)", "INSERT INTO u VALUES (1, 0)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			src, m := three(t, s)
			s.exec(t, after...)
			if got, again, err := numbers(t, s, src, &m); errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), ".t changed") {
				t.Errorf("got %v, %+v, %v, want FailedPrecondition", got, again, err)
			}
		})
	}
}

// Transactions are under way while the version is taken. One of them began first, wrote in a transaction within it, and ends
// later: its rows are no part of the version, though their number is less than that of the last row.
func TestAVersionTakenAmongTransactionsIsFoundAgainOrRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.exec(t, "CREATE TABLE t (id bigint, q int)")
	early, err := pgx.Connect(t.Context(), s.conn.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer early.Close(context.Background())
	run := func(statements ...string) {
		t.Helper()
		for _, text := range statements {
			if _, err := early.Exec(t.Context(), text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	run("SET search_path = "+s.schema, "BEGIN", "INSERT INTO t VALUES (10, 0)", "SAVEPOINT a", "INSERT INTO t VALUES (11, 0)", "RELEASE SAVEPOINT a")
	s.exec(t, "INSERT INTO t VALUES (1, 0)", "INSERT INTO t VALUES (2, 0)")
	src := &feature.Source{Name: "t", Type: "postgres", Table: "t", TimestampField: "id"}
	got, m, err := numbers(t, s, src, nil)
	if err != nil || !slices.Equal(got, []int64{1, 2}) {
		t.Fatalf("got %v, %v", got, err)
	}
	if got, _, err = numbers(t, s, src, &m); err != nil || !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("while it is under way: got %v, %v", got, err)
	}
	s.exec(t, "INSERT INTO t VALUES (3, 0)")
	if got, _, err = numbers(t, s, src, &m); err != nil || !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("after a later row: got %v, %v", got, err)
	}
	run("COMMIT")
	if got, _, err = numbers(t, s, src, &m); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("after it ended: got %v, %v, want a refusal", got, err)
	}
	s.exec(t, "DELETE FROM t WHERE id IN (1, 2)") // as many rows as the version had
	if got, _, err = numbers(t, s, src, &m); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("with others in their place: got %v, %v, want a refusal", got, err)
	}
}

func TestAVersionNeedsNoRightBesideReading(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	three(t, s)
	role := "reader_" + s.schema
	s.exec(t, "CREATE ROLE "+role, "GRANT USAGE ON SCHEMA "+s.schema+" TO "+role, "GRANT SELECT ON t TO "+role)
	defer s.exec(t, "DROP OWNED BY "+role, "DROP ROLE "+role)
	d, err := postgresoffline.Open(t.Context(), s.conn.Config().ConnString()+"&role="+role, s.schema)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	snap, err := d.Open(t.Context(), &feature.Source{Name: "t", Type: "postgres", Table: "t", TimestampField: "id"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := snap.Close(); err != nil {
		t.Error(err)
	}
}
