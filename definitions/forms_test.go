package definitions_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
)

func loadDir(t *testing.T, dir string, opt *definitions.Options) *feature.Set {
	t.Helper()
	set, warnings, err := definitions.Load(t.Context(), dir, opt)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("%s: %v, %v", dir, err, warnings)
	}
	return set
}

func TestBothFormsGiveTheSameDefinitions(t *testing.T) {
	t.Parallel()
	yaml := loadDir(t, "testdata/fraud_yaml", nil)
	py := loadDir(t, "testdata/fraud_python", nil)
	if len(yaml.Views) != 2 || len(yaml.Entities) != 2 || len(yaml.Sources) != 2 || len(yaml.Services) != 1 {
		t.Fatalf("got %d views, %d entities, %d sources, %d services", len(yaml.Views), len(yaml.Entities), len(yaml.Sources), len(yaml.Services))
	}
	a, err := json.MarshalIndent(yaml, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(py, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Errorf("YAML gives\n%s\nPython gives\n%s", a, b)
	}
	for i, v := range yaml.Views {
		if got, want := py.Views[i].Fingerprint(py), v.Fingerprint(yaml); got != want {
			t.Errorf("view %s: fingerprint %s in Python, %s in YAML", v.Name, got, want)
		}
	}
	if got, want := py.Services[0].Fingerprint(), yaml.Services[0].Fingerprint(); got != want {
		t.Errorf("service: fingerprint %s in Python, %s in YAML", got, want)
	}
}

func TestFormsMixFreely(t *testing.T) {
	t.Parallel()
	set, _, err := load(t, map[string]string{
		"a.yaml": "kind: Entity\nname: user_id\nvalue_type: INT64\n---\nkind: DataSource\nname: s\ntype: file\npath: s.parquet\ntimestamp_field: ts\n",
		"b/c.py": "from truepoint import FeatureView, Field\nfrom truepoint.types import Int64\nv = FeatureView(name='v', entities=['user_id'], source='s', schema=[Field(name='a', dtype=Int64)])\n",
		"d.yaml": "kind: FeatureService\nname: svc\nfeatures: [v]\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	sel, err := set.SelectService("svc", feature.ShortNames)
	if err != nil || len(sel.Uses) != 1 || sel.Uses[0].Keys[0].Type.String() != "Int64" || sel.Uses[0].Source.Path != "s.parquet" {
		t.Errorf("got %+v, %v", sel, err)
	}
}

func TestOverridesReplaceTheirSources(t *testing.T) {
	t.Parallel()
	dir := repository(t, map[string]string{config.FileName: `project: p
sources:
  user_transactions: {type: file, path: data/u.parquet}
  merchant_stats: {type: file, path: data/m.csv, timestamp_field: ts, timezone: Asia/Seoul}
`})
	c, _, err := config.Load(filepath.Join(dir, config.FileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	set := loadDir(t, "testdata/fraud_python", &definitions.Options{Overrides: c.Sources})
	u, _ := set.Source("user_transactions")
	if u.Type != "file" || u.Path != "data/u.parquet" || u.Table != "" || u.TimestampField != "event_timestamp" || u.CreatedTimestampColumn != "created_timestamp" {
		t.Errorf("got %+v", u)
	}
	m, _ := set.Source("merchant_stats")
	if m.Type != "file" || m.TimestampField != "ts" || m.Timezone != "Asia/Seoul" {
		t.Errorf("got %+v", m)
	}
	delete(c.Sources, "merchant_stats")
	c.Sources["merchant_stat"] = c.Sources["user_transactions"]
	_, _, err = definitions.Load(t.Context(), "testdata/fraud_yaml", &definitions.Options{Overrides: c.Sources})
	if all := errs.All(err); len(all) != 1 || all[0].Pos.Line != 3 || all[0].Hint != "did you mean merchant_stats?" {
		t.Errorf("an unknown source: got %v", err)
	}
}

// guides returns repositories of the guide's form: that of the fraud example and, where TRUEPOINT_GUIDE names the
// directory that holds feature_repo, the guide's own, which is not part of this repository.
func guides() map[string]string {
	out := map[string]string{"in our words": filepath.FromSlash("../examples/fraud/testdata/guide")}
	if dir := os.Getenv("TRUEPOINT_GUIDE"); dir != "" {
		out["its own"] = filepath.Join(dir, "feature_repo")
	}
	return out
}

func TestGuideRepositoryLoadsUnchanged(t *testing.T) {
	t.Parallel()
	for name, dir := range guides() {
		set := loadDir(t, dir, nil)
		v, ok := set.View("user_transaction_features")
		if !ok || v.TTL != 7*eventtime.Day || len(v.Schema) != 5 || v.Tags["team"] != "fraud-detection" || len(set.Views) != 2 || len(set.Services) != 1 {
			t.Errorf("%s: got %+v", name, set)
		}
	}
}
