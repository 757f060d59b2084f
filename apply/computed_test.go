package apply_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// scored returns fraud with a window view, whose inputs are known from the source alone, an on-demand view and a
// service of it. The window view is Views[1], the on-demand view OnDemand[0].
func scored() *feature.Set {
	s := fraud()
	s.Views = append(s.Views, &feature.View{
		Name: "spending", Entities: []string{"user_id"}, Source: "transactions", Online: true, Refresh: eventtime.Hour,
		Aggregations: []feature.Aggregation{
			{Name: "spend", Function: "sum", Column: "amount", Window: 7 * eventtime.Day, Where: "status == 'ok'"},
			{Name: "orders", Function: "count", Window: eventtime.Day},
		},
	})
	s.OnDemand = []*feature.OnDemandView{{
		Name:     "ratio",
		Sources:  []feature.OnDemandSource{{View: "spending"}, {Request: "now", Schema: []feature.Field{field("asked", value.Float64)}}},
		Features: []feature.OnDemandFeature{{Field: feature.Field{Name: "share"}, Expression: "asked / spend"}},
	}}
	s.Services = append(s.Services, &feature.Service{Name: "scores", Features: []feature.Projection{{View: "ratio"}}})
	s.Sort()
	return s
}

// events returns an Infer that knows the columns of transactions.
func events(amount value.Kind) *apply.MakeOptions {
	return &apply.MakeOptions{Infer: func(context.Context, *feature.Source) ([]value.Field, error) {
		return []value.Field{column("user_id", value.String), column("amount", amount), column("status", value.String)}, nil
	}}
}

func (w *world) make(wanted *feature.Set, opt *apply.MakeOptions) *apply.Plan {
	w.Helper()
	p, err := apply.Make(w.Context(), w.state(), wanted, opt)
	if err != nil {
		w.Fatal(err)
	}
	return p
}

func TestInputsOfWindowsAreInferredFromTheSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commit(w.make(scored(), events(value.Int64)))
	v := w.view("spending")
	if v.Schema[0].Type.Kind != value.Int64 || !reflect.DeepEqual(v.Inputs, []value.Field{column("amount", value.Int64), column("status", value.String)}) || v.TTL != 3*eventtime.Hour {
		t.Errorf("got %+v", v)
	}
	if o, ok := w.set().OnDemandView("ratio"); !ok || o.Features[0].Type.Kind != value.Float64 {
		t.Errorf("got %+v", o)
	}
	for name, opt := range map[string]*apply.MakeOptions{"the same source": events(value.Int64), "no source": nil} {
		if p := w.make(scored(), opt); !p.Empty() {
			t.Errorf("with %s a second plan is not empty: %+v", name, p.Changes)
		}
	}
	p := w.make(scored(), events(value.Float32))
	if c := only(t, p, feature.KindView, "spending"); c.Class != apply.Breaking || !slices.Contains(c.Reasons, "field spend retyped from Int64 to Float64") || !slices.Equal(c.Readers, []string{"scores"}) {
		t.Errorf("got %+v", c)
	}
}

func TestInputsThatNothingTellsAreFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := apply.Make(t.Context(), w.state(), scored(), nil); err == nil || !strings.Contains(err.Error(), "types of amount, status") {
		t.Errorf("got %v", err)
	}
	wrong := scored()
	wrong.Views[1].Aggregations[0].Column = "amont"
	_, err := apply.Make(t.Context(), w.state(), wrong, events(value.Int64))
	w.wantCode(err, errs.InvalidArgument, `no column "amont"`, "did you mean amount?")
	_, err = apply.Make(t.Context(), w.state(), scored(), events(value.String))
	w.wantCode(err, errs.InvalidArgument, "sum does not take a column of type String")
}

func TestClassOfAComputedChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change     func(v *feature.View, o *feature.OnDemandView)
		kind, name string
		class      apply.Class
		reason     string
	}{
		"aggregation added": {func(v *feature.View, _ *feature.OnDemandView) {
			v.Aggregations = append(v.Aggregations, feature.Aggregation{Name: "n", Function: "count", Lifetime: true})
		}, feature.KindView, "spending", apply.Additive, "field n added"},
		"aggregation removed": {func(v *feature.View, _ *feature.OnDemandView) { v.Aggregations = v.Aggregations[:1] },
			feature.KindView, "spending", apply.Breaking, "field orders removed"},
		"window": {func(v *feature.View, _ *feature.OnDemandView) { v.Aggregations[1].Window = eventtime.Hour },
			feature.KindView, "spending", apply.Breaking, "aggregation orders changed"},
		"filter": {func(v *feature.View, _ *feature.OnDemandView) { v.Aggregations[0].Where = "status == 'new'" },
			feature.KindView, "spending", apply.Breaking, "aggregation spend changed"},
		"spelling of a filter": {func(v *feature.View, _ *feature.OnDemandView) { v.Aggregations[0].Where = "(status) == \"ok\"" },
			feature.KindView, "spending", apply.Additive, "metadata"},
		"refresh": {func(v *feature.View, _ *feature.OnDemandView) { v.Refresh, v.TTL = 2*eventtime.Hour, 3*eventtime.Hour },
			feature.KindView, "spending", apply.Breaking, "refresh changed from 1h to 2h"},
		"expression": {func(_ *feature.View, o *feature.OnDemandView) { o.Features[0].Expression = "spend / asked" },
			feature.KindOnDemand, "ratio", apply.Breaking, "expression or inputs of share changed"},
		"spelling of an expression": {func(_ *feature.View, o *feature.OnDemandView) { o.Features[0].Expression = "(asked/spend)" },
			feature.KindOnDemand, "ratio", apply.Additive, "metadata"},
		"type": {func(_ *feature.View, o *feature.OnDemandView) { o.Features[0].Type = value.Scalar(value.Float32) },
			feature.KindOnDemand, "ratio", apply.Breaking, "type or default of share changed"},
		"feature added": {func(_ *feature.View, o *feature.OnDemandView) {
			o.Features = append(o.Features, feature.OnDemandFeature{Field: feature.Field{Name: "twice"}, Expression: "asked * 2.0"})
		}, feature.KindOnDemand, "ratio", apply.Additive, "feature twice added"},
		"feature renamed": {func(_ *feature.View, o *feature.OnDemandView) { o.Features[0].Name = "part" },
			feature.KindOnDemand, "ratio", apply.Breaking, "feature share removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.commit(w.make(scored(), events(value.Int64)))
			before := w.state()
			wanted := scored()
			c.change(wanted.Views[1], wanted.OnDemand[0])
			p := w.make(wanted, events(value.Int64))
			if got := only(t, p, c.kind, c.name); got.Class != c.class || !slices.Contains(got.Reasons, c.reason) || !slices.Equal(got.Readers, []string{"scores"}) {
				t.Errorf("got %s because of %q for %v, want %s because of %q", got.Class, got.Reasons, got.Readers, c.class, c.reason)
			}
			w.commit(p)
			back, err := apply.MakeRollback(t.Context(), w.reg, project, before.Revision)
			if err != nil {
				t.Fatal(err)
			}
			w.commit(back)
			if !sameDefinitions(t, w.state(), before) {
				t.Error("a rollback does not lead back")
			}
		})
	}
}

// sameDefinitions compares what two states define, without what apply assigned.
func sameDefinitions(t *testing.T, a, b registry.State) bool {
	t.Helper()
	texts := func(s registry.State) []string {
		set, err := registry.DecodeSet(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range set.Views {
			v.Generation, v.Since, v.Schemas = 0, 0, nil
		}
		text, err := json.Marshal(set)
		if err != nil {
			t.Fatal(err)
		}
		return []string{string(text)}
	}
	return reflect.DeepEqual(texts(a), texts(b))
}

func TestOnDemandViewsProtectWhatTheyRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.commit(w.make(scored(), events(value.Int64)))
	_, err := apply.MakeDelete(w.state(), feature.KindView, "spending")
	w.wantCode(err, errs.FailedPrecondition, "OnDemandFeatureView ratio")
	_, err = apply.MakeDelete(w.state(), feature.KindOnDemand, "ratio")
	w.wantCode(err, errs.FailedPrecondition, "FeatureService scores")
	wanted := scored()
	wanted.OnDemand, wanted.Services = nil, wanted.Services[:2]
	c := only(t, w.make(wanted, nil), feature.KindOnDemand, "ratio")
	if c.Action != apply.Delete || c.Class != apply.Breaking || c.Detail != "1 feature of spending, the request" {
		t.Errorf("got %+v", c)
	}
}

func TestComputedFeaturesAreWarnedOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := scored()
	twin := *s.Views[1]
	twin.Name, twin.TTL = "twin", eventtime.Hour
	twin.Aggregations = []feature.Aggregation{{Name: "total", Function: "sum", Column: "amount", Window: 7 * eventtime.Day, Where: "\"ok\" == status"}, s.Views[1].Aggregations[0]}
	twin.Aggregations[1].Name = "same"
	s.Views = append(s.Views, &twin)
	s.Sort()
	var got []string
	for _, x := range w.make(s, events(value.Int64)).Warnings {
		if x.Name == "twin" {
			got = append(got, x.Message)
		}
	}
	if len(got) != 2 || got[0] != "it computes same like view spending: same source, column and keys" || !strings.Contains(got[1], "less than twice its refresh") {
		t.Errorf("got %q", got)
	}
}
