package postgresoffline_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/postgresoffline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// cells reads a column of a source as text.
func cells(t *testing.T, d offline.Driver, s *feature.Source, f value.Field) (string, error) {
	t.Helper()
	snap, err := d.Open(t.Context(), s, []value.Field{f}, nil)
	if err != nil {
		return "", err
	}
	defer snap.Close()
	var out []string
	for _, p := range snap.Parts() {
		c := new(value.Column)
		if err := p.Read(t.Context(), []string{f.Name}, []*value.Column{c}); err != nil {
			return "", err
		}
		for i := range c.Len() {
			out = append(out, pittest.Text(c.At(i)))
		}
	}
	return strings.Join(out, " "), nil
}

func TestTypesAreReadExactly(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for i, c := range []struct{ sql, typ, want string }{
		{"1234567890123456789012345678901234567890.000100::numeric, -0.5::numeric, 0::numeric, 10000.0001::numeric, 1e10::numeric, null::numeric", "Decimal",
			"1234567890123456789012345678901234567890.000100 -0.5 0 10000.0001 10000000000 null"},
		{"9223372036854775807::bigint, -5::bigint", "Int64", "9223372036854775807 -5"},
		{"7::smallint", "Int32", "7"},
		{"'2026-03-12 12:00:00.000001+09'::timestamptz, '0001-01-01 00:00:00Z'::timestamptz", "UnixTimestamp", "2026-03-12T03:00:00.000001Z 0001-01-01T00:00:00Z"},
		{"'2026-03-12 12:00:00'::timestamp", "UnixTimestamp", "2026-03-12T03:00:00Z"}, // Seoul
		{"'1969-12-31'::date", "Date", "-1"},
		{"'x'::char(4), 'ü'::char(4)", "String", "x ü"},
		{"'{1,null,3}'::int[], '{}'::int[]", "Array(Int32)", "[1 null 3] []"},
		{`'{"b": 1, "a": [1.50]}'::jsonb`, "Json", `{"a": [1.50], "b": 1}`},
		{"'192.168.0.1'::inet", "String", "192.168.0.1/32"},
		{"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "Uuid", "a0eebc999c0b4ef8bb6d6bb9bd380a11"},
		{`'\x00ff'::bytea`, "Bytes", ""},
		{"'NaN'::float4, '-0'::float4", "Float32", "NaN -0"},
	} {
		src := &feature.Source{Name: "s", Type: "postgres", TimestampField: "at", Timezone: "Asia/Seoul",
			Query: "SELECT x FROM unnest(ARRAY[" + c.sql + "]) AS x"}
		if strings.HasPrefix(c.typ, "Array") { // arrays of arrays are matrices
			src.Query = "SELECT '{1,null,3}'::int[] AS x UNION ALL SELECT '{}'::int[]"
		}
		typ, err := value.ParseType(c.typ)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := s.driver.Columns(t.Context(), src)
		if err != nil || len(fields) != 1 || !fields[0].Type.Equal(typ) {
			t.Errorf("%d: columns %v, %v, want %s", i, fields, err, typ)
			continue
		}
		got, err := cells(t, s.driver, src, value.Field{Name: "x", Type: typ})
		if err != nil || c.want != "" && got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.sql, got, err, c.want)
		}
	}
}

func TestValuesThatAreNoneAreErrorsWithRowAndColumn(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for sql, typ := range map[string]value.Type{
		"'infinity'::timestamptz": value.Scalar(value.UnixTimestamp), "'NaN'::numeric": value.Scalar(value.Decimal),
		"'-infinity'::date": value.Scalar(value.Date), "300000000000::bigint": value.Scalar(value.Int32),
		"'2026-03-08 02:30:00'::timestamp": value.Scalar(value.UnixTimestamp), // the gap of New York
	} {
		src := &feature.Source{Name: "s", Type: "postgres", TimestampField: "at", Timezone: "America/New_York", Query: "SELECT " + sql + " AS x"}
		_, err := cells(t, s.driver, src, value.Field{Name: "x", Type: typ})
		if err == nil || !strings.Contains(err.Error(), "row 1") || !strings.Contains(err.Error(), `"x"`) {
			t.Errorf("%s: got %v, want an error with row and column", sql, err)
		}
	}
}

func TestQueriesThatWriteAreRefusedTwice(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.exec(t, "CREATE TABLE "+s.schema+".kept AS SELECT 1 AS a",
		"CREATE FUNCTION "+s.schema+".sly() RETURNS int LANGUAGE sql AS 'INSERT INTO "+s.schema+".kept VALUES (2) RETURNING a'")
	for _, query := range []string{
		"DELETE FROM kept", "SELECT 1; DELETE FROM kept", "WITH d AS (DELETE FROM kept RETURNING a) SELECT * FROM d", // by the gate
		"SELECT " + s.schema + ".sly() AS a", // by the transaction
	} {
		src := &feature.Source{Name: "s", Type: "postgres", Query: query, TimestampField: "a"}
		if _, err := cells(t, s.driver, src, value.Field{Name: "a", Type: value.Scalar(value.Int64)}); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", query, err)
		}
	}
	var n int
	if err := s.conn.QueryRow(t.Context(), "SELECT count(*) FROM "+s.schema+".kept").Scan(&n); err != nil || n != 1 {
		t.Errorf("the table has %d rows, %v, want the one that it had", n, err)
	}
}

func TestSnapshotSeesOneState(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	s.exec(t, "CREATE TABLE "+s.schema+".t AS SELECT i AS id FROM generate_series(1, 120000) AS i")
	for _, src := range []*feature.Source{
		{Name: "table", Type: "postgres", Table: "t", TimestampField: "id"},
		{Name: "query", Type: "postgres", Query: "SELECT id FROM " + s.schema + ".t ORDER BY random()", TimestampField: "id"},
	} {
		snap, err := s.driver.Open(t.Context(), src, []value.Field{{Name: "id", Type: value.Scalar(value.Int64)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.exec(t, "UPDATE "+s.schema+".t SET id = -1 WHERE id % 2 = 0")
		if len(snap.Parts()) != 3 {
			t.Fatalf("got %d parts, want 3", len(snap.Parts()))
		}
		var sums [2]int64
		for round := range sums { // the second time backwards
			for i := range snap.Parts() {
				p, c := snap.Parts()[i], new(value.Column)
				if round == 1 {
					p = snap.Parts()[2-i]
				}
				if err := p.Read(t.Context(), []string{"id"}, []*value.Column{c}); err != nil {
					t.Fatal(err)
				}
				for k, n := range c.Ints {
					sums[round] += n * int64(k%7+1)
				}
			}
		}
		if sums[0] != sums[1] || sums[0] < 120000*60000 {
			t.Errorf("%s: got %v, want the same rows twice and none of later", src.Name, sums)
		}
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
		s.exec(t, "TRUNCATE "+s.schema+".t", "INSERT INTO "+s.schema+".t SELECT generate_series(1, 120000)")
	}
}

func TestAContextThatEndsStopsTheServerToo(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	var ended time.Time
	stop := time.AfterFunc(50*time.Millisecond, func() { ended = time.Now(); cancel() })
	defer stop.Stop()
	_, err := s.driver.Columns(ctx, &feature.Source{Name: "s", Type: "postgres", Query: "SELECT count(*) AS a FROM generate_series(1, 1000000000) AS i"})
	if err == nil {
		_, err = s.driver.Open(ctx, &feature.Source{Name: "slow", Type: "postgres", Query: "SELECT count(*) AS a FROM generate_series(1, 1000000000) AS i"},
			[]value.Field{{Name: "a", Type: value.Scalar(value.Int64)}}, nil)
	}
	if took := time.Since(ended); errs.CodeOf(err) != errs.Canceled || took > 100*time.Millisecond {
		t.Errorf("got %v after %v, want Canceled within 100 ms", err, took)
	}
	deadline, end := context.WithTimeout(t.Context(), 5*time.Second)
	defer end()
	for left := 1; left > 0; {
		if err := s.conn.QueryRow(deadline, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%AS \"slow\"%1000000000%' AND pid <> pg_backend_pid()").Scan(&left); err != nil {
			t.Fatalf("the statement goes on: %v", err)
		}
	}
}

// pushed returns a source with rows of its own and of a push, and a join over it.
func pushed(t *testing.T, s *store, change func(*feature.Source)) *offline.Join {
	t.Helper()
	s.exec(t, "CREATE TABLE "+s.schema+".t (k text, at timestamptz, v int)",
		"INSERT INTO "+s.schema+".t VALUES ('a', '2026-01-01Z', 1), ('a', '2026-01-02Z', 2), (NULL, '2026-01-02Z', 3)")
	src := &feature.Source{Name: "s", Type: "postgres", Table: "t", TimestampField: "at"}
	push := &value.Batch{}
	for name, v := range map[string]value.Value{"k": value.OfString("a"), "at": value.OfInstant(1767312000e6), "v": value.OfInt32(9), offline.ArrivalColumn: value.OfInstant(1767312000e6)} {
		c := value.NewColumn(value.Scalar(v.Kind()), 1)
		c.Append(v)
		push.Add(name, c)
	}
	if err := s.driver.Append(t.Context(), src, "one", push); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(src)
	}
	keys := value.NewColumn(value.Scalar(value.String), 2)
	keys.Append(value.OfString("a"))
	keys.Append(value.OfString("b"))
	spine := &value.Batch{}
	spine.Add("k", keys)
	return &offline.Join{
		Plan: &pit.Plan{WantCreated: true, Spine: pit.Spine{Columns: spine, AsOf: []eventtime.Instant{1767400000e6, 1767400000e6}}, Views: []pit.ViewScan{{
			Name: "v", Spine: []string{"k"}, Layout: pit.Layout{Keys: []string{"k"}, Event: "at", Features: []string{"v"}, FeatureTypes: []value.Type{value.Scalar(value.Int64)}},
		}}},
		Sources: []*feature.Source{src}, Settle: [][]value.Field{{{Name: "v", Type: value.Scalar(value.Int64)}}},
	}
}

func TestPushedRowsAnswerInTheDatabase(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	j := pushed(t, s, nil)
	got, err := s.driver.Join(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	v := got.Views[0]
	if fmt.Sprint(v.Status) != "[PRESENT NOT_FOUND]" || v.Columns[0].Ints[0] != 9 || v.Created[0] != 1767312000e6 || v.Report.Read != 4 || v.Report.RejectedKey != 1 {
		t.Errorf("got %+v, %v", v, v.Columns[0].Ints)
	}
	open, err := s.driver.Open(t.Context(), j.Sources[0], nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if read := got.Read[0].Files; len(read) != 2 || !slices.Equal(read, open.Manifest().Files) {
		t.Errorf("the join read %+v, a snapshot %+v", read, open.Manifest().Files)
	}
	if text, err := s.driver.Script(t.Context(), j); err != nil || !strings.Contains(text, "UNION ALL") {
		t.Errorf("script: %v\n%s", err, text)
	}
}

func TestJoinsThatTheDatabaseWouldAnswerOtherwiseGoElsewhere(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(j *offline.Join){
		"a time without a zone": func(j *offline.Join) {
			j.Sources[0].Table, j.Sources[0].Timezone = "", "Asia/Seoul"
			j.Sources[0].Query = "SELECT 'a'::text AS k, now()::timestamp AS at, 1 AS v"
		},
		"a key of another type": func(j *offline.Join) {
			j.Sources[0].Table, j.Sources[0].Query = "", "SELECT 1 AS k, now() AS at, 1 AS v"
		},
		"a text as a time": func(j *offline.Join) {
			j.Sources[0].Table, j.Sources[0].Query = "", "SELECT 'a'::text AS k, '2026-01-01' AS at, 1 AS v"
		},
		"a missing column":  func(j *offline.Join) { j.Plan.Views[0].Layout.Features[0] = "nope" },
		"a key with a zero": func(j *offline.Join) { j.Plan.Spine.Columns.Columns[0].Texts[0] = "a\x00" },
		"a tie_break of json": func(j *offline.Join) {
			j.Sources[0].Table, j.Sources[0].Query = "", "SELECT 'a'::text AS k, now() AS at, '{}'::json AS v"
			j.Plan.Views[0].Layout.TieBreak = []string{"v"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			j := pushed(t, s, nil)
			change(j)
			if _, err := s.driver.Join(t.Context(), j); errs.CodeOf(err) != errs.Unimplemented {
				t.Errorf("got %v, want Unimplemented", err)
			}
		})
	}
}

func TestServerThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	d, err := postgresoffline.Open(t.Context(), "postgresql://u:hunter2@127.0.0.1:1/db", "")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	_, err = d.Columns(t.Context(), &feature.Source{Name: "s", Type: "postgres", Table: "t"})
	if errs.CodeOf(err) != errs.Unavailable || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want Unavailable without the password", err)
	}
}
