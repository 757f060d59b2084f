package definitions_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/datatest"
)

// base has an entity and two sources; view, which ends without a list open, reads them. It has 18 lines.
const base = `kind: Entity
name: user_id
value_type: STRING
---
kind: DataSource
name: tx
type: file
path: data/tx.parquet
timestamp_field: ts
---
kind: FeatureView
name: v
entities: [user_id]
source: tx
schema:
  - {name: a, type: Int64}
  - {name: b, type: String}
online: true
`

// add returns base with more lines, from line 19 on.
func add(lines ...string) map[string]string {
	return map[string]string{"f.yaml": base + strings.Join(lines, "\n") + "\n"}
}

// replace returns base with one text replaced.
func replace(t *testing.T, old, with string) map[string]string {
	t.Helper()
	if strings.Count(base, old) != 1 {
		t.Fatalf("%q does not stand once in base", old)
	}
	return map[string]string{"f.yaml": strings.Replace(base, old, with, 1)}
}

func TestBadInput_16_tab_in_a_definition(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, map[string]string{"f.yaml": "kind: Entity\nname: x\ntags:\n\tteam: a\n"})
	wantFaults(t, err, fault{"f.yaml:4:1", "T0200", "indent with spaces"})
}

func TestBadInput_17_duplicate_key(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, add("name: w"))
	wantFaults(t, err, fault{"f.yaml:19:1", "T0200", `"name" stands twice, first on line 12`})
}

func TestBadInput_18_duplicate_names_across_files(t *testing.T) {
	t.Parallel()
	files := add()
	files["z/g.yaml"] = "kind: FeatureView\nname: v\nsource: tx\nschema: [{name: a, type: Int64}]\n---\nkind: FeatureService\nname: v\nfeatures: [v]\n"
	files["z/h.yaml"] = "kind: Entity\nname: User_id\n"
	_, _, err := load(t, files)
	wantFaults(t, err, fault{"z/g.yaml:2:7", "T0173", `defined twice, first at f.yaml:12:7`},
		fault{"z/h.yaml:2:7", "T0171", "user_id would do"}, fault{"z/h.yaml:2:7", "T0174", `"user_id" (f.yaml:2:7) differ in case only`})
}

func TestBadInput_19_unknown_key(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, add("tll: 7d"))
	wantFaults(t, err, fault{"f.yaml:19:1", "T0203", "did you mean ttl?"})
	if e := errs.All(err)[0]; e.Excerpt != "tll: 7d" || e.Width != 3 {
		t.Errorf("excerpt %q, width %d", e.Excerpt, e.Width)
	}
}

func TestBadInput_20_ttl(t *testing.T) {
	t.Parallel()
	for _, ttl := range []string{"1.5", "5", "-1h", "1_000", "99999999999h", "7 d", "[7d]", "P1M", "''", "''", "1e3", "0x10", ".inf"} {
		_, _, err := load(t, add("ttl: "+ttl))
		if all := errs.All(err); len(all) != 1 || all[0].Pos.String() != "f.yaml:19:6" || all[0].Hint == "" && all[0].Code != errs.InvalidArgument {
			t.Errorf("ttl: %s: got %v", ttl, err)
		}
	}
	for ttl, want := range map[string]eventtime.Duration{"0": 0, "1d": eventtime.Day, "P7D": 7 * eventtime.Day, "9999999h": 9999999 * eventtime.Hour, "500ms": 500 * eventtime.Millisecond} {
		set, _, err := load(t, add("ttl: "+ttl))
		if err != nil || set.Views[0].TTL != want {
			t.Errorf("ttl: %s: got %v, %v", ttl, set, err)
		}
	}
}

func TestBadInput_22_strict_booleans(t *testing.T) {
	t.Parallel()
	for _, b := range []string{"yes", "on", "True", "1", "'true'", "y", "~"} {
		_, _, err := load(t, replace(t, "online: true", "online: "+b))
		wantFaults(t, err, fault{"f.yaml:18:9", "T0204", "true or false"})
	}
	set, _, err := load(t, add("tags: {country: NO, version: 1.50, code: 017, on: on}"))
	if err != nil || fmt.Sprint(set.Views[0].Tags) != "map[code:017 country:NO on:on version:1.50]" {
		t.Errorf("texts are kept: %v, %v", set, err)
	}
}

func TestBadInput_24_every_document_counts(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, map[string]string{"f.yaml": "kind: Entity\nname: a\n---\nkind: Entity\nnme: b\n---\n- x\n---\nkind: Entyti\n---\n# nothing\n---\nname: c\n"})
	wantFaults(t, err, fault{"f.yaml:4:1", "T0175", "name is missing"}, fault{"f.yaml:5:1", "T0203", "did you mean name?"},
		fault{"f.yaml:7:1", "T0204", "a definition is expected"}, fault{"f.yaml:9:7", "T0206", "did you mean Entity?"}, fault{"f.yaml:13:1", "T0175", "no kind"})
}

func TestBadInput_27_missing_references_name_both_ends(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, map[string]string{
		"a.yaml": strings.NewReplacer("entities: [user_id]", "entities: [user_di]", "source: tx", "source: xt").Replace(base),
		"b.yaml": "kind: FeatureService\nname: s\nfeatures:\n  - v:aa\n  - w\n  - {view: v, alias: x, features: [a, bb], join_key_map: {userid: x}}\n---\nkind: FeatureView\nname: w2\nentities: [user_id]\nsource: tx\nschema: [{name: a, type: Int64}]\n---\nkind: FeatureService\nname: s2\nfeatures: [{view: w2, join_key_map: {userid: x}}]\n",
	})
	wantFaults(t, err, fault{"a.yaml:13:12", "T0181", "did you mean user_id?"}, fault{"a.yaml:14:9", "T0180", "did you mean tx?"},
		fault{"b.yaml:4:7", "T0012", `unknown feature "aa" in view "v", defined at a.yaml:12:7`}, fault{"b.yaml:5:5", "T0011", "did you mean v?"},
		fault{"b.yaml:6:39", "T0012", "did you mean b?"}, fault{"b.yaml:16:46", "T0151", "did you mean user_id?"})
}

func TestBadInput_29_self_reference_is_refused_and_a_diamond_is_fine(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, add("---", "kind: DataSource", "name: p", "type: push", "batch_source: p"))
	wantFaults(t, err, fault{"f.yaml:23:15", "T0143", "its own batch source"})
	_, _, err = load(t, add("---", "kind: FeatureView", "name: w", "source: tx", "schema: [{name: a, type: Int64}]", "---", "kind: FeatureService", "name: s", "features: [v, w]"))
	wantFaults(t, err)
}

func TestBadInput_31_duplicate_feature(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, replace(t, "{name: b, type: String}", "{name: a, type: String}"))
	wantFaults(t, err, fault{"f.yaml:17:12", "T0120", "first (f.yaml:16:12)"})
}

func TestBadInput_32_reserved_names(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"event_timestamp", "created_timestamp"} {
		_, _, err := load(t, replace(t, "name: b", "name: "+name))
		wantFaults(t, err, fault{"f.yaml:17:12", "T0172", "reserved"})
	}
	_, _, err := load(t, replace(t, "name: b", "name: __fs_b"))
	wantFaults(t, err, fault{"f.yaml:17:12", "T0171", "fs_b would do"})
	if _, _, err := load(t, replace(t, "name: b", "name: order")); err != nil {
		t.Errorf("a keyword of SQL is a fine name: %v", err)
	}
}

func TestBadInput_33_names_that_differ_in_case(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, replace(t, "name: b", "name: A"))
	wantFaults(t, err, fault{"f.yaml:17:12", "T0171", "a would do"}, fault{"f.yaml:17:12", "T0174", "differ in case only"})
}

func TestBadInput_34_names_outside_ASCII(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"us\u0435r": "U+0435", "user\u200b": "U+200B", "user\u202e": "U+202E", "e\u0301": "U+0301", "\u00e9": "U+00E9", "ｕser": "U+FF55",
	} {
		_, _, err := load(t, replace(t, "name: b", "name: \""+name+"\""))
		wantFaults(t, err, fault{"f.yaml:17:12", "T0171", "it contains " + part})
	}
}

func TestBadInput_35_number_of_features(t *testing.T) {
	t.Parallel()
	features := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  - {name: f%d, type: Int64}\n", i)
		}
		return b.String()
	}
	head := strings.Replace(base, "  - {name: a, type: Int64}\n  - {name: b, type: String}\n", "FEATURES", 1)
	set, _, err := load(t, map[string]string{"f.yaml": strings.Replace(head, "FEATURES", features(10_000), 1)})
	if err != nil || len(set.Views[0].Schema) != 10_000 {
		t.Errorf("10,000 features are fine: %v", err)
	}
	_, _, err = load(t, map[string]string{"f.yaml": strings.Replace(head, "FEATURES", features(10_001), 1)})
	wantFaults(t, err, fault{"f.yaml:16:3", "T0121", "at most 10000"})
	_, _, err = load(t, map[string]string{"f.yaml": strings.Replace(head, "schema:\nFEATURES", "schema: []\n", 1)})
	wantFaults(t, err, fault{"f.yaml:15:9", "T0121", "no features"})
}

func TestBadInput_37_windows(t *testing.T) {
	t.Parallel()
	lines := []string{
		"refresh: 1h",
		"aggregations:",
		"  - {name: x1, function: sum, column: y, window: 0}",
		"  - {name: x2, function: sum, column: y, window: -1h}",
		"  - {name: x3, function: sum, column: y}",
		"  - {name: x4, function: sum, column: y, window: 7d, offset: -1d}",
		"  - {name: x5, function: sum, column: y, window: 1h, hop: 2h}",
		"  - {name: x6, function: sum, column: y, window: 24h, hop: 7h}",
		"  - {name: x7, function: sum, column: y, window: lifetime, hop: 1h}",
		"  - {name: x8, function: sum, column: y, window: 1d, last: 3}",
		"  - {name: x9, function: sum, column: y, last: 0}",
		"  - {name: y1, function: summ, column: y, window: 1d}",
		"  - {name: y2, function: mean, window: 1d}",
		"  - {name: y3, function: last_n, column: y, window: 1d}",
		"  - {name: y4, function: last_n, n: 2000, column: y, window: 1d}",
		"  - {name: y5, function: count, window: soon}",
		"  - {name: y6, function: count, window: 7d, hop: 0s}",
	}
	_, _, err := load(t, add(lines...))
	wantFaults(t, err,
		fault{"f.yaml:21:50", "T0190", "a window of 0 holds no event"}, fault{"f.yaml:22:50", "T0106", "is not a duration"},
		fault{"f.yaml:23:5", "T0190", "window: lifetime, or last: 10"}, fault{"f.yaml:24:62", "T0106", "is not a duration"},
		fault{"f.yaml:25:59", "T0191", "use at most hop: 1h"}, fault{"f.yaml:26:60", "T0191", "use hop: 8h"},
		fault{"f.yaml:27:65", "T0191", "leave hop out"}, fault{"f.yaml:28:60", "T0190", "keep one of them"},
		fault{"f.yaml:29:48", "T0205", "from 1 to 10000"}, fault{"f.yaml:30:26", "T0206", "did you mean sum?"},
		fault{"f.yaml:31:5", "T0701", "mean needs a column"}, fault{"f.yaml:32:5", "T0702", "from 1 to 1000"},
		fault{"f.yaml:33:37", "T0205", "from 1 to 1000"}, fault{"f.yaml:34:41", "T0106", "is not a duration"},
	)
}

func TestBadInput_37_refresh(t *testing.T) {
	t.Parallel()
	const count = "aggregations: [{name: x, function: count, window: 7d}]"
	for _, c := range []struct {
		lines []string
		want  fault
	}{
		{[]string{count}, fault{"f.yaml:19:15", "T0192", "or online: false"}},
		{[]string{count, "refresh: 0s"}, fault{"f.yaml:20:10", "T0192", "write refresh: 1h"}},
		{[]string{count, "refresh: -1h"}, fault{"f.yaml:20:10", "T0106", "not negative"}},
		{[]string{count, "refresh: 1h", "schedule: 1d"}, fault{"f.yaml:21:11", "T0192", "write refresh: 1d"}},
		{[]string{"refresh: 1h"}, fault{"f.yaml:19:10", "T0192", "no aggregations"}},
		{[]string{"delay: 1h"}, fault{"f.yaml:19:8", "T0192", "no aggregations"}},
		{[]string{count, "refresh: 1h", "timezone: Asia/Seoul"}, fault{"f.yaml:21:1", "T0160", "calendar windows"}},
		{[]string{"aggregations: []", "refresh: 1h"}, fault{"f.yaml:20:10", "T0192", "no aggregations"}},
	} {
		_, _, err := load(t, add(c.lines...))
		wantFaults(t, err, c.want)
	}
	_, _, err := load(t, replace(t, "online: true", count+"\nonline: false\ndelay: 1h"))
	wantFaults(t, err, fault{"f.yaml:20:8", "T0192", "exact at every moment"})
	_, _, err = load(t, map[string]string{"f.yaml": "kind: StreamFeatureView\nname: x\n"})
	wantFaults(t, err, fault{"f.yaml:1:7", "T0160", "later release"})
	_, _, err = load(t, replace(t, "type: file", "type: kafka"))
	wantFaults(t, err, fault{"f.yaml:7:7", "T0160", "use a push source"})
}

func TestBadInput_38_schedules(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"61 * * * *", "'@every 0s'", "0 0 30 2 *", "'* * * *'", "often", "0", "5", "'*/0 * * * *'", "'* * * * mon-sun-tue'", "0 24 * * *"} {
		_, _, err := load(t, add("schedule: "+s))
		if all := errs.All(err); len(all) != 1 || all[0].Pos.String() != "f.yaml:19:11" || all[0].ID != "T0131" || all[0].Hint == "" {
			t.Errorf("%s: got %v", s, err)
		}
	}
	for _, s := range []string{"1d", "0 3 * * *", "'@daily'", "'@every 6h'", "'*/15 8-18 * jan,feb mon-fri'", "0 0 29 2 *", "0 0 30 2 mon"} {
		if _, _, err := load(t, add("schedule: "+s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestBadInput_41_paths_out_of_the_repository(t *testing.T) {
	t.Parallel()
	for path, part := range map[string]string{
		"../../etc/passwd": "leads out", "data/../../x": "leads out", `"..\\x"`: "leads out", "''": "no path", "ftp://x/y": "nothing reads ftp", "s3://": "names no object",
		"\"a\\nb\"": "control characters", "s4://a/b": "did you mean s3?",
	} {
		_, _, err := load(t, replace(t, "data/tx.parquet", path))
		wantFaults(t, err, fault{"f.yaml:8:7", "T0140", part})
	}
	dir := repository(t, map[string]string{"repo/a.yaml": base, "outside.yaml": "kind: Entity\nname: x\n"})
	if err := os.Symlink(filepath.Join(dir, "outside.yaml"), filepath.Join(dir, "repo", "link.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.yaml", filepath.Join(dir, "repo", "gone.py")); err != nil {
		t.Fatal(err)
	}
	defer datatest.Dir(t, dir)()
	_, _, err := definitions.Load(t.Context(), filepath.Join(dir, "repo"), nil)
	if err == nil || !strings.Contains(err.Error(), "leads out of the repository") {
		t.Errorf("a link out of the repository: %v", err)
	}
}

func TestBadInput_42_table_names(t *testing.T) {
	t.Parallel()
	head := strings.Replace(base, "type: file\npath: data/tx.parquet", "type: bigquery\ntable: TABLE", 1)
	for _, table := range []string{"x; DROP TABLE y", `'x"y'`, "a.b.c.d.e", "a..b", "'a b'", "x--", "'`x`'", "1a", "a.*", strings.Repeat("x", 200)} {
		_, _, err := load(t, map[string]string{"f.yaml": strings.Replace(head, "TABLE", table, 1)})
		if table == "x--" { // a dash is part of BigQuery's project names
			wantFaults(t, err)
			continue
		}
		wantFaults(t, err, fault{"f.yaml:8:8", "T0141", "no table name"})
	}
	for _, table := range []string{"t", "s.t", "my-project.s.t", "_x$y"} {
		if _, _, err := load(t, map[string]string{"f.yaml": strings.Replace(head, "TABLE", table, 1)}); err != nil {
			t.Errorf("%s: %v", table, err)
		}
	}
}

func TestBadInput_43_queries_that_are_more_than_one_select(t *testing.T) {
	t.Parallel()
	for _, query := range []string{
		"select 1; select 2", "copy t to '/tmp/x'", "attach 'x'", "pragma database_list", "select 1 /* */; delete from t",
		"with x as (delete from t returning *) select * from x", "select read_text('/etc/passwd')", "select 1) q; drop table t --",
	} {
		for _, kind := range []string{"postgres", "sql"} {
			files := replace(t, "type: file\npath: data/tx.parquet", "type: "+kind+"\nquery: "+fmt.Sprintf("%q", query))
			_, _, err := load(t, files)
			wantFaults(t, err, fault{"f.yaml:8:8", "T0554", "exactly one SELECT"})
		}
	}
	for kind, query := range map[string]string{"postgres": "select * from t;", "bigquery": "select * from `p.d.t`"} {
		if _, _, err := load(t, replace(t, "type: file\npath: data/tx.parquet", "type: "+kind+"\nquery: "+fmt.Sprintf("%q", query))); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestSourceFaultsComeTogether(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, map[string]string{"f.yaml": `kind: DataSource
name: a
type: file
path: a.csv
timestamp_field: ts
availability: created_time
field_mapping: {x: f, y: f}
timezone: Mars/Olympus
tie_break: [q, q]
ties: lst
---
kind: DataSource
name: p
type: push
availability: {delay: 10m}
batch_source: glob
---
kind: DataSource
name: glob
type: file
path: data/*.parquet
timestamp_field: ts
---
kind: DataSource
name: r
type: request
schema: []
---
kind: FeatureView
name: w
source: r
schema: [{name: a, type: Int64, default: {null: x}}, {name: c, type: Int65}]
---
kind: DataSource
name: no_batch
type: push
`})
	wantFaults(t, err, fault{"f.yaml:6:15", "T0132", "created_timestamp_column"}, fault{"f.yaml:7:26", "T0142", "both"},
		fault{"f.yaml:8:11", "T0103", "Mars/Olympus"}, fault{"f.yaml:9:16", "T0173", "twice"}, fault{"f.yaml:10:7", "T0206", "did you mean last?"},
		fault{"f.yaml:15:15", "T0143", "usable at once"}, fault{"f.yaml:16:15", "T0143", "cannot append to the pattern"},
		fault{"f.yaml:27:9", "T0121", "no schema"}, fault{"f.yaml:31:9", "T0183", "holds no history"},
		fault{"f.yaml:32:42", "T0133", "default null"}, fault{"f.yaml:32:70", "T0111", "Int65"}, fault{"f.yaml:34:1", "T0143", "no batch_source"})
}

func TestPushSourcesSayNothingInVain(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, add("---", "kind: DataSource", "name: p", "type: push", "batch_source: tx", "availability: event_time", "timezone: Mars/Olympus",
		"timestamp_unit: ms", "tie_break: [q]", "ties: last", "deleted_column: d", "path: p.csv", "schema: []"))
	var want []fault
	for i, setting := range []string{"availability: event_time", "timezone: Mars", "timestamp_unit: ms", "tie_break: [", "ties: last", "deleted_column: d", "path: p"} {
		name, _, _ := strings.Cut(setting, ":")
		want = append(want, fault{fmt.Sprintf("f.yaml:%d:%d", 24+i, len(name)+3), "T0143", fmt.Sprintf("write %s on batch source \"tx\"", name)})
	}
	wantFaults(t, err, append(want, fault{"f.yaml:31:9", "T0143", "in the schema of its feature views"})...)
}

func TestServicesAreChecked(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, add("---", "kind: FeatureService", "name: s", "features:", "  - v", "  - {view: v, alias: V, features: []}", "  - {view: v, alias: y_}", "on_error: stop"))
	wantFaults(t, err, fault{"f.yaml:24:5", "T0150", "distinct aliases"}, fault{"f.yaml:24:22", "T0171", "v would do"},
		fault{"f.yaml:24:35", "T0175", "takes no feature"}, fault{"f.yaml:26:11", "T0206", "fail"})
}

func TestSyntaxFaultsDoNotBecomeMissingReferences(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, map[string]string{"a.yaml": "kind: Entity\nname: [user_id\n", "b.yaml": strings.SplitN(base, "---\n", 2)[1]})
	if all := errs.All(err); len(all) != 1 || all[0].Pos.File != "a.yaml" {
		t.Errorf("got %v", err)
	}
}

func TestJoinKeysInASchemaTypeTheirEntity(t *testing.T) {
	t.Parallel()
	files := replace(t, "value_type: STRING\n", "")
	files["f.yaml"] = strings.Replace(files["f.yaml"], "{name: a,", "{name: user_id, type: Int64}\n  - {name: a,", 1)
	set, _, err := load(t, files)
	if err != nil || set.Entities[0].ValueType.String() != "Int64" || len(set.Views[0].Schema) != 2 {
		t.Fatalf("got %+v, %v", set, err)
	}
	if p := set.Views[0].Origin.At("schema[0].name"); p.Line != 16 {
		t.Errorf("the first feature stands at %s", p)
	}
	_, _, err = load(t, replace(t, "{name: a,", "{name: user_id, type: Int64}\n  - {name: a,"))
	wantFaults(t, err, fault{"f.yaml:16:27", "T0126", `Int64 here and String in entity "user_id" (f.yaml:3:13)`})
}

func TestRepositoryIsADirectory(t *testing.T) {
	t.Parallel()
	dir := repository(t, map[string]string{"f.yaml": base, "feature_store.yaml": "project: p\n", ".hidden/x.yaml": "?", "venv/pyvenv.cfg": "", "venv/x.py": "1/0", "__pycache__/y.py": "1/0",
		"notes/z.yml": "# nothing\n", "skip/q.yaml": "?", ".feastignore": "skip/\n*.tmp.yaml\n", "a.tmp.yaml": "?", "README.md": "?"})
	if _, _, err := definitions.Load(t.Context(), dir, nil); err != nil {
		t.Errorf("got %v", err)
	}
	for path, code := range map[string]errs.Code{filepath.Join(dir, "none"): errs.NotFound, filepath.Join(dir, "f.yaml"): errs.FailedPrecondition} {
		if _, _, err := definitions.Load(t.Context(), path, nil); errs.CodeOf(err) != code {
			t.Errorf("%s: got %v, want %v", path, err, code)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := definitions.Load(ctx, dir, nil); errs.CodeOf(err) != errs.Canceled {
		t.Errorf("a cancelled load: %v", err)
	}
}

func BenchmarkLoad1000Views(b *testing.B) {
	files := map[string]string{}
	for f := range 20 {
		var s strings.Builder
		fmt.Fprintf(&s, "kind: DataSource\nname: s%d\ntype: file\npath: data/%d.parquet\ntimestamp_field: ts\n", f, f)
		for v := range 50 {
			fmt.Fprintf(&s, "---\nkind: FeatureView\nname: view_%d_%d\nentities: [user_id]\nttl: 7d\nsource: s%d\ntags: {team: a}\nschema:\n", f, v, f)
			for i := range 10 {
				fmt.Fprintf(&s, "  - {name: feature_%d, type: Int64, description: what it is}\n", i)
			}
		}
		files[fmt.Sprintf("f%d.yaml", f)] = s.String()
	}
	files["e.yaml"] = "kind: Entity\nname: user_id\n"
	dir := repository(b, files)
	begin := time.Now()
	for b.Loop() {
		if _, _, err := definitions.Load(b.Context(), dir, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(begin).Milliseconds())/float64(b.N), "ms/repository")
}
