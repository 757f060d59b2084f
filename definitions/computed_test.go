package definitions_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestComputedFeaturesAreRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("testdata", "computed")
	set, warnings, err := definitions.Load(t.Context(), dir, nil)
	if err != nil || len(warnings) != 0 {
		t.Fatalf("got %v, %v", err, warnings)
	}
	got, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join(dir, "set.json")
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(bytes.TrimSpace(want), got) {
		t.Errorf("%v; got %s", err, got)
	}
}

// onDemand returns base with a view for on-demand views and one such view, whose first line is line 20.
func onDemand(lines ...string) map[string]string {
	return add(append([]string{"---", "kind: OnDemandFeatureView"}, lines...)...)
}

func TestExpressionFaultsPointIntoTheFile(t *testing.T) {
	t.Parallel()
	const sources = "sources: [v, {request: r, schema: [{name: amount, type: Float64}]}]"
	for text, want := range map[string]fault{
		`features: [{name: x, expression: "amont / a"}]`:                       {"f.yaml:23:35", "T1102", "did you mean amount?"},
		`features: [{name: x, expression: amount / c}]`:                        {"f.yaml:23:43", "T1102", `unknown column "c"`},
		`features: [{name: x, expression: 'amount + b'}]`:                      {"f.yaml:23:42", "T1104", "+ does not take"},
		`features: [{name: x, expression: 'b == ''x'' + 1'}]`:                  {"f.yaml:23:34", "T1104", "at character 10 of the expression"},
		`features: [{name: x, expression: "amount +"}]`:                        {"f.yaml:23:43", "T1101", ""},
		`features: [{name: x, type: Int64, expression: "amount * 2"}]`:         {"f.yaml:23:55", "T1106", "Int64 is wanted"},
		"features:\n  - name: x\n    expression: |\n      amount +\n        c": {"f.yaml:27:9", "T1102", `unknown column "c"`},
		"features:\n  - name: x\n    expression: >\n      amount +\n      c":   {"f.yaml:25:17", "T1102", "at character 10 of the expression"},
		`features: [{name: x, expression: "a // b"}]`:                          {"f.yaml:23:37", "T1104", "// does not take"},
		`features: [{name: x, expression: ""}]`:                                {"f.yaml:23:34", "T0175", "no expression"},
		`features: [{name: x, expression: a, default: {absent: 1}}]`:           {"f.yaml:23:46", "T0133", "never absent"},
		`features: [{name: x, expression: a, default: {null: b}}]`:             {"f.yaml:23:46", "T0133", "no Int64"},
		`features: [{name: x, type: Int64}]`:                                   {"f.yaml:23:12", "T0175", "expression is missing"},
		`features: []`:                                                         {"f.yaml:23:11", "T0175", "no features"},
	} {
		_, _, err := load(t, onDemand("name: o", sources, text))
		wantFaults(t, err, want)
	}
	_, _, err := load(t, add("refresh: 1h", "aggregations:", `  - {name: x, function: sum, column: y, window: 7d, where: "status === 'ok'"}`))
	wantFaults(t, err, fault{"f.yaml:21:70", "T1101", ""})
	_, _, err = load(t, replace(t, "timestamp_field: ts\n", "timestamp_field: ts\nschema: [{name: y, type: String}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	files := add("refresh: 1h", "aggregations:", `  - {name: x, function: sum, column: y, window: 7d, where: "z > 1"}`, `  - {name: c, function: count, type: Float64, window: 7d, where: "y > 1", by: k}`)
	files["f.yaml"] = strings.Replace(files["f.yaml"], "timestamp_field: ts\n", "timestamp_field: ts\nschema: [{name: y, type: String}, {name: k, type: Int64}]\n", 1)
	_, _, err = load(t, files)
	wantFaults(t, err, fault{"f.yaml:22:38", "T0701", "sum does not take a column of type String"},
		fault{"f.yaml:23:69", "T1104", "does not take (String, Int)"}, fault{"f.yaml:23:79", "T0193", "must be String"},
		fault{"f.yaml:23:38", "T0193", "declared Float64"})
}

func TestOnDemandSourcesAreChecked(t *testing.T) {
	t.Parallel()
	const features = `features: [{name: x, expression: "1"}]`
	for sources, want := range map[string]fault{
		"sources: []":                                                  {"f.yaml:22:10", "T0175", "no sources"},
		"sources: [w]":                                                 {"f.yaml:22:11", "T0011", `unknown feature view "w"`},
		"sources: [{view: v, features: [c]}]":                          {"f.yaml:22:32", "T0012", `unknown feature "c"`},
		"sources: [{view: v, features: []}]":                           {"f.yaml:22:31", "T0195", "takes no feature"},
		"sources: [{view: v, features: [a, a]}]":                       {"f.yaml:22:35", "T0120", "twice"},
		"sources: [{view: v, request: r}]":                             {"f.yaml:22:11", "T0195", "both a view and a request"},
		"sources: [{request: r}]":                                      {"f.yaml:22:21", "T0180", "unknown data source"},
		"sources: [{request: tx}]":                                     {"f.yaml:22:21", "T0183", "is a file source"},
		"sources: [{request: r, schema: []}]":                          {"f.yaml:22:11", "T0195", "no columns"},
		"sources: [{request: r, alias: q}]":                            {"f.yaml:22:11", "T0195", "no alias"},
		"sources: [{}]":                                                {"f.yaml:22:11", "T0195", "no columns"},
		"sources: [{request: r, schema: [{name: Y}]}]":                 {"f.yaml:22:33", "T0175", "type is missing"},
		"sources: [v, v]":                                              {"f.yaml:22:14", "T0196", "use other__a"},
		"sources: [v, {view: v, features: [b], alias: q}]":             {},
		"sources: [v, {request: r, schema: [{name: a, type: Int64}]}]": {"f.yaml:22:14", "T0196", "rename the request column"},
		"sources: [{request: r, schema: [{name: a, type: Int64}]}, v]": {"f.yaml:22:59", "T0196", "{view: v, alias: other}"},
	} {
		_, _, err := load(t, onDemand("name: o", sources, features))
		switch {
		case want.place == "" && err != nil:
			t.Errorf("%s: %v", sources, err)
		case sources == "sources: [{request: r, schema: [{name: Y}]}]":
			if errs.CodeOf(err) != errs.InvalidArgument {
				t.Errorf("%s: %v", sources, err)
			}
		case want.place != "":
			wantFaults(t, err, want)
		}
	}
	_, _, err := load(t, onDemand("name: v", "sources: [v]", features))
	wantFaults(t, err, fault{"f.yaml:21:7", "T0173", `"v" is defined twice`})
	_, _, err = load(t, onDemand("name: o", "sources: [v]", features, "---", "kind: FeatureService", "name: s", "features:",
		"  - {view: o, join_key_map: {user_id: payer}}", "  - {view: o, alias: p, features: [y]}"))
	wantFaults(t, err, fault{"f.yaml:28:29", "T0151", "no join keys of its own"}, fault{"f.yaml:29:36", "T0012", `unknown feature "y" in view "o", defined at f.yaml:21:7`})
}

func TestBadInput_28_cycle_of_views(t *testing.T) {
	t.Parallel()
	view := func(name, of string) string {
		return "kind: OnDemandFeatureView\nname: " + name + "\nsources: [" + of + "]\nfeatures: [{name: f_" + name + ", type: Int64, expression: \"1\"}]\n"
	}
	_, _, err := load(t, map[string]string{"f.yaml": view("c", "a") + "---\n" + view("a", "b") + "---\n" + view("b", "c") + "---\n" + view("d", "a")})
	wantFaults(t, err, fault{"f.yaml:8:11", "T0197", "a → b → c → a"})
}

func TestBadInput_29_self_reference_and_diamond(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, onDemand("name: o", "sources: [o]", `features: [{name: x, type: Int64, expression: "x + 1"}]`))
	wantFaults(t, err, fault{"f.yaml:22:11", "T0197", "has itself as a source"})
	o := func(name, of, expression string) string {
		return "---\nkind: OnDemandFeatureView\nname: " + name + "\nsources: [" + of + "]\nfeatures: [{name: f_" + name + ", expression: \"" + expression + "\"}]\n"
	}
	files := map[string]string{"f.yaml": base + o("l", "v", "a + 1") + o("r", "v", "a * 2") + o("top", "l, r", "f_l + f_r")}
	set, _, err := load(t, files)
	if err != nil {
		t.Fatal(err)
	}
	if top, _ := set.OnDemandView("top"); top.Features[0].Type.String() != "Int64" {
		t.Errorf("got %+v", top)
	}
}

func TestAWindowViewWhoseValuesDependOnWhenItsJobStartsIsWarnedOf(t *testing.T) {
	t.Parallel()
	const window = "online: true\naggregations: [{name: x, function: count, window: 7d}]\nrefresh: 1h"
	for name, c := range map[string]struct {
		source, view string
		warned       bool
	}{
		"usable at the event time":            {"created_timestamp_column: seen", window, true},
		"usable when created":                 {"created_timestamp_column: seen\navailability: created_time", window, false},
		"usable after a delay":                {"created_timestamp_column: seen\navailability: {delay: 5m}", window, false},
		"nobody knows when rows were created": {"tie_break: [a]", window, false},
		"exact at every moment":               {"created_timestamp_column: seen", strings.Replace(strings.Replace(window, "true", "false", 1), "\nrefresh: 1h", "", 1), false},
		"no windows":                          {"created_timestamp_column: seen", "online: true", false},
	} {
		text := strings.Replace(strings.Replace(base, "timestamp_field: ts", "timestamp_field: ts\n"+c.source, 1), "online: true", c.view, 1)
		_, warnings, err := load(t, map[string]string{"f.yaml": text})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := len(warnings) == 1; got != c.warned || len(warnings) > 1 {
			t.Errorf("%s: warnings %v", name, warnings)
			continue
		}
		if c.warned && (warnings[0].ID != "T0211" || warnings[0].Pos.Line == 0 || !strings.Contains(warnings[0].Hint, "created_time")) {
			t.Errorf("%s: %+v", name, warnings[0])
		}
	}
}
