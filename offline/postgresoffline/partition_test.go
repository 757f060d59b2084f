package postgresoffline_test

import (
	"slices"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
)

// parted makes a table of the numbers 1 to 3 in two partitions, beside an empty one, and returns it with its present manifest.
func parted(t *testing.T, s *store) (*feature.Source, offline.Manifest) {
	t.Helper()
	s.exec(t, "CREATE TABLE t (id bigint, q int) PARTITION BY RANGE (id)", "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (3)",
		"CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (3) TO (10) PARTITION BY LIST (id)", "CREATE TABLE t2a PARTITION OF t2 DEFAULT",
		"CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (10) TO (20)", "INSERT INTO t VALUES (1, 0), (2, 0)", "INSERT INTO t VALUES (3, 0)")
	src := &feature.Source{Name: "t", Type: "postgres", Table: "t", TimestampField: "id"}
	got, m, err := numbers(t, s, src, nil)
	if err != nil || !slices.Equal(got, []int64{1, 2, 3}) || len(m.Files) != 1 || m.Files[0].Size != 3 {
		t.Fatalf("got %v, %+v, %v", got, m, err)
	}
	return src, m
}

func TestAVersionOfPartitionsIsFoundAgainWithoutRowsThatCameLater(t *testing.T) {
	t.Parallel()
	for name, after := range map[string][]string{
		"nothing happened":              nil,
		"rows came":                     {"INSERT INTO t VALUES (4, 0), (1, 5), (12, 0)"},
		"a partition came":              {"CREATE TABLE t4 PARTITION OF t FOR VALUES FROM (20) TO (30)", "INSERT INTO t VALUES (21, 0)"},
		"an empty partition went":       {"DROP TABLE t3"},
		"a partition was packed":        {"VACUUM (FULL, FREEZE) t1"},
		"a column came":                 {"ALTER TABLE t ADD COLUMN more int DEFAULT 7"},
		"rows came, a column of a leaf": {"CREATE TABLE t4 PARTITION OF t FOR VALUES FROM (20) TO (30)", "ALTER TABLE t4 ALTER COLUMN id SET DEFAULT 21"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			src, m := parted(t, s)
			s.exec(t, after...)
			got, again, err := numbers(t, s, src, &m)
			if err != nil || !slices.Equal(got, []int64{1, 2, 3}) || !slices.Equal(again.Files, m.Files) {
				t.Errorf("got %v, %+v, %v, want the rows of %+v", got, again, err, m)
			}
		})
	}
}

func TestAVersionOfPartitionsWhoseRowsChangedIsRefused(t *testing.T) {
	t.Parallel()
	for name, after := range map[string][]string{
		"an update":          {"UPDATE t SET q = 1 WHERE id = 2"},
		"a row moved":        {"UPDATE t SET id = 3 WHERE id = 2"},
		"a partition went":   {"ALTER TABLE t DETACH PARTITION t1"},
		"it came back":       {"ALTER TABLE t DETACH PARTITION t1", "ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (3)"}, // changed for all that is known
		"the same again":     {"TRUNCATE t1", "INSERT INTO t VALUES (1, 0), (2, 0)"},
		"columns that swap":  {"ALTER TABLE t RENAME COLUMN id TO x", "ALTER TABLE t RENAME COLUMN q TO id"},
		"a child like it":    {"ALTER TABLE t RENAME TO u", "CREATE TABLE t (id bigint, q int)", "INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)"},
		"another table came": {"ALTER TABLE t DETACH PARTITION t1", "ALTER TABLE older ADD CHECK (id >= 0 AND id < 3)", "ALTER TABLE t ATTACH PARTITION older FOR VALUES FROM (0) TO (3)"},
		"a column of a partition that was away": {"ALTER TABLE t DETACH PARTITION t1", "ALTER TABLE t1 DROP COLUMN q", "ALTER TABLE t1 ADD COLUMN q int DEFAULT 9",
			"ALTER TABLE t1 DROP COLUMN id", "ALTER TABLE t1 ADD COLUMN id bigint NOT NULL DEFAULT 1", "ALTER TABLE t ATTACH PARTITION t1 FOR VALUES FROM (0) TO (3)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			s.exec(t, "CREATE TABLE older (id bigint, q int)", "INSERT INTO older VALUES (1, 7), (2, 7)") // as many rows as t1, written earlier
			src, m := parted(t, s)
			s.exec(t, after...)
			if got, again, err := numbers(t, s, src, &m); errs.CodeOf(err) != errs.FailedPrecondition {
				t.Errorf("got %v, %+v, %v, want FailedPrecondition", got, again, err)
			}
		})
	}
}

func TestAVersionOfChildrenIsFoundAgain(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.exec(t, "CREATE TABLE t (id bigint, q int)", "CREATE TABLE u () INHERITS (t)", "INSERT INTO t VALUES (1, 0)", "INSERT INTO u VALUES (2, 0)")
	src := &feature.Source{Name: "t", Type: "postgres", Table: "t", TimestampField: "id"}
	got, m, err := numbers(t, s, src, nil)
	if err != nil || !slices.Equal(got, []int64{1, 2}) {
		t.Fatalf("got %v, %v", got, err)
	}
	s.exec(t, "INSERT INTO u VALUES (3, 0)")
	if got, _, err = numbers(t, s, src, &m); err != nil || !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("after a later row: got %v, %v", got, err)
	}
	s.exec(t, "ALTER TABLE u NO INHERIT t")
	if got, _, err = numbers(t, s, src, &m); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("without its child: got %v, %v, want a refusal", got, err)
	}
}
