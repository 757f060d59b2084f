package definitions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// declared is what testdata/feast/dump.py prints: the definitions as Feast itself understands them.
type declared struct {
	Entities map[string]struct {
		Keys []string
		feature.Info
	}
	Sources map[string]struct {
		Kind, Timestamp, Created, Partition, Place string
		Mapping                                    map[string]string
		feature.Info
	}
	Views map[string]struct {
		Entities []string
		TTL      int64
		Online   bool
		Source   string
		Fields   [][4]any // name, type, description, tags
		feature.Info
	}
	Services map[string]struct {
		Features [][4]any // alias, view, features, join_key_map
		feature.Info
	}
}

// feastPython returns a Python in which Feast is installed: TRUEPOINT_FEAST_PYTHON, or python3.
func feastPython(t *testing.T) string {
	t.Helper()
	python := os.Getenv("TRUEPOINT_FEAST_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('feast') is None)").Run(); err != nil {
		t.Skipf("%s has no Feast: pip install feast==0.64.0, and name it in TRUEPOINT_FEAST_PYTHON", python)
	}
	return python
}

// TestFeastUnderstandsTheSame loads definition files with Feast and with the stand-in, which the binary uses whether
// or not Feast is installed, and compares every declaration.
func TestFeastUnderstandsTheSame(t *testing.T) {
	t.Parallel()
	python := feastPython(t)
	files := map[string]string{"forms": filepath.FromSlash("testdata/feast/forms.py")}
	for name, dir := range guides() {
		files[name] = filepath.Join(dir, "features", "services.py")
		files[name+", views"] = filepath.Join(dir, "features", "fraud_detection.py")
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(python, filepath.FromSlash("testdata/feast/dump.py"), file)
			var said bytes.Buffer
			cmd.Stderr = &said
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, said.String())
			}
			var want declared
			if err := json.Unmarshal(out, &want); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{"f.py": string(text)}
			if filepath.Base(file) == "services.py" {
				views, err := os.ReadFile(filepath.Join(filepath.Dir(file), "fraud_detection.py"))
				if err != nil {
					t.Fatal(err)
				}
				files["fraud_detection.py"] = string(views)
			}
			set, _, err := load(t, files)
			if err != nil {
				t.Fatal(err)
			}
			compareSources(t, set, &want)
			compareViews(t, set, &want)
			compareServices(t, set, &want)
		})
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: the stand-in gives %s, Feast %s", what, g, w)
	}
}

func infoOf(i feature.Info) string { return fmt.Sprint(i.Description, i.Tags, i.Owner) }

func compareSources(t *testing.T, set *feature.Set, want *declared) {
	t.Helper()
	for name, w := range want.Sources {
		s, ok := set.Source(name)
		if !ok {
			t.Errorf("the stand-in has no source %s", name)
			continue
		}
		place := s.Path + s.Table + s.Query + s.BatchSource
		for _, f := range s.Schema {
			place += f.Name
		}
		same(t, "type of "+name, strings.EqualFold(strings.TrimSuffix(w.Kind, "Source"), s.Type), true)
		same(t, "source "+name, []string{s.TimestampField, s.CreatedTimestampColumn, s.DatePartitionColumn, place, fmt.Sprint(s.FieldMapping), infoOf(s.Info)},
			[]string{w.Timestamp, w.Created, w.Partition, w.Place, fmt.Sprint(w.Mapping), infoOf(w.Info)})
	}
	for name, w := range want.Entities {
		e, ok := set.Entity(name)
		if !ok {
			t.Errorf("the stand-in has no entity %s", name)
			continue
		}
		same(t, "entity "+name, fmt.Sprint(e.JoinKeys, infoOf(e.Info)), fmt.Sprint(w.Keys, infoOf(w.Info)))
	}
}

func compareViews(t *testing.T, set *feature.Set, want *declared) {
	t.Helper()
	same(t, "views", len(set.Views), len(want.Views))
	for name, w := range want.Views {
		v, ok := set.View(name)
		if !ok {
			t.Errorf("the stand-in has no view %s", name)
			continue
		}
		same(t, "view "+name, fmt.Sprint(v.Entities, int64(v.TTL), v.Online, v.Source, infoOf(v.Info)), fmt.Sprint(w.Entities, w.TTL, w.Online, w.Source, infoOf(w.Info)))
		same(t, "fields of "+name, len(v.Schema), len(w.Fields))
		for i, f := range w.Fields[:min(len(w.Fields), len(v.Schema))] {
			typ, err := value.ParseType(f[1].(string))
			if err != nil {
				t.Errorf("%s: %v", f[0], err)
			}
			got := v.Schema[i]
			if got.Tags == nil {
				got.Tags = map[string]string{}
			}
			same(t, "field of "+name, fmt.Sprint(got.Name, got.Type, got.Description, got.Tags), fmt.Sprint(f[0], typ, f[2], f[3]))
		}
	}
}

func compareServices(t *testing.T, set *feature.Set, want *declared) {
	t.Helper()
	same(t, "services", len(set.Services), len(want.Services))
	for name, w := range want.Services {
		s, ok := set.Service(name)
		if !ok || len(s.Features) != len(w.Features) {
			t.Errorf("service %s: the stand-in gives %+v, Feast %+v", name, s, w)
			continue
		}
		for i, f := range w.Features {
			got := s.Features[i]
			if got.Alias == "" {
				got.Alias = got.View
			}
			if got.Features == nil {
				v, _ := set.View(got.View)
				for _, f := range v.Schema {
					got.Features = append(got.Features, f.Name)
				}
			}
			same(t, "projection of "+name, fmt.Sprint(got.Alias, got.View, got.Features, maps.Clone(got.JoinKeyMap)), fmt.Sprint(f[0], f[1], f[2], f[3]))
		}
		same(t, "service "+name, infoOf(s.Info), infoOf(w.Info))
	}
}
