package apply_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/value"
)

var propertyKinds = []value.Kind{value.Int64, value.Int32, value.Float64, value.String, value.Bool}

// drawSet draws a valid set over few names, so that two draws differ in every way and share much.
func drawSet(t *rapid.T, label string) *feature.Set {
	d := drawer{t, label, &feature.Set{Project: project}}
	for _, name := range []string{"e1", "e2"} {
		d.set.Entities = append(d.set.Entities, &feature.Entity{
			Name: name, JoinKeys: []string{name + "_id"}, Info: d.info(),
			ValueType: value.Scalar(rapid.SampledFrom([]value.Kind{value.String, value.Int64}).Draw(t, label+name)),
		})
	}
	for _, name := range []string{"s1", "s2"} {
		s := source(name)
		s.Path = rapid.SampledFrom([]string{"a.parquet", "b.parquet"}).Draw(t, label+name)
		s.Info = d.info()
		if rapid.Bool().Draw(t, label+name+" mapped") {
			s.FieldMapping = map[string]string{"raw": "f1"}
		}
		d.set.Sources = append(d.set.Sources, s)
	}
	d.set.Sources = append(d.set.Sources, &feature.Source{Name: "s3", Type: feature.PushSource, BatchSource: "s1"})
	for _, name := range []string{"v1", "v2", "v3"} {
		if rapid.IntRange(0, 3).Draw(t, label+name) > 0 {
			d.view(name)
		}
	}
	for _, name := range []string{"m1", "m2"} {
		d.service(name)
	}
	return d.set
}

type drawer struct {
	*rapid.T
	label string
	set   *feature.Set
}

func (d *drawer) info() feature.Info {
	return feature.Info{Description: rapid.SampledFrom([]string{"", "<x> & é", "y"}).Draw(d.T, d.label+"description")}
}

func (d *drawer) view(name string) {
	v := &feature.View{
		Name: name, Source: rapid.SampledFrom([]string{"s1", "s2", "s3"}).Draw(d.T, d.label+"source"),
		TTL: rapid.SampledFrom([]eventtime.TTL{0, eventtime.Day, 7 * eventtime.Day}).Draw(d.T, d.label+"ttl"), Info: d.info(),
		Online: rapid.Bool().Draw(d.T, d.label+"online"),
	}
	if rapid.Bool().Draw(d.T, d.label+"keyed") {
		v.Entities = []string{rapid.SampledFrom([]string{"e1", "e2"}).Draw(d.T, d.label+"entity")}
	}
	for _, f := range rapid.Permutation([]string{"f1", "f2", "f3", "f4"}).Draw(d.T, d.label+"fields")[:rapid.IntRange(1, 4).Draw(d.T, d.label+"n")] {
		v.Schema = append(v.Schema, field(f, rapid.SampledFrom(propertyKinds[:2]).Draw(d.T, d.label+f)))
	}
	d.set.Views = append(d.set.Views, v)
}

func (d *drawer) service(name string) {
	s := &feature.Service{Name: name, Info: d.info()}
	for _, v := range d.set.Views {
		if !rapid.Bool().Draw(d.T, d.label+name+v.Name) {
			continue
		}
		p := feature.Projection{View: v.Name, Alias: v.Name + "_of_" + name}
		if rapid.Bool().Draw(d.T, d.label+"some") {
			p.Features = []string{v.Schema[0].Name}
		}
		s.Features = append(s.Features, p)
	}
	if len(s.Features) > 0 {
		d.set.Services = append(d.set.Services, s)
	}
}

// A ledger checks over a whole history that numbers never repeat with another meaning.
type ledger struct {
	schemas     map[string]string // view/id → fields
	generations map[string]uint32 // view → greatest so far
}

func (l *ledger) check(t *rapid.T, s *feature.Set, restored bool) {
	for _, v := range s.Views {
		if v.Generation == 0 || len(v.Schemas) == 0 {
			t.Fatalf("view %s has generation %d and schemas %v", v.Name, v.Generation, v.Schemas)
		}
		for _, schema := range v.Schemas {
			key, fields := fmt.Sprint(v.Name, "/", schema.ID), fmt.Sprint(schema.Fields)
			if was, ok := l.schemas[key]; ok && was != fields {
				t.Fatalf("schema %s was %s and is %s", key, was, fields)
			}
			l.schemas[key] = fields
		}
		last := v.Schemas[len(v.Schemas)-1]
		if got, want := fmt.Sprint(last.Fields), fmt.Sprint(v.Fields()); got != want {
			t.Fatalf("view %s: newest schema %s, fields %s", v.Name, got, want)
		}
		if g := l.generations[v.Name]; v.Generation < g && !restored {
			t.Fatalf("view %s went from generation %d back to %d", v.Name, g, v.Generation)
		}
		l.generations[v.Name] = max(l.generations[v.Name], v.Generation)
	}
}

func TestRandomHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx, reg := t.Context(), memregistry.New()
		l := ledger{map[string]string{}, map[string]uint32{}}
		restored := false
		for step := range rapid.IntRange(2, 6).Draw(t, "steps") {
			state, err := reg.Read(ctx, project, registry.Newest)
			if err != nil {
				t.Fatal(err)
			}
			plan := func() (*apply.Plan, error) { return nil, nil }
			if step > 1 && rapid.IntRange(0, 3).Draw(t, "rollback") == 0 {
				to := registry.Revision(rapid.Int64Range(1, int64(state.Revision)).Draw(t, "to"))
				plan = func() (*apply.Plan, error) { return apply.MakeRollback(ctx, reg, project, to) }
				restored = true
			} else {
				wanted := drawSet(t, fmt.Sprint(step, " "))
				plan = func() (*apply.Plan, error) {
					s, err := reg.Read(ctx, project, registry.Newest)
					if err != nil {
						return nil, err
					}
					return apply.Make(ctx, s, wanted, nil)
				}
			}
			p, err := plan()
			if err != nil {
				t.Fatal(err)
			}
			if p.Empty() != (len(p.Changes) == 0) {
				t.Fatalf("a plan that is empty=%v has changes %+v", p.Empty(), p.Changes)
			}
			if _, err := apply.Apply(ctx, reg, p, everything()); err != nil {
				t.Fatal(err)
			}
			if rest, err := plan(); err != nil || !rest.Empty() {
				t.Fatalf("after apply: %+v, %v", rest.Changes, err)
			}
			l.check(t, readSet(t, reg), restored)
		}
	})
}

func readSet(t *rapid.T, reg registry.Driver) *feature.Set {
	s, err := reg.Read(t.Context(), project, registry.Newest)
	if err != nil {
		t.Fatal(err)
	}
	set, err := registry.DecodeSet(s)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestClassificationIsMonotone checks that a plan which does what another does, and more, is in no lesser class: a is
// changed in some views to b, and in all to c.
func TestClassificationIsMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, c := drawSet(t, "a "), drawSet(t, "c ")
		a.Services, c.Services = nil, nil
		c.Sources, c.Entities = a.Sources, a.Entities // views are independent only on common ground
		b := &feature.Set{Project: project, Entities: a.Entities, Sources: a.Sources}
		for _, name := range []string{"v1", "v2", "v3"} {
			from := a
			if rapid.Bool().Draw(t, "change "+name) {
				from = c
			}
			if v, ok := from.View(name); ok {
				b.Views = append(b.Views, v)
			}
		}
		ctx, reg := t.Context(), memregistry.New()
		first, err := apply.Make(ctx, registry.State{Project: project}, a, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := apply.Apply(ctx, reg, first, everything()); err != nil {
			t.Fatal(err)
		}
		state, err := reg.Read(ctx, project, registry.Newest)
		if err != nil {
			t.Fatal(err)
		}
		some, err := apply.Make(ctx, state, b, nil)
		if err != nil {
			t.Fatal(err)
		}
		all, err := apply.Make(ctx, state, c, nil)
		if err != nil {
			t.Fatal(err)
		}
		if some.Class() > all.Class() {
			t.Fatalf("part is %s, whole is %s", some.Class(), all.Class())
		}
		for _, change := range some.Changes {
			if !slices.ContainsFunc(all.Changes, func(x apply.Change) bool { return x.ID() == change.ID() && x.Class == change.Class }) {
				t.Fatalf("%s %s is missing in the whole: %+v", change.ID(), change.Class, all.Changes)
			}
		}
	})
}

// FuzzPlan drives TestRandomHistories' property by fuzzed bytes (target 24).
func FuzzPlan(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		ctx, reg := t.Context(), memregistry.New()
		for _, label := range []string{"first ", "second "} {
			wanted := drawSet(t, label)
			for i := range 2 {
				state, err := reg.Read(ctx, project, registry.Newest)
				if err != nil {
					t.Fatal(err)
				}
				p, err := apply.Make(ctx, state, wanted, nil)
				if err != nil {
					t.Fatal(err)
				}
				if i == 1 && !p.Empty() {
					t.Fatalf("after apply: %+v", p.Changes)
				}
				if _, err := apply.Apply(ctx, reg, p, everything()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}))
}
