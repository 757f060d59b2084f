package definitions_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint/definitions"
	"github.com/truepoint/truepoint/errs"
)

func TestOneMistakeIsOneFault(t *testing.T) {
	t.Parallel()
	files := add("aggregations: 7")
	files["f.yaml"] = strings.Replace(files["f.yaml"], "schema:\n  - {name: a, type: Int64}\n  - {name: b, type: String}\n", "", 1)
	_, _, err := load(t, files)
	wantFaults(t, err, fault{"f.yaml:16:15", "T0204", "a list is expected"})
	_, _, err = load(t, python(imports,
		`e = Entity(name="user_id", join_key=["user_id"])`,
		`s = FileSource(name="s", path="s.csv", timestamp_field="ts")`,
		`v = FeatureView(name="v", entities=[e], source=s, schema=[Field(name="a", type=Int64), Field(name="b")])`,
	))
	wantFaults(t, err, fault{"f.py:2:37", "T0223", "text is expected"}, fault{"f.py:4:80", "T0223", "did you mean dtype?"}, fault{"f.py:4:88", "T0223", "field 'b' has no dtype"})
}

func TestAMissingBlankAfterAColonIsSaid(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, replace(t, "online: true", "online:true"))
	wantFaults(t, err, fault{"f.yaml:18:1", "T0200", "a space after each colon"})
}

func TestExcerptsAreSafeToPrint(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, map[string]string{"a.yaml": "\xff\xfek\x00i\x00n\x00d\x00", "b.py": "x = 1 /\x1b[31m 0\n"})
	for _, e := range errs.All(err) {
		if strings.ContainsAny(e.Excerpt, "\x00\x1b\x7f") {
			t.Errorf("%s: excerpt %q", e, e.Excerpt)
		}
	}
	if len(errs.All(err)) != 2 {
		t.Errorf("got %v", err)
	}
}

func TestARepositoryWithoutDefinitionsIsSaid(t *testing.T) {
	t.Parallel()
	dir := repository(t, map[string]string{"feature_store.yaml": "project: p\n", "README.md": "?"})
	set, warnings, err := definitions.Load(t.Context(), dir, nil)
	if err != nil || len(set.Views) != 0 || len(warnings) != 1 || warnings[0].ID != "T0208" || !strings.Contains(warnings[0].Message, dir) {
		t.Errorf("got %v, %v, %v", set, warnings, err)
	}
}
