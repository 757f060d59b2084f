package definitions_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
)

func TestPythonComputedFeaturesAreThoseOfYAML(t *testing.T) {
	t.Parallel()
	files := python(strings.ReplaceAll(imports, "feast", "truepoint"),
		`user = Entity(name="user_id", value_type=ValueType.STRING)`,
		`tx = FileSource(name="tx", path="tx.parquet", timestamp_field="ts")`,
		`request = RequestSource(name="now", schema=[Field(name="amount", dtype=Float64)])`,
		`v = FeatureView(name="v", entities=[user], source=tx, refresh=timedelta(hours=1), delay="5m", schema=[Field(name="y", dtype=Float64)], aggregations=[`,
		`    Aggregation(name="spend", function="sum", column="y", window=timedelta(days=7), hop="1h", where="y > 0.0", default={"null": 0}),`,
		`    Aggregation(name="recent", function="last_n", n=3, column="y", last=10, offset=timedelta(days=1)),`,
		`    Aggregation(name="all", function="count", by="y2", description="d"),`,
		`])`,
		`o = OnDemandFeatureView(name="o", sources=[v[["spend"]].with_name("u"), request], schema=[Field(name="ratio", dtype=Float64)], expressions={"ratio": "amount / u__spend"})`,
		`s = FeatureService(name="s", features=[v, o])`,
	)
	got, _, err := load(t, files)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := load(t, map[string]string{"f.yaml": strings.Join([]string{
		"kind: Entity", "name: user_id", "value_type: STRING", "---",
		"kind: DataSource", "name: tx", "type: file", "path: tx.parquet", "timestamp_field: ts", "---",
		"kind: DataSource", "name: now", "type: request", "schema: [{name: amount, type: Float64}]", "---",
		"kind: FeatureView", "name: v", "entities: [user_id]", "source: tx", "refresh: 1h", "delay: 5m", "schema: [{name: y, type: Float64}]", "aggregations:",
		"  - {name: spend, function: sum, column: y, window: 7d, hop: 1h, where: 'y > 0.0', default: {null: 0}}",
		"  - {name: recent, function: last_n, n: 3, column: y, last: 10, offset: 1d}",
		"  - {name: all, function: count, window: lifetime, by: y2, description: d}", "---",
		"kind: OnDemandFeatureView", "name: o", "sources: [{view: v, features: [spend], alias: u}, {request: now}]",
		"features: [{name: ratio, type: Float64, expression: amount / u__spend}]", "---",
		"kind: FeatureService", "name: s", "features: [v, o]",
	}, "\n")})
	if err != nil {
		t.Fatal(err)
	}
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func TestFeastAggregationsTakeTheirRefreshFromTheSchedule(t *testing.T) {
	t.Parallel()
	source := `s = FileSource(name="s", path="s.csv", timestamp_field="ts")`
	for arguments, want := range map[string]string{
		`StreamFeatureView(name="v", source=s, schedule=timedelta(hours=6), `:               "6h",
		`StreamFeatureView(name="v", source=PushSource(name="p", batch_source=s), `:         "1d",
		`BatchFeatureView(name="v", source=s, online=True, `:                                "1d",
		`BatchFeatureView(name="v", source=s, `:                                             "0",
		`BatchFeatureView(name="v", source=s, online=True, refresh="2h", tags={"a": "b"}, `: "2h",
	} {
		set, warnings, err := load(t, python(imports, source, "v = "+arguments+
			`aggregations=[Aggregation(column="amt", function="avg", time_window=timedelta(hours=1), slide_interval=timedelta(minutes=5)), Aggregation(function="count")])`))
		if err != nil {
			t.Errorf("%s: %v", arguments, err)
			continue
		}
		v := set.Views[0]
		if v.Refresh.String() != want || (len(warnings) == 1) != (want == "6h" || want == "1d") {
			t.Errorf("%s: refresh %s, warnings %v", arguments, v.Refresh, warnings)
		}
		if a := v.Aggregations; a[0].Name != "mean_amt_3600s" || a[0].Function != "mean" || a[0].Extent() != "1h in steps of 5m" || a[1].Name != "count_lifetime" || !a[1].Lifetime {
			t.Errorf("got %+v", a)
		}
	}
}

func TestPythonComputedFaultsPointAtTheArgument(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, python(imports,
		`s = FileSource(name="s", path="s.csv", timestamp_field="ts")`,
		`v = FeatureView(name="v", source=s, online=False, aggregations=[`,
		`    Aggregation(name="a", function="sum", column="y", window="1h", hop=timedelta(hours=2)),`,
		`    Aggregation(name="b", function="count", time_window="soon"),`,
		`    Aggregation(name="c", function="count", window="1h", where="y +"), 3])`,
		`o = OnDemandFeatureView(name="o", sources=[v, s], schema=[Field(name="x", dtype=Int64), Field(name="y", dtype=Int64)],`,
		`    expressions={"x": "a + 1", "z": "1"})`,
		`@on_demand_feature_view(sources=[v], schema=[])`,
		`def f(inputs): return inputs`,
	))
	wantFaults(t, err, fault{"f.py:4:72", "T0191", "hop: 1h"}, fault{"f.py:5:57", "T0106", "duration"},
		fault{"f.py:6:64", "T1101", "of the expression"}, fault{"f.py:6:72", "T0223", "aggregations[3] is no Aggregation"},
		fault{"f.py:7:47", "T0223", "name a feature view on it"}, fault{"f.py:7:89", "T0223", "'y' has no expression"},
		fault{"f.py:8:37", "T0223", "'z', which is no field"}, fault{"f.py:9:2", "T0160", "expressions="})
	if errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("got %v", errs.CodeOf(err))
	}
}

func TestADefaultThatIsNoJSONIsAFaultOfItsField(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, python(imports,
		`s = FileSource(name="s", path="s.csv", timestamp_field="ts")`,
		`v = FeatureView(name="v", source=s, schema=[Field(name="x", dtype=Float64, default={"null": float("nan")})])`,
		`w = FeatureView(name="w", source=s, online=False, aggregations=[`,
		`    Aggregation(name="a", function="count", window="1h", default={"absent": float("inf")})])`,
	))
	wantFaults(t, err, fault{"f.py:3:84", "T0223", "default of field 'x' cannot be written as JSON"},
		fault{"f.py:5:66", "T0223", "default of aggregation 'a' cannot be written as JSON"})
}
