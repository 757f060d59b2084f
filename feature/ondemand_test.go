package feature_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// computed returns flights with a window view and on-demand views on it: a diamond of sum on twice and gust.
func computed(t *testing.T) *feature.Set {
	t.Helper()
	s := flights()
	number := value.Scalar(value.Int64)
	expression := func(name, text string) feature.OnDemandFeature {
		return feature.OnDemandFeature{Field: feature.Field{Name: name}, Expression: text}
	}
	s.Views = append(s.Views, &feature.View{
		Name: "delays", Entities: []string{"plane"}, Source: "age", Online: true, Refresh: eventtime.Hour, Delay: 5 * eventtime.Minute,
		Inputs: []value.Field{{Name: "minutes", Type: number}, {Name: "carrier", Type: value.Scalar(value.String)}},
		Aggregations: []feature.Aggregation{
			{Name: "delay_3h", Function: "sum", Column: "minutes", Window: 3 * eventtime.Hour, Where: "carrier=='X'&&minutes>0"},
			{Name: "legs", Function: "count", Window: 24 * eventtime.Hour, Offset: eventtime.Hour},
		},
	})
	s.OnDemand = []*feature.OnDemandView{
		{Name: "twice", Sources: []feature.OnDemandSource{{View: "weather"}}, Features: []feature.OnDemandFeature{expression("double", "wind * 2")}},
		{
			Name: "gust", Features: []feature.OnDemandFeature{expression("gust", "wind + extra"), expression("unused", "carry")},
			Sources: []feature.OnDemandSource{
				{View: "weather", Features: []string{"wind"}},
				{Request: "now", Schema: []feature.Field{{Name: "extra", Type: number}, {Name: "carry", Type: number}}},
			},
		},
		{
			Name: "sum", Features: []feature.OnDemandFeature{expression("total", "double + gust + d__legs + extra")},
			Sources: []feature.OnDemandSource{
				{View: "twice"}, {View: "gust"}, {View: "delays", Alias: "d"}, {Request: "now", Schema: []feature.Field{{Name: "extra", Type: number}}},
			},
		},
	}
	s.Services = append(s.Services, &feature.Service{Name: "both", Features: []feature.Projection{
		{View: "sum", Alias: "s"}, {View: "weather", Alias: "dest", JoinKeyMap: map[string]string{"airport": "dest_airport"}}, {View: "weather", Features: []string{"age"}},
	}})
	s.Sort()
	for range 2 { // once more changes nothing
		if err := feature.Complete(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := feature.Validate(s); err != nil {
		t.Fatal(err)
	}
	return s
}

// shown returns a selection in a few words.
func shown(s *feature.Selection) string {
	var b strings.Builder
	for i, u := range s.Uses {
		fmt.Fprintf(&b, "use %d %s %v:", i, u.Alias, u.Columns)
		for _, f := range u.Fields {
			fmt.Fprintf(&b, " %s", f.Name)
		}
		b.WriteByte('\n')
	}
	for i, d := range s.Derived {
		fmt.Fprintf(&b, "derived %d %s:%s = %s of %v\n", i, d.View.Name, d.Field.Name, d.Program, d.Inputs)
	}
	for _, o := range s.Order {
		fmt.Fprintf(&b, "%s %v\n", o.Name, o.Cell)
	}
	fmt.Fprintf(&b, "request %v", s.Request)
	return b.String()
}

func TestSelectionHasHiddenInputsAndAnOrderOfComputation(t *testing.T) {
	t.Parallel()
	s := computed(t)
	sel, err := s.SelectRefs([]string{"sum:total", "weather:age", "gust:gust", "sum:total"}, feature.ShortNames)
	if err != nil {
		t.Fatal(err)
	}
	want := `use 0 delays [owner_no tail]: legs
use 1 weather [airport]: wind age
derived 0 twice:double = wind * 2 of [{1 0}]
derived 1 gust:gust = wind + extra of [{-1 3} {1 0}]
derived 2 sum:total = double + gust + d__legs + extra of [{0 0} {-2 0} {-1 3} {-2 1}]
total {-2 2}
age {1 1}
gust {-2 1}
total {-2 2}
request [{owner_no Int64} {tail Int64} {airport String} {extra Int64}]`
	if got := shown(sel); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if sel.Derived[2].Field.Type.Kind != value.Int64 {
		t.Errorf("the type of a feature comes from its expression: %+v", sel.Derived[2].Field)
	}
	sel, err = s.SelectService("both", feature.FullNames)
	if err != nil {
		t.Fatal(err)
	}
	got := shown(sel)
	for _, part := range []string{"weather [airport]: wind age", "dest [dest_airport]: wind age", "s__total {-2 2}", "weather__age {1 1}", "{dest_airport String}"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is missing in\n%s", part, got)
		}
	}
}

func TestSelectionOfOnDemandFeaturesReportsFaults(t *testing.T) {
	t.Parallel()
	s := computed(t)
	for ref, part := range map[string]string{
		"sum:totl": "did you mean total?", "summ:total": "did you mean sum?",
	} {
		if _, err := s.SelectRefs([]string{ref}, feature.ShortNames); errs.CodeOf(err) != errs.NotFound || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: got %v", ref, err)
		}
	}
	v, _ := s.OnDemandView("sum")
	v.Sources[3].Schema[0].Type = value.Scalar(value.Float64)
	if _, err := s.SelectRefs([]string{"sum:total"}, feature.ShortNames); err == nil || !strings.Contains(err.Error(), `"extra" would be`) && !strings.Contains(err.Error(), "wanted") {
		t.Errorf("one request column of two types: got %v", err)
	}
	v.Sources[0].View = "sum"
	if _, err := s.SelectRefs([]string{"sum:total"}, feature.ShortNames); errs.CodeOf(err) == errs.OK {
		t.Error("a cycle must end with an error")
	}
}

func TestCompleteGivesWindowViewsTheirFields(t *testing.T) {
	t.Parallel()
	v, _ := computed(t).View("delays")
	if len(v.Inputs) != 2 || v.Inputs[0].Name != "carrier" || v.Schema[0].Type.Kind != value.Int64 || v.Schema[1].Name != "legs" {
		t.Errorf("got %+v, %+v", v.Inputs, v.Schema)
	}
	if v.TTL != 3*eventtime.Hour+5*eventtime.Minute {
		t.Errorf("ttl is %s, want three times refresh and delay", v.TTL)
	}
	if reach, bounded := v.Reach(); reach != 25*eventtime.Hour || !bounded {
		t.Errorf("got %s, %t", reach, bounded)
	}
	if f, err := v.Filter(&v.Aggregations[0]); err != nil || f.String() != "carrier == 'X' && minutes > 0" && f.String() != `carrier == "X" && minutes > 0` {
		t.Errorf("got %v, %v", f, err)
	}
	if got := v.Aggregations[1].String(); got != "count() over 1d, until 1h ago" {
		t.Errorf("got %s", got)
	}
}

func TestFingerprintsOfComputedFeatures(t *testing.T) {
	t.Parallel()
	s := computed(t)
	view := func(s *feature.Set) string { v, _ := s.View("delays"); return v.Fingerprint(s) }
	onDemand := func(s *feature.Set) string { v, _ := s.OnDemandView("sum"); return v.Fingerprint(s) }
	for name, c := range map[string]struct {
		change   func(s *feature.Set, v *feature.View, o *feature.OnDemandView)
		view, od bool // whether the fingerprint changes
	}{
		"spelling of a filter": {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) {
			v.Aggregations[0].Where = "(carrier == \"X\") && minutes>0"
		}, false, false},
		"a filter": {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) {
			v.Aggregations[0].Where = "minutes > 0"
		}, true, false},
		"a window that is used": {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) {
			v.Aggregations[1].Window = eventtime.Hour
		}, true, true},
		"a hop":       {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) { v.Aggregations[0].Hop = eventtime.Hour }, true, false},
		"the refresh": {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) { v.Refresh = 2 * eventtime.Hour }, true, true},
		"the delay":   {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) { v.Delay = 0 }, true, true},
		"the type of an input": {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) {
			v.Inputs[1].Type = value.Scalar(value.Int32)
		}, true, false},
		"the schedule": {func(_ *feature.Set, v *feature.View, _ *feature.OnDemandView) { v.Schedule = "10m" }, false, false},
		"spelling of an expression": {func(_ *feature.Set, _ *feature.View, o *feature.OnDemandView) {
			o.Features[0].Expression = "((double+gust)) + d__legs + extra"
		}, false, false},
		"an expression": {func(_ *feature.Set, _ *feature.View, o *feature.OnDemandView) {
			o.Features[0].Expression = "double - gust + d__legs + extra"
		}, false, true},
		"an expression below": {func(s *feature.Set, _ *feature.View, _ *feature.OnDemandView) {
			below, _ := s.OnDemandView("twice")
			below.Features[0].Expression = "wind * 3"
		}, false, true},
		"an expression below that is not used": {func(s *feature.Set, _ *feature.View, _ *feature.OnDemandView) {
			below, _ := s.OnDemandView("gust")
			below.Features[1].Expression = "carry * 3"
		}, false, false},
		"a source below": {func(s *feature.Set, _ *feature.View, _ *feature.OnDemandView) {
			source, _ := s.Source("weather")
			source.Path = "other.csv"
		}, false, true},
		"a description": {func(_ *feature.Set, v *feature.View, o *feature.OnDemandView) {
			v.Description, o.Description = "x", "y"
		}, false, false},
	} {
		changed := computed(t)
		v, _ := changed.View("delays")
		o, _ := changed.OnDemandView("sum")
		c.change(changed, v, o)
		if got := view(s) != view(changed); got != c.view {
			t.Errorf("%s: the fingerprint of the view changes: %t", name, got)
		}
		if got := onDemand(s) != onDemand(changed); got != c.od {
			t.Errorf("%s: the fingerprint of the on-demand view changes: %t", name, got)
		}
	}
}
