package feature_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// TestAPushSourceSaysNothingInVain sets every member of a push source, those to come included.
func TestAPushSourceSaysNothingInVain(t *testing.T) {
	t.Parallel()
	taken := map[string]bool{"name": true, "type": true, "batch_source": true, "options": true}
	samples := map[reflect.Type]any{
		reflect.TypeFor[string]():                 "x",
		reflect.TypeFor[[]string]():               []string{"x"},
		reflect.TypeFor[map[string]string]():      map[string]string{"x": "y"},
		reflect.TypeFor[[]feature.Field]():        []feature.Field{{Name: "x", Type: value.Scalar(value.Int64)}},
		reflect.TypeFor[eventtime.Availability](): eventtime.Availability{Rule: eventtime.ByCreatedTime},
	}
	source := func() *feature.Source {
		return &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "b"}
	}
	validate := func(p *feature.Source) error {
		return feature.Validate(&feature.Set{Sources: []*feature.Source{p, {Name: "b", Type: feature.FileSource, Path: "b.csv", TimestampField: "t"}}})
	}
	members := reflect.TypeFor[feature.Source]()
	for i := range members.NumField() {
		f := members.Field(i)
		setting, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || setting == "-" { // for people, and where it was written
			continue
		}
		sample, ok := samples[f.Type]
		if !ok {
			t.Fatalf("no sample of type %s for %s", f.Type, setting)
		}
		p := source()
		if taken[setting] {
			p.Options = map[string]string{"x": "y"}
			if err := validate(p); err != nil {
				t.Errorf("%s: %v", setting, err)
			}
			continue
		}
		reflect.ValueOf(p).Elem().Field(i).Set(reflect.ValueOf(sample))
		err := validate(p)
		if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), setting+" has no effect") {
			t.Errorf("%s: got %v", setting, err)
		}
		if where := `write ` + setting + ` on batch source "b"`; setting != "schema" && !strings.Contains(err.Error(), where) {
			t.Errorf("%s: %v does not say %q", setting, err, where)
		}
	}
}
