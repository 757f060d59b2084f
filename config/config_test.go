package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/datatest"
)

// load writes text to a file of its own and loads it with some variables.
func load(t *testing.T, text string, env map[string]string) (*config.Config, []config.Warning, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), config.FileName)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	defer datatest.Dir(t, filepath.Dir(path))()
	return config.Load(path, &config.Setting{Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
}

// wantFault fails unless err has a fault at line:column (0:0: anywhere) with that id whose text contains part.
func wantFault(t *testing.T, err error, line, column int, id, part string) {
	t.Helper()
	for _, e := range errs.All(err) {
		if (line == 0 || e.Pos.Line == line && e.Pos.Column == column) && e.ID == id && strings.Contains(e.Message+" | "+e.Hint, part) {
			return
		}
	}
	t.Errorf("no fault %s at %d:%d with %q in:\n%v", id, line, column, part, err)
}

func TestLoadFillsDefaults(t *testing.T) {
	t.Parallel()
	c, warnings, err := load(t, "project: p\n", nil)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	if c.Registry.Type != "sqlite" || c.Registry.Path != filepath.Join(c.Dir, "data/registry.db") {
		t.Errorf("registry: %+v", c.Registry)
	}
	if c.Online.Type != "embedded" || c.Online.Path != filepath.Join(c.Dir, "data/online") || c.Offline.Type != "file" || c.KeyVersion != 3 {
		t.Errorf("stores: %+v %+v %d", c.Online, c.Offline, c.KeyVersion)
	}
	if c.Server.Port != 6566 || c.Server.Limits.BodyBytes != 16<<20 || c.Server.Limits.Entities != 10_000 || c.Server.Limits.InFlight != 1024 || c.Server.MaxSkew != 2*eventtime.Second {
		t.Errorf("server: %+v", c.Server)
	}
	if c.Server.Traces.Endpoint != "" || c.Server.Traces.Sample != 0.01 {
		t.Errorf("traces: %+v", c.Server.Traces)
	}
}

func TestLoadTakesPathsFromTheFile(t *testing.T) {
	t.Parallel()
	for registry, want := range map[string]struct{ typ, path, url string }{
		"data/r.db":                          {"sqlite", "data/r.db", ""},
		"sqlite:r.db":                        {"sqlite", "r.db", ""},
		"sqlite:///r.db":                     {"sqlite", "r.db", ""},
		"sqlite:////abs/r.db":                {"sqlite", "/abs/r.db", ""},
		"/abs/r.db":                          {"sqlite", "/abs/r.db", ""},
		"gs://b/r.db":                        {"gcs", "", "gs://b/r.db"},
		"s3://b/r.db":                        {"s3", "", "s3://b/r.db"},
		"postgresql://u:p@h/db":              {"postgres", "", "postgresql://u:***@h/db"},
		"postgresql+psycopg2://u:p@h:1/db":   {"postgres", "", "postgresql+psycopg2://u:***@h:1/db"},
		"{path: x.db, cache_ttl_seconds: 5}": {"sqlite", "x.db", ""},
		"{registry_type: remote, path: 'localhost:6570'}": {"remote", "", "localhost:6570"},
	} {
		c, _, err := load(t, "project: p\nregistry: "+registry+"\n", nil)
		if err != nil {
			t.Errorf("%s: %v", registry, err)
			continue
		}
		path := want.path
		if path != "" && !filepath.IsAbs(path) {
			path = filepath.Join(c.Dir, path)
		}
		if c.Registry.Type != want.typ || c.Registry.Path != path || c.Registry.URL.String() != want.url {
			t.Errorf("%s: got %+v (%s)", registry, c.Registry, c.Registry.URL)
		}
	}
	_, _, err := load(t, "project: p\nregistry: ftp://x/y\n", nil)
	wantFault(t, err, 2, 11, "T0244", "nothing keeps a registry")
}

func TestLoadReadsStores(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, `project: p
offline_store: dask
online_store:
  type: redis
  connection_string: "h:6379,password=hunter2,ssl=true"
  redis_type: redis_cluster
  key_ttl_seconds: 604800
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Offline.Type != "file" || c.Online.Type != "redis" || c.Online.Options["key_ttl_seconds"] != "604800" {
		t.Errorf("got %+v, %+v", c.Offline, c.Online)
	}
	if c, _, err = load(t, "project: p\nonline_store: null\n", nil); err != nil || c.Online.Type != "none" {
		t.Errorf("online_store: null: %+v, %v", c, err)
	}
	if c, _, err = load(t, "project: p\nonline_store: {type: sqlite}\n", nil); err != nil || c.Online.Path != filepath.Join(c.Dir, "data/online_store.db") {
		t.Errorf("sqlite: %+v, %v", c, err)
	}
}

func TestLoadReportsEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, `projct: p
registry: {path: r.db, cache_ttl_second: 5}
provider: gpc
online_store:
  type: rediss
offline_store: {type: file, dataset: x}
entity_key_serialization_version: 1
server:
  port: 65536
  limits: {entities: 0}
sources:
  a: {type: fil, path: x}
`, nil)
	wantFault(t, err, 1, 1, "T0203", "did you mean project?")
	wantFault(t, err, 1, 1, "T0175", "the key project is missing")
	wantFault(t, err, 2, 24, "T0203", "did you mean cache_ttl_seconds?")
	wantFault(t, err, 3, 11, "T0206", "did you mean gcp?")
	wantFault(t, err, 5, 9, "T0206", "did you mean redis?")
	wantFault(t, err, 6, 29, "T0203", "dataset")
	wantFault(t, err, 7, 35, "T0205", "not between 2 and 3")
	wantFault(t, err, 9, 9, "T0205", "65535")
	wantFault(t, err, 10, 22, "T0205", "not between")
	wantFault(t, err, 12, 13, "T0206", "did you mean file?")
	for _, e := range errs.All(err) {
		if e.Excerpt == "" || e.Width < 1 {
			t.Errorf("no excerpt: %v", e)
		}
	}
}

func TestLoadWarnsOncePerKeyWithoutMeaning(t *testing.T) {
	t.Parallel()
	_, warnings, err := load(t, "project: p\nbatch_engine: {type: local}\nflags: {a: true}\nonline_store: {type: sqlite, vector_enabled: true}\ncoerce_tz_aware: true\nauth: {type: no_auth}\n", nil)
	if err != nil || len(warnings) != 3 {
		t.Fatalf("got %d warnings, want 3: %v, %v", len(warnings), warnings, err)
	}
	if w := warnings[0]; w.Pos.Line != 2 || w.Code != errs.OK || !strings.Contains(w.Message, "batch_engine") || w.Hint == "" || w.Excerpt == "" {
		t.Errorf("got %+v", w)
	}
	_, _, err = load(t, "project: p\nauth: {type: oidc, auth_discovery_url: x}\n", nil)
	wantFault(t, err, 2, 14, "T0160", "later release")
}

func TestExpand(t *testing.T) {
	t.Parallel()
	env := func(n string) (string, bool) {
		v, ok := map[string]string{"A": "a", "EMPTY": "", "PW": "x${B}$"}[n]
		return v, ok
	}
	for in, want := range map[string]string{
		"": "", "plain": "plain", "$A": "$A", "a$": "a$", "p$$w": "p$$w", "${A}": "a", "x${A}y${A}": "xaya", "$${A}": "${A}",
		"${B:-b}": "b", "${A:-b}": "a", "${EMPTY}": "", "${EMPTY:-d}": "d", "${B:-}": "", "${B:-${A}}": "a", "${B:-${C:-c}}": "c",
		"${A:-${UNSET}}": "a", "${PW}": "x${B}$", "${B:-a:b-c}": "a:b-c", "}": "}",
	} {
		if got, err := config.Expand(in, env); err != nil || got != want {
			t.Errorf("Expand(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for in, part := range map[string]string{
		"${B}": "variable B is not set", "${B:-${C}}": "variable C is not set", "${": "no variable", "${}": "no variable", "${1A}": "no variable",
		"${A": "no variable", "${A:-x": "not closed", "${A:x}": "no variable", "${A?}": "no variable",
		strings.Repeat("${B:-", 20) + strings.Repeat("}", 20): "nested more than 8",
	} {
		if got, err := config.Expand(in, env); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("Expand(%q) = %q, %v; want an error with %q", in, got, err, part)
		}
	}
}

func TestVariablesBecomeNumbers(t *testing.T) {
	t.Parallel()
	c, warnings, err := load(t, "project: ${P:-p}\nserver: {port: '${PORT}'}\nonline_store: {type: redis, connection_string: '${CS}', redis_type: redis}\nproject_description: a $PORT\n",
		map[string]string{"PORT": "7000", "CS": "h:1,password=hunter2"})
	if err != nil || c.Server.Port != 7000 || c.Online.Options["connection_string"] != "h:1,password=hunter2" {
		t.Fatalf("got %v, %v", c, err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0].Hint, "${PORT}") {
		t.Errorf("a variable in the short form gives one warning, got %v", warnings)
	}
	_, _, err = load(t, "project: p\nserver:\n  port: ${PORT}\n", map[string]string{"PORT": "hunter2"})
	wantFault(t, err, 3, 9, "T0204", "a whole number")
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the value of a variable is shown: %v", err)
	}
}

func TestBesideKeepsWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "registry.db")
	never := func(string) (bool, error) { return false, nil }
	if got, w, err := config.Beside(path, never); got != path || w != nil || err != nil {
		t.Errorf("nothing there: %q, %v, %v", got, w, err)
	}
	if err := os.WriteFile(path, []byte("feast"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, w, err := config.Beside(path, never); got != path+".truepoint" || w == nil || err != nil {
		t.Errorf("a foreign file: %q, %v, %v", got, w, err)
	}
	if got, w, err := config.Beside(path, func(string) (bool, error) { return true, nil }); got != path || w != nil || err != nil {
		t.Errorf("a file of ours: %q, %v, %v", got, w, err)
	}
}

// TestGuideFormsLoad reads the configurations of the fraud example, which have the forms of the guide, and the guide's
// own files, which are not part of this repository: TRUEPOINT_GUIDE names the directory that holds feature_repo.
func TestGuideFormsLoad(t *testing.T) {
	t.Parallel()
	for name, pattern := range map[string]string{
		"in our words": filepath.FromSlash("../examples/fraud/testdata/guide/feature_store*.yaml"),
		"its own":      filepath.Join(os.Getenv("TRUEPOINT_GUIDE"), "feature_store-*.yaml"),
		"its own repo": filepath.Join(os.Getenv("TRUEPOINT_GUIDE"), "feature_repo", config.FileName),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name != "in our words" && os.Getenv("TRUEPOINT_GUIDE") == "" {
				t.Skip("the guide's own files are not part of this repository; TRUEPOINT_GUIDE names their directory")
			}
			files, err := filepath.Glob(pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("%s: no files, %v", pattern, err)
			}
			for _, f := range files {
				c, warnings, err := config.Load(f, nil)
				if err != nil || len(warnings) > 0 || c.Project != "fraud_detection" {
					t.Errorf("%s: %v, %v", f, err, warnings)
				}
			}
		})
	}
}

// TestFormsOfTheGuide loads the same forms in our own words.
func TestFormsOfTheGuide(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"redis cluster": "project: p\nregistry: gs://bucket/registry.db\nprovider: gcp\nonline_store:\n  type: redis\n  connection_string: 'a:6379,b:6380'\n  redis_type: redis_cluster\n  key_ttl_seconds: 604800\n",
		"dynamodb":      "project: p\nregistry: s3://bucket/registry.db\nprovider: aws\nonline_store:\n  type: dynamodb\n  region: ap-northeast-2\n  table_name_template: 'online_{project}_{table}'\n",
		"bigquery":      "project: p\nregistry: gs://bucket/registry.db\nprovider: gcp\noffline_store:\n  type: bigquery\n  dataset: d\n  location: asia-northeast3\nentity_key_serialization_version: 2\n",
	} {
		if _, warnings, err := load(t, text, nil); err != nil || len(warnings) > 0 {
			t.Errorf("%s: %v, %v", name, err, warnings)
		}
	}
}

func TestJSONSchemaKnowsEveryKey(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(config.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"project", "registry", "redis_type", "table_name_template", "key_ttl_seconds", "tokens_file", "timestamp_field", "batch_engine"} {
		if !strings.Contains(string(b), `"`+key+`":`) {
			t.Errorf("the schema does not know %s", key)
		}
	}
}

func ExampleExpand() {
	env := map[string]string{"HOST": "db1"}
	s, _ := config.Expand("${HOST}:${PORT:-5432}", func(n string) (string, bool) { v, ok := env[n]; return v, ok })
	fmt.Println(s)
	// Output: db1:5432
}

func TestLoadTakesWhereTracesGo(t *testing.T) {
	t.Parallel()
	c, _, err := load(t, "project: p\nserver: {traces: {endpoint: 'http://collector:4318', sample: 0.25}, limits: {in_flight: 7}}\n", nil)
	if err != nil || c.Server.Traces.Endpoint != "http://collector:4318" || c.Server.Traces.Sample != 0.25 || c.Server.Limits.InFlight != 7 {
		t.Errorf("got %+v, %v", c.Server, err)
	}
	_, _, err = load(t, "project: p\nserver:\n  traces: {sample: 0}\n", nil)
	wantFault(t, err, 3, 20, "T0205", "no share above 0 and up to 1")
	wantFault(t, err, 3, 11, "T0175", "the key endpoint is missing")
}
