package definitions_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/config"
	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
)

const gapOwner = `kind: Entity
name: user_id
---
kind: DataSource
name: log
type: file
path: log.csv
timestamp_field: ts
---
kind: FeatureView
name: activity
entities: [user_id]
source: log
schema:
  - {name: clicks, type: Int64}
`

const gapUser = `kind: FeatureView
name: more
entities: [user_id]
source: log
schema:
  - {name: taps, type: Int64}
---
kind: FeatureService
name: model
features: [activity:clicks]
`

// TestNamesThatMayStandInAFaultAreNotCalledUnknown spoils one file in every way in which a name gets lost.
func TestNamesThatMayStandInAFaultAreNotCalledUnknown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new string
		ids      string
		withheld string // "": nothing is withheld
	}{
		"a bracket":            {"entities: [user_id]\nsource: log", "entities: [user_id\nsource: log", "T0200", "there: 1\n"},
		"no blank":             {"type: file", "type:file", "T0200", "there: 2\n"},
		"bytes":                {"name: user_id", "name: \xff", "T0202", "there: 3\n"},
		"nesting":              {"name: log", "name: " + strings.Repeat("[", 200), "T0201", "there: 3\n"},
		"no kind":              {"kind: Entity", "kindd: Entity", "T0175", "there: 2\n"},
		"an unknown kind":      {"kind: DataSource", "kind: Data Source", "T0206", "there: 2\n"},
		"no name":              {"name: user_id", "nam: user_id", "T0175 T0203", "there: 2\n"},
		"a list":               {"kind: Entity\nname: user_id", "- kind: Entity", "T0204", "there: 2\n"},
		"a feature has none":   {"{name: clicks,", "{nam: clicks,", "T0175 T0203", "there: 1\n"},
		"a type that is wrong": {"type: Int64", "type: Int65", "T0111", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spoilt := strings.Replace(gapOwner, c.old, c.new, 1)
			if spoilt == gapOwner {
				t.Fatalf("%q does not stand in the file", c.old)
			}
			_, warnings, err := load(t, map[string]string{"a.yaml": spoilt, "b.yaml": gapUser})
			var ids []string
			for _, e := range errs.All(err) {
				ids = append(ids, e.ID)
			}
			if got := strings.Join(ids, " "); got != c.ids {
				t.Errorf("got the faults %s, want %s:\n%v", got, c.ids, err)
			}
			var told string
			for _, w := range warnings {
				told += w.Message + "\n"
			}
			if c.withheld == "" && told != "" || !strings.Contains(told, c.withheld) || c.withheld != "" && !strings.HasPrefix(told, "1 file ") {
				t.Errorf("got the warnings %q, want 1 file and %q", told, c.withheld)
			}
		})
	}
}

func TestUnreadableFilesAreCounted(t *testing.T) {
	t.Parallel()
	_, warnings, err := load(t, map[string]string{"a.yaml": "a: [", "b.yaml": gapUser, "c.yaml": "\xff", "d.py": "x = (\n"})
	if len(errs.All(err)) != 3 || len(warnings) != 1 || warnings[0].ID != "T0209" || !strings.HasPrefix(warnings[0].Message, "3 files ") {
		t.Errorf("got %v, %v", warnings, err)
	}
}

func TestUnknownNamesAreReportedWhereEveryFileIsRead(t *testing.T) {
	t.Parallel()
	_, warnings, err := load(t, map[string]string{"b.yaml": gapUser})
	if all := errs.All(err); len(all) != 3 || len(warnings) > 0 {
		t.Errorf("got %v, %v; want unknown entity, source and view", warnings, err)
	}
}

func TestReplacedSourceOfAnUnreadableFileIsNotCalledUnknown(t *testing.T) {
	t.Parallel()
	settings := "project: p\nsources:\n  log: {type: file, path: other.csv}\n"
	dir := repository(t, map[string]string{"a.yaml": strings.Replace(gapOwner, "type: file", "type:file", 1), config.FileName: settings})
	c, _, err := config.Load(fmt.Sprintf("%s/%s", dir, config.FileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, warnings, err := definitions.Load(t.Context(), dir, &definitions.Options{Overrides: c.Sources})
	if all := errs.All(err); len(all) != 1 || all[0].ID != "T0200" || len(warnings) != 1 {
		t.Errorf("got %v, %v; want the syntax error alone", warnings, err)
	}
}
