//go:build duckdb

package duckdboffline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/offline/duckdboffline"
	"github.com/truepoint/truepoint/offline/fileoffline"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// library is a directory with sources: files in Parquet, a directory with a partition, and a text file.
type library struct {
	dir     string
	joiner  *duckdboffline.Joiner
	sources []*feature.Source
}

func newLibrary(t *testing.T) *library {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "tx.parquet"), lines(line{"a", 1, 1}, line{"b", 2, 2}, line{"", 3, 3}))
	write(t, filepath.Join(dir, "days", "day=mon", "x.parquet"), lines(line{"a", 1, 10}))
	write(t, filepath.Join(dir, "days", "day=tue", "x.parquet"), lines(line{"b", 1, 20}))
	write(t, filepath.Join(dir, "secret.parquet"), lines(line{"s", 1, 42}))
	if err := os.WriteFile(filepath.Join(dir, "cities.csv"), []byte("k,at\na,2026-01-01T00:00:00Z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := fileoffline.New(dir, nil)
	t.Cleanup(func() { files.Close() })
	source := func(name, path string) *feature.Source {
		return &feature.Source{Name: name, Type: feature.FileSource, Path: path, TimestampField: "at"}
	}
	return &library{dir, duckdboffline.New(files, dir, nil), []*feature.Source{source("tx", "tx.parquet"), source("days", "days"), source("cities", "cities.csv")}}
}

func (l *library) ask(t *testing.T, text string) (*value.Batch, error) {
	t.Helper()
	return l.joiner.Query(t.Context(), &offline.Query{Text: text, Sources: l.sources})
}

func TestAQueryReadsSourcesAsTables(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for text, want := range map[string]string{
		"SELECT k, v FROM tx WHERE v < 3 ORDER BY v DESC":                                         "k:b,a v:2,1",
		"WITH big AS (SELECT * FROM Tx) SELECT sum(v)::BIGINT AS n, max(\"at\") AS last FROM big": "n:6 last:2026-03-12T11:00:00Z",
		"SELECT d.day, t.v + d.v AS v FROM tx AS t JOIN days AS d USING (k) ORDER BY v;":          "day:mon,tue v:11,22",
		"SELECT list(v ORDER BY v) AS all_of, NULL::DOUBLE AS nothing FROM tx":                    "all_of:[1 2 3] nothing:null",
		"SELECT TIMESTAMP '2026-01-01 00:00:00' AS at, DATE '2026-01-02' AS day, true AS b":       "at:2026-01-01T00:00:00Z day:20455 b:true",
		"SELECT k, i FROM tx, range(2) AS r(i) WHERE v = 1 ORDER BY i":                            "k:a,a i:0,1",
		"SELECT k FROM tx WHERE false":                                                            "k:",
	} {
		got, err := l.ask(t, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if said := said(got); said != want {
			t.Errorf("%s:\n got %s\nwant %s", text, said, want)
		}
	}
}

// said writes a batch column by column.
func said(b *value.Batch) string {
	var columns []string
	for _, name := range b.Names {
		c := b.Column(name)
		var cells []string
		for i := range b.Rows {
			cells = append(cells, pittest.Text(c.At(i)))
		}
		columns = append(columns, name+":"+strings.Join(cells, ","))
	}
	return strings.Join(columns, " ")
}

func TestTimesWithoutAZoneAreThoseOfTheLocation(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(text string) (*value.Batch, error) {
		return l.joiner.Query(t.Context(), &offline.Query{Text: text, Location: zone})
	}
	got, err := ask("SELECT TIMESTAMP '2026-01-01 00:00:00' AS naive, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS zoned")
	if err != nil || said(got) != "naive:2026-01-01T05:00:00Z zoned:2026-01-01T00:00:00Z" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := ask("SELECT TIMESTAMP '2026-03-08 02:30:00' AS gap"); err == nil || !strings.Contains(err.Error(), "row 1") {
		t.Errorf("a time that no clock shows: %v", err)
	}
}

// What the gate does not refuse the engine does, which is locked before the text reaches it.
func TestAQueryReachesNothingElse(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	outside := filepath.Join(l.dir, "secret.parquet")
	if err := os.Symlink(outside, filepath.Join(l.dir, "link.parquet")); err != nil {
		t.Fatal(err)
	}
	before := listed(t, l.dir)
	for _, text := range []string{
		"SELECT * FROM '" + outside + "'", `SELECT * FROM "` + outside + `"`, "SELECT * FROM tx, '" + filepath.Join(l.dir, "link.parquet") + "'",
		"SELECT * FROM 'secret.parquet'", "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM glob('/*')",
		"SELECT * FROM tx UNION ALL SELECT * FROM '" + outside + "'", "SELECT content FROM main.read_text('/etc/passwd')", `SELECT * FROM "read_text"('/etc/passwd')`,
		"COPY tx TO '" + filepath.Join(l.dir, "out.csv") + "'", "SELECT 1; COPY tx TO 'out.csv'", "ATTACH '" + filepath.Join(l.dir, "new.db") + "'",
		"SET lock_configuration = false", "INSTALL httpfs", "SELECT * FROM 'https://127.0.0.1:1/x.parquet'", "SELECT * FROM 's3://bucket/x.parquet'",
		"SELECT * FROM duckdb_settings()", "SELECT getvariable('x')", "SELECT getenv('HOME')", "SELECT * FROM query('SELECT 1')", "SELECT * FROM sqlite_scan('x', 'y')",
		"SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''/etc/passwd'')'))",
		"SELECT * FROM enable_logging(storage = 'file', storage_path = '" + filepath.Join(l.dir, "log") + "')", "SELECT * FROM (COPY tx TO 'out.csv')",
		`SELECT * FROM "ENABLE_LOGGING"()`, "SELECT * FROM system.main.enable_logging /* x */ ()", "SELECT * FROM (FROM enable_profiling())", "SELECT * FROM checkpoint()",
		"SELECT * FROM arrow_scan(1::BIGINT, 2::BIGINT, 3::BIGINT)", "SELECT * FROM seq_scan('tx')", "SELECT * FROM test_all_types()", "SELECT write_log('x')", "SELECT sleep_ms(1)",
		"DROP VIEW tx", "SELECT * INTO other FROM tx", "SELECT * FROM query_table('" + outside + "')", "SELECT * FROM parquet_scan('" + outside + "')",
	} {
		if got, err := l.ask(t, text); err == nil {
			t.Errorf("%s: it answered: %s", text, said(got))
		} else if code := errs.CodeOf(err); code == errs.Internal || code == errs.Unknown {
			t.Errorf("%s: got %v (%v), want an error of the query", text, err, code)
		}
	}
	if after := listed(t, l.dir); after != before {
		t.Errorf("the directory changed: %s, then %s", before, after)
	}
}

func listed(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestWhatAQueryCannotHaveIsSaid(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for text, want := range map[string]struct {
		code errs.Code
		says string
	}{
		"SELECT * FROM cities":                {errs.Unimplemented, "Parquet"},
		"SELECT cities.* FROM tx AS cities":   {errs.OK, ""},
		"SELECT * FROM nowhere":               {errs.NotFound, "nowhere"},
		"SELECT nothing FROM tx":              {errs.InvalidArgument, "nothing"},
		"SELECT sum(v) AS n FROM tx":          {errs.InvalidArgument, "HUGEINT"},
		"SELECT v / FROM tx":                  {errs.InvalidArgument, ""},
		"SELECT CAST('x' AS INTEGER) AS n":    {errs.OutOfRange, ""},
		"SELECT TIME '12:00:00' AS t FROM tx": {errs.InvalidArgument, "TIME"},
		"SELECT 1.5 AS d":                     {errs.InvalidArgument, "DECIMAL"},
	} {
		got, err := l.ask(t, text)
		if errs.CodeOf(err) != want.code || err != nil && !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s: got %v, %v (%v), want %v that says %q", text, got, err, errs.CodeOf(err), want.code, want.says)
		}
	}
}
