package apply_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/value"
)

const (
	project                   = "fraud"
	now     eventtime.Instant = 1773273600 * 1e6 // 2026-03-12
)

// fraud returns a small set in the manner of the guide.
func fraud() *feature.Set {
	return &feature.Set{
		Project: project,
		Entities: []*feature.Entity{
			{Name: "merchant_id", JoinKeys: []string{"merchant_id"}, ValueType: value.Scalar(value.String)},
			{Name: "user_id", JoinKeys: []string{"user_id"}, ValueType: value.Scalar(value.String)},
		},
		Sources: []*feature.Source{source("merchants"), source("transactions")},
		Views: []*feature.View{
			view("merchant_risk", "merchant_id", "merchants", field("risk_score", value.Float64)),
			view("user_transactions", "user_id", "transactions", field("count_7d", value.Int64), field("amount_7d", value.Float32)),
		},
		Services: []*feature.Service{
			{Name: "fraud_v1", Features: []feature.Projection{{View: "user_transactions", Features: []string{"count_7d"}}}},
			{Name: "fraud_v2", Features: []feature.Projection{{View: "user_transactions"}, {View: "merchant_risk"}}},
		},
	}
}

func source(name string) *feature.Source {
	return &feature.Source{
		Name: name, Type: feature.FileSource, Path: "data/" + name + ".parquet",
		TimestampField: "event_timestamp", CreatedTimestampColumn: "created_timestamp",
	}
}

func view(name, entity, source string, fields ...feature.Field) *feature.View {
	return &feature.View{Name: name, Entities: []string{entity}, TTL: 7 * eventtime.Day, Schema: fields, Source: source, Online: true}
}

func field(name string, k value.Kind) feature.Field {
	return feature.Field{Name: name, Type: value.Scalar(k)}
}

// A world is a registry with what a test does to it.
type world struct {
	*testing.T
	reg *memregistry.Registry
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t, memregistry.New()}
}

func (w *world) state() registry.State {
	w.Helper()
	s, err := w.reg.Read(w.Context(), project, registry.Newest)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *world) set() *feature.Set {
	w.Helper()
	s, err := registry.DecodeSet(w.state())
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func (w *world) view(name string) *feature.View {
	w.Helper()
	v, ok := w.set().View(name)
	if !ok {
		w.Fatalf("no view %s", name)
	}
	return v
}

func (w *world) plan(wanted *feature.Set) *apply.Plan {
	w.Helper()
	p, err := apply.Make(w.Context(), w.state(), wanted, nil)
	if err != nil {
		w.Fatalf("plan: %v", err)
	}
	return p
}

func everything() apply.Options {
	return apply.Options{AllowBreaking: true, AllowDestructive: true, Author: "ann", Now: now}
}

func (w *world) commit(p *apply.Plan) {
	w.Helper()
	if _, err := apply.Apply(w.Context(), w.reg, p, everything()); err != nil {
		w.Fatalf("apply: %v", err)
	}
}

// apply applies a set and checks that nothing is left to do.
func (w *world) apply(wanted *feature.Set) *apply.Plan {
	w.Helper()
	p := w.plan(wanted)
	w.commit(p)
	if rest := w.plan(wanted); !rest.Empty() || len(rest.Changes) != 0 {
		w.Fatalf("the plan after apply has changes: %+v", rest.Changes)
	}
	return p
}

func (w *world) wantCode(err error, code errs.Code, parts ...string) {
	w.Helper()
	if errs.CodeOf(err) != code {
		w.Fatalf("got %v (%v), want %v", errs.CodeOf(err), err, code)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			w.Errorf("%q does not tell %q", err, part)
		}
	}
}

// refuse applies a plan, which must fail with a code, tell every part and leave the registry as it was.
func (w *world) refuse(p *apply.Plan, opt apply.Options, code errs.Code, parts ...string) {
	w.Helper()
	defer datatest.Stores(w, &truepoint.Options{Registry: w.reg})()
	_, err := apply.Apply(w.Context(), w.reg, p, opt)
	w.wantCode(err, code, parts...)
}

func only(t *testing.T, p *apply.Plan, kind, name string) apply.Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.Kind == kind && c.Name == name {
			return c
		}
	}
	t.Fatalf("no change of %s %s in %+v", kind, name, p.Changes)
	return apply.Change{}
}

func TestFirstApplyCreatesEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.apply(fraud())
	var got []string
	for _, c := range p.Changes {
		if c.Action != apply.Create || c.Class != apply.Additive {
			t.Errorf("%s: %s %s, want an additive create", c.ID(), c.Class, c.Action)
		}
		got = append(got, c.ID())
	}
	want := []string{
		"DataSource merchants", "DataSource transactions", "Entity merchant_id", "Entity user_id",
		"FeatureView merchant_risk", "FeatureView user_transactions", "FeatureService fraud_v1", "FeatureService fraud_v2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("changes %v, want %v", got, want)
	}
	if c := only(t, p, feature.KindView, "user_transactions"); c.Detail != "2 features of user_id from transactions, ttl 7d" || c.Generation != 1 {
		t.Errorf("detail %q, generation %d", c.Detail, c.Generation)
	}
	v := w.view("user_transactions")
	if v.Generation != 1 || len(v.Schemas) != 1 || v.Schemas[0].ID != 1 || len(v.Schemas[0].Fields) != 2 {
		t.Errorf("view was given generation %d, schemas %v", v.Generation, v.Schemas)
	}
	if len(p.Work) != 2 || p.Work[0] != (apply.Work{View: "merchant_risk", Kind: apply.WorkMaterialize, Generation: 1, Reason: "new view"}) {
		t.Errorf("work %+v", p.Work)
	}
}

func TestMakeLeavesWantedAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := fraud()
	wanted.Views[0].Generation = 9
	w.apply(wanted)
	if wanted.Views[0].Generation != 9 || wanted.Views[0].Schemas != nil {
		t.Errorf("Make numbered the caller's view: %+v", wanted.Views[0])
	}
	if got := w.view(wanted.Views[0].Name).Generation; got != 1 {
		t.Errorf("a generation that the caller made up was stored: %d", got)
	}
}

func TestApplyNeedsConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	breaking, destructive := fraud(), fraud()
	breaking.Views[1].TTL = eventtime.Day
	destructive.Views = destructive.Views[1:]
	destructive.Services = destructive.Services[:1]
	w.refuse(w.plan(breaking), apply.Options{Now: now}, errs.FailedPrecondition, "--allow-breaking", "user_transactions", "ttl shorter")
	w.refuse(w.plan(destructive), apply.Options{Now: now, AllowBreaking: true}, errs.FailedPrecondition, "--allow-destructive", "merchant_risk")
	if _, err := apply.Apply(t.Context(), w.reg, w.plan(breaking), apply.Options{Now: now, AllowBreaking: true}); err != nil {
		t.Error(err)
	}
}

func TestBadInput_12_second_apply_is_a_conflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	first, second := fraud(), fraud()
	first.Views[0].TTL, second.Views[1].TTL = 0, 0
	a, b := w.plan(first), w.plan(second)
	opt := apply.Options{Author: "bea", Now: now.Add(eventtime.Hour)}
	if _, err := apply.Apply(t.Context(), w.reg, a, opt); err != nil {
		t.Fatal(err)
	}
	w.refuse(b, apply.Options{Author: "carl", Now: now}, errs.Aborted, "bea", "2026-03-12T01:00:00Z", "revision 2", "truepoint plan")
	if exit := errs.Aborted.Exit(); exit != 12 {
		t.Errorf("exit status %d, want 12", exit)
	}
	empty := w.plan(first)
	w.apply(second)
	w.refuse(empty, opt, errs.Aborted, "ann")
}

func TestBadInput_36_type_change_is_breaking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	wanted := fraud()
	wanted.Views[1].Schema[0].Type = value.Scalar(value.String)
	w.refuse(w.plan(wanted), apply.Options{Now: now}, errs.FailedPrecondition, "--allow-breaking", "count_7d retyped from Int64 to String")
	p := w.apply(wanted)
	c := only(t, p, feature.KindView, "user_transactions")
	if c.Class != apply.Breaking || !slices.Contains(c.Reasons, "field count_7d retyped from Int64 to String") {
		t.Errorf("got %s %v", c.Class, c.Reasons)
	}
	if want := []apply.Line{{Path: "schema.count_7d", Old: "Int64", New: "String"}}; !slices.Equal(c.Lines, want) {
		t.Errorf("lines %v, want %v", c.Lines, want)
	}
	if want := []string{"fraud_v1", "fraud_v2"}; !slices.Equal(c.Readers, want) {
		t.Errorf("readers %v, want %v", c.Readers, want)
	}
	if v := w.view("user_transactions"); v.Generation != 2 || len(v.Schemas) != 1 || v.Schemas[0].ID != 2 {
		t.Errorf("generation %d, schemas %v, want generation 2 with schema 2", v.Generation, v.Schemas)
	}
	if len(p.Work) != 1 || p.Work[0].Kind != apply.WorkGeneration || p.Work[0].Generation != 2 {
		t.Errorf("work %+v", p.Work)
	}
}

func TestWantedOfAnotherProjectIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := fraud()
	wanted.Project = "other"
	_, err := apply.Make(t.Context(), w.state(), wanted, nil)
	w.wantCode(err, errs.InvalidArgument, "other")
}

func TestEveryFaultOfWantedIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	wanted := fraud()
	wanted.Views[0].Source, wanted.Views[1].Entities = "nothing", []string{"nobody"}
	_, err := apply.Make(t.Context(), w.state(), wanted, nil)
	if len(errs.All(err)) < 2 {
		t.Errorf("got %v, want two faults", err)
	}
}

func TestDamagedDefinitionIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	s := w.state()
	for i := range s.Objects {
		if s.Objects[i].Name == "user_transactions" {
			s.Objects[i].Body = []byte(`{"name": "user_transac`)
		}
	}
	_, err := apply.Make(t.Context(), s, fraud(), nil)
	w.wantCode(err, errs.DataLoss, "FeatureView user_transactions")
}

func TestCancelledApplyCommitsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.plan(fraud())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := apply.Apply(ctx, w.reg, p, everything())
	w.wantCode(err, errs.Canceled)
	if w.state().Revision != 0 {
		t.Error("something was committed")
	}
}

func TestHistoryTellsWhoAppliedWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	h, err := w.reg.History(t.Context(), project, 1)
	if err != nil || len(h) != 1 {
		t.Fatal(h, err)
	}
	if h[0].Author != "ann" || h[0].Time != now || h[0].Message != "8 to create, 0 to update, 0 to delete" || len(h[0].Changed) != 8 {
		t.Errorf("got %+v", h[0])
	}
	if fmt.Sprint(h[0].Changed[0]) != "+DataSource merchants" {
		t.Errorf("changed %v", h[0].Changed)
	}
}
