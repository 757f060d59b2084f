package definitions_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
)

// python returns a repository of one file.
func python(lines ...string) map[string]string {
	return map[string]string{"f.py": strings.Join(lines, "\n") + "\n"}
}

// imports is the first line of most files below.
const imports = "from feast import *; from feast.types import *; from datetime import timedelta"

func TestPythonWrongArgumentsPointAtThem(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, python(imports,
		`e = Entity(name="user_id", join_kes=["user_id"])`,
		`s = FileSource(name="s", path="s.parquet", timestamp_field="ts", table_format="iceberg",`,
		`               s3_endpoint_override="http://x")`,
		`v = FeatureView(`,
		`    name="v", entities=[e, 7], ttl=7,`,
		`    schema=[Field(name="a", dtype="Int64"), "b",`,
		`            Field(name="c", dtype=Int64, dtyp=1)],`,
		`    source=s, online="yes", aggregations=[1], tags={"a": 1})`,
		`w = FeatureView("w", source=s)`,
	))
	wantFaults(t, err,
		fault{"f.py:2:37", "T0223", "did you mean join_keys?"},
		fault{"f.py:3:79", "T0160", "table_format of FileSource comes in a later release"},
		fault{"f.py:6:28", "T0223", "entities[1] is no Entity"}, fault{"f.py:6:36", "T0223", "ttl of FeatureView is 7, a timedelta is expected"},
		fault{"f.py:7:35", "T0223", "which is no type"}, fault{"f.py:7:45", "T0223", "schema[1] is no Field"},
		fault{"f.py:8:47", "T0223", "did you mean dtype?"}, fault{"f.py:9:22", "T0223", "True or False is expected"},
		fault{"f.py:9:43", "T0223", "aggregations[0] is no Aggregation"}, fault{"f.py:9:58", "T0223", "tags maps 'a' to 1"},
		fault{"f.py:10:5", "T0223", "keyword arguments only"},
		fault{"f.py:10:5", "T0175", "name is missing"}, fault{"f.py:10:5", "T0121", "no features"},
	)
	if errs.All(err)[0].Excerpt == "" {
		t.Errorf("no excerpt: %+v", errs.All(err)[0])
	}
}

func TestPythonFaultsOfMeaningPointAtTheLine(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, python(imports,
		`s = BigQuerySource(`,
		`    table="x; DROP TABLE y",`,
		`    timestamp_field="ts", field_mapping={"a": "c", "b": "c"},`,
		`)`,
		`ä, v = "ö", FeatureView(name="v", entities=["user"], ttl=timedelta(days=-1), source=s, schema=[Field(name="event_timestamp", dtype=Int64)])`,
		`f = FeatureService(name="f", features=[v, v[["x"]], 3])`,
	))
	wantFaults(t, err, fault{"f.py:2:5", "T0171", "source name"}, fault{"f.py:3:11", "T0141", "no table name"},
		fault{"f.py:4:57", "T0142", "both"}, fault{"f.py:6:45", "T0181", `unknown entity "user"`},
		fault{"f.py:6:58", "T0223", "negative"}, fault{"f.py:6:107", "T0172", "reserved"},
		fault{"f.py:7:43", "T0012", `unknown feature "x"`}, fault{"f.py:7:43", "T0150", "distinct aliases"}, fault{"f.py:7:53", "T0223", "no feature view"})
}

func TestPythonLaterClassesPointAtTheCall(t *testing.T) {
	t.Parallel()
	for call, part := range map[string]string{
		`KafkaSource(name="k", kafka_bootstrap_servers="x")`: "use PushSource", `KinesisSource(name="k")`: "use PushSource",
		`OnDemandFeatureView(name="o", udf=print)`: "expressions=", `on_demand_feature_view(sources=[], schema=[])(lambda x: x)`: "expressions=",
		`FileSource(name="d", path="d", timestamp_field="t", file_format=__import__("feast.data_format").data_format.DeltaFormat())`: "use Parquet",
	} {
		_, _, err := load(t, python(imports, "x = "+call))
		all := errs.All(err)
		if len(all) != 1 || all[0].Pos.Line != 2 || errs.CodeOf(err) != errs.Unimplemented || !strings.Contains(all[0].Hint, part) {
			t.Errorf("%s: got %v", call, err)
		}
	}
}

func TestPythonArgumentsAreHonouredOrRefused(t *testing.T) {
	t.Parallel()
	set, warnings, err := load(t, python(imports+"; from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource",
		`p = PostgreSQLSource("p", "SELECT 1", timestamp_field="ts")`,
		`q = BigQuerySource(name="q", table="d.t", event_timestamp_column="ts", timestamp_field_type="DATE")`,
		`v = FeatureView(name="v", source=p, schema=[Field(name="a", dtype=Array(Uuid))], version="latest", enabled=True, org="ads")`,
		`b = BatchFeatureView(name="b", source=q, schema=[Field(name="a", dtype=ValueType.UUID_LIST)])`,
	))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0].Message, "org of FeatureView") || warnings[0].Pos.Column != 118 {
		t.Fatalf("got %v, %v", err, warnings)
	}
	if p, _ := set.Source("p"); p == nil || p.Query != "SELECT 1" {
		t.Errorf("arguments by position, as Feast allows for PostgreSQL: %+v", p)
	}
	if q, _ := set.Source("q"); q == nil || q.TimestampField != "ts" || q.Options["timestamp_field_type"] != "DATE" {
		t.Errorf("got %+v", q)
	}
	v, _ := set.View("v")
	b, _ := set.View("b")
	if !v.Online || b.Online || !b.Schema[0].Type.Equal(v.Schema[0].Type) {
		t.Errorf("a view is online unless it says otherwise, a batch view where it says so: %+v, %+v", v, b)
	}
	_, _, err = load(t, python(imports,
		`s = FileSource(name="s", path="s.csv", timestamp_field="ts", event_timestamp_column="other")`,
		`v = FeatureView(name="v", source=s, schema=[Field(name="a", dtype=Map)], version="v2")`,
		`w = FeatureView(name="w", source=s, schema=[Field(name="a", dtype=ScalarMap)], enabled=False)`,
	))
	wantFaults(t, err, fault{"f.py:2:85", "T0223", "give timestamp_field alone"}, fault{"f.py:3:67", "T0111", "or use Json"},
		fault{"f.py:3:82", "T0160", "truepoint rollback"}, fault{"f.py:4:67", "T0111", "SCALAR_MAP"}, fault{"f.py:4:88", "T0160", "leave the view out"})
}

func TestPythonErrorsOfTheUserHaveNoStackOfOurs(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]fault{
		"x = 1\ndef f():\n    return 1 / 0\nf()":                {"f.py:3:12", "T0223", "ZeroDivisionError: division by zero"},
		"import pandsa":                                         {"f.py:1:1", "T0223", "install pandsa"},
		"from feast import FeatureVew":                          {"f.py:1:1", "T0223", "did you mean FeatureView?"},
		"from feast.types import Int65":                         {"f.py:1:1", "T0223", "did you mean Int64?"},
		"import feast.nothing":                                  {"f.py:1:1", "T0223", "not supported in definition files"},
		"def f(:\n  pass":                                       {"f.py:1:7", "T0223", "the file is not Python"},
		"import sys\nsys.exit(3)":                               {"f.py:2:1", "T0223", "SystemExit: 3"},
		"raise ValueError('first\\nsecond')":                    {"f.py:1:1", "T0223", "ValueError: first"},
		"from feast import FeatureStore\nFeatureStore('.')":     {"f.py:2:1", "T0223", "cannot be used while definitions are read"},
		"from feast import Entity\nEntity(name=undefined_name)": {"f.py:2:13", "T0223", "NameError"},
		"import helper_that_fails":                              {"helper_that_fails.py:1:1", "T0223", "KeyError"},
	} {
		files := map[string]string{"f.py": code + "\n"}
		if strings.Contains(code, "helper") {
			files["helper_that_fails.py"] = "{}['x']\n"
		}
		_, _, err := load(t, files)
		all := errs.All(err)
		if len(all) == 0 || all[0].Pos.String() != want.place && all[len(all)-1].Pos.String() != want.place || !strings.Contains(err.Error(), want.part) {
			t.Errorf("%q: got %v, want %v", code, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "collect.py") || strings.Contains(err.Error(), "Traceback")) {
			t.Errorf("%q: our stack is shown: %v", code, err)
		}
	}
}

func TestPythonFilesRunOnceHoweverTheyAreImported(t *testing.T) {
	t.Parallel()
	counter := "import os\nwith open(os.path.join(os.path.dirname(__file__), 'runs.txt'), 'a') as f: f.write('x')\n"
	set, warnings, err := load(t, map[string]string{
		"features/__init__.py":   "",
		"features/base.py":       counter + "from feast import Entity, FileSource\nuser = Entity(name='user_id')\nsrc = FileSource(name='s', path='s.csv', timestamp_field='t')\nprint('printed by a file')\n",
		"features/a.py":          "from base import user, src\nfrom feast import FeatureView, Field, types\na = FeatureView(name='a', entities=[user], source=src, schema=[Field(name='x', dtype=types.Int64)])\n",
		"features/b.py":          "from .base import user, src\nfrom features.a import a\nimport features.base as again\nfrom feast import FeatureService\nassert again.user is user\nsvc = {'svc': FeatureService(name='svc', features=[a])}\n",
		"other/c.py":             "from features.base import *\nimport base\nassert base.user is user\n",
		"space in name/x-y.z.py": "from features.b import svc\n",
	})
	if err != nil || len(warnings) > 0 || len(set.Entities) != 1 || len(set.Sources) != 1 || len(set.Views) != 1 || len(set.Services) != 1 {
		t.Fatalf("got %+v, %v, %v", set, warnings, err)
	}
}

func TestPythonAcceptsWhatFeastUsersWrite(t *testing.T) {
	t.Parallel()
	set, warnings, err := load(t, python(
		`from datetime import timedelta`,
		`from feast import Entity, FeatureService, FeatureView, Field, FileSource, Project, PushSource, RequestSource, ValueType, BatchFeatureView`,
		`from feast.data_format import ParquetFormat`,
		`from feast.data_source import PushSource as PS`,
		`from feast.feature_logging import LoggingConfig`,
		`from feast.infra.offline_stores.file_source import FileLoggingDestination`,
		`from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource`,
		`from feast.infra.offline_stores.contrib.spark_offline_store.spark_source import SparkSource`,
		`from feast.infra.offline_stores.contrib.trino_offline_store.trino_source import TrinoSource`,
		`from feast.types import Array, Float32, Int64, PrimitiveFeastType, String, UnixTimestamp`,
		`from feast import RedshiftSource, SnowflakeSource`,
		`import feast`,
		`project = Project(name="my_project", description="x")`,
		`driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)`,
		`stats = FileSource(name="driver_stats", path="data/s.parquet", timestamp_field="event_ts", created_timestamp_column="created", file_format=ParquetFormat())`,
		`unnamed = FileSource(path="data/unnamed.parquet", event_timestamp_column="ts")`,
		`pg = PostgreSQLSource(name="pg", query="SELECT * FROM t", timestamp_field="ts")`,
		`sf = SnowflakeSource(database="DB", schema="PUBLIC", table="T", warehouse="W", timestamp_field="ts")`,
		`sp = SparkSource(name="sp", path="s3://b/x", file_format="parquet", timestamp_field="ts")`,
		`push = PushSource(name="driver_push", batch_source=stats)`,
		`req = RequestSource(name="vals", schema=[Field(name="val_to_add", dtype=Int64)])`,
		`view = FeatureView(name="driver_hourly_stats", entities=[driver], ttl=timedelta(hours=2, microseconds=1), schema=[`,
		`    Field(name="driver_id", dtype=Int64), Field(name="conv_rate", dtype=Float32, tags={"a": "b"}), Field(name="Emb", dtype=Array(Float32), vector_index=False),`,
		`    Field(name="at", dtype=UnixTimestamp), Field(name="legacy", dtype=ValueType.DOUBLE_LIST)], online=True, offline=True, source=push, tags={}, enable_validation=False)`,
		`batch = BatchFeatureView(name="batch", mode="python", entities=[driver], schema=[Field(name="x", dtype=String)], source=unnamed)`,
		`svc = FeatureService(name="driver_activity", features=[view, batch.with_name("b")], logging_config=LoggingConfig(destination=FileLoggingDestination(path="x")))`,
		`if __name__ == "__main__":`,
		`    feast.FeatureStore(".")`,
	))
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Sources) != 7 || len(set.Views) != 2 || len(set.Views[1].Schema) != 4 || set.Views[1].TTL != 7200000001 || set.Views[1].Schema[3].Type.String() != "Array(Float64)" {
		t.Errorf("got %d sources, views %+v", len(set.Sources), set.Views)
	}
	if s, ok := set.Source("DB.PUBLIC.T"); !ok || s.Options["warehouse"] != "W" {
		t.Errorf("an unnamed source has the name of its table: %+v", s)
	}
	if s, ok := set.Source("data/unnamed.parquet"); !ok || s.TimestampField != "ts" {
		t.Errorf("an unnamed file has the name of its path: %+v", s)
	}
	var texts []string
	for _, w := range warnings {
		texts = append(texts, fmt.Sprintf("%d: %s", w.Pos.Line, w.Message))
	}
	if len(texts) != 2 || !strings.Contains(texts[0], "13: Project") || !strings.Contains(texts[1], "logging_config") {
		t.Errorf("warnings: %q", texts)
	}
}

func TestPythonMissingIsSaid(t *testing.T) {
	t.Parallel()
	dir := repository(t, python("x = 1"))
	_, _, err := definitions.Load(t.Context(), dir, &definitions.Options{Python: "no-such-python"})
	if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(errs.All(err)[0].Hint, "YAML") {
		t.Errorf("got %v", err)
	}
	if _, _, err := definitions.Load(t.Context(), repository(t, map[string]string{"f.yaml": base}), &definitions.Options{Python: "no-such-python"}); err != nil {
		t.Errorf("a repository without Python files needs none: %v", err)
	}
}

func TestPythonThatDoesNotEndIsStopped(t *testing.T) {
	t.Parallel()
	dir := repository(t, python("import subprocess", "subprocess.run(['sleep', '100'])"))
	begin := time.Now()
	_, _, err := definitions.Load(t.Context(), dir, &definitions.Options{PythonTimeout: 300 * time.Millisecond})
	if errs.CodeOf(err) != errs.DeadlineExceeded || time.Since(begin) > 20*time.Second {
		t.Errorf("got %v after %s", err, time.Since(begin))
	}
	dir = repository(t, python("import os, sys", "sys.stderr.write('the reason')", "sys.stderr.flush()", "os._exit(4)"))
	if _, _, err = definitions.Load(t.Context(), dir, nil); errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), "the reason") {
		t.Errorf("got %v", err)
	}
}

func TestPythonLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := repository(t, map[string]string{"a/f.py": "from b.g import x\n", "b/g.py": "x = 1\n"})
	if _, _, err := definitions.Load(t.Context(), dir, nil); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("got %v", left)
	}
}
