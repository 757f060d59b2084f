package definitions_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
)

// examples has a document of each kind with every key that the kind knows, each with a value unlike its default.
var examples = map[string]string{
	"Entity": `{kind: Entity, name: e, join_keys: [a, b], value_type: Int64, description: d, tags: {t: u}, owner: o}`,
	"DataSource": `{kind: DataSource, name: s, type: bigquery, path: p, table: t, query: q, timestamp_field: ts, created_timestamp_column: c, availability: created_time,
  field_mapping: {a: b}, date_partition_column: p, timezone: Asia/Seoul, timestamp_unit: ms, tie_break: [x], ties: error, deleted_column: d, event_id: i,
  batch_source: b, schema: [{name: a, type: Int64}], options: {k: v}, description: d, tags: {t: u}, owner: o}`,
	"FeatureView": `{kind: FeatureView, name: v, entities: [e], ttl: 7d, schema: [{name: a, type: Int64, description: d, tags: {t: u}, default: {null: 0, absent: 1}}],
  source: s, online: false, schedule: 1d, allowed_lateness: 1h, commit_lag: 2h, refresh: 1d, delay: 5m, description: d, tags: {t: u}, owner: o,
  aggregations: [{name: g, function: last_n, n: 3, column: a, window: 7d, offset: 1d, hop: 1h, where: "b > 1", by: c, type: Int64, default: {null: []}}]}`,
	"OnDemandFeatureView": `{kind: OnDemandFeatureView, name: v, sources: [u, {view: w, features: [a], alias: x}, {request: r, schema: [{name: b, type: Int64}]}],
  features: [{name: c, type: Float64, expression: "b / x__a", description: d, tags: {t: u}, default: {null: 0}}], description: d, tags: {t: u}, owner: o}`,
	"FeatureService": `{kind: FeatureService, name: f, features: [{view: v, features: [a], alias: x, join_key_map: {a: b}}], on_error: cells, description: d, tags: {t: u}, owner: o}`,
}

// properties returns the keys of each kind in the published schema.
func properties(t *testing.T) map[string]map[string]any {
	t.Helper()
	b, err := json.Marshal(definitions.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		OneOf []struct {
			Properties map[string]struct {
				Enum []string `json:"enum"`
			} `json:"properties"`
		} `json:"oneOf"`
	}
	if err := json.Unmarshal(b, &schema); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for _, kind := range schema.OneOf {
		keys := map[string]any{}
		for k := range kind.Properties {
			keys[k] = true
		}
		out[kind.Properties["kind"].Enum[0]] = keys
	}
	return out
}

// decoded returns the JSON of what a document is read as; the document need not be valid as a whole.
func decoded(t *testing.T, text string) string {
	t.Helper()
	set, err := definitions.DecodeForTest(text)
	for _, e := range errs.All(err) {
		if e.ID == "T0203" && !strings.Contains(text, "x_") {
			t.Errorf("the schema has a key that the decoder does not know: %v", e)
		}
	}
	b, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryKeyOfTheSchemaHasAnEffect(t *testing.T) {
	t.Parallel()
	for kind, keys := range properties(t) {
		whole := decoded(t, examples[kind])
		for key := range keys {
			if !strings.Contains(examples[kind], key+": ") {
				t.Errorf("the example of %s lacks the key %s", kind, key)
			}
			if key == "kind" {
				continue
			}
			if decoded(t, regexp.MustCompile(`(, |\n  )`+key+`: `).ReplaceAllString(examples[kind], "${1}x_"+key+": ")) == whole {
				t.Errorf("%s: key %s is read but changes nothing", kind, key)
			}
		}
	}
	if got := slices.Sorted(maps.Keys(properties(t))); !slices.Equal(got, []string{feature.KindSource, feature.KindEntity, feature.KindService, feature.KindView, feature.KindOnDemand}) {
		t.Errorf("kinds of the schema: %v", got)
	}
}

// FuzzLoad loads one YAML file: no panic, and every fault has a place, an id and a text.
func FuzzLoad(f *testing.F) {
	f.Add(base)
	for _, text := range examples {
		f.Add(text)
	}
	f.Add("kind: FeatureService\nname: s\nfeatures: [v:a, v:b, {view: v}]\n")
	f.Add("kind: FeatureView\nname: v\nsource: &a s\nschema: [&f {name: a, type: Int64}, *f]\nentities: *a\n")
	dir := f.TempDir() // one for all: making directories would take most of the time
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		if err := os.WriteFile(filepath.Join(dir, "f.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		set, _, err := definitions.Load(t.Context(), dir, nil)
		if (set == nil) == (err == nil) {
			t.Fatal("a set or an error, not both or neither")
		}
		for _, e := range errs.All(err) {
			if e.ID == "" || e.Message == "" || e.Pos.Line < 1 {
				t.Errorf("a fault without place, id or text: %+v", e)
			}
		}
	})
}

func TestThePublishedSchemaIsUpToDate(t *testing.T) {
	t.Parallel()
	const path = "../docs/reference/definitions.schema.json"
	text, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	b, err := json.Marshal(definitions.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is not what the code says: run make generate", path)
	}
}
