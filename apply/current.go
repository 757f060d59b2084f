package apply

import (
	"cmp"
	"slices"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// A present is a project as the registry has it.
type present struct {
	state  registry.State
	bodies map[registry.ID][]byte
	set    *feature.Set               // after decode; a view that is declared as wanted gets its numbers from number
	former map[string][]*feature.View // generations that views have left, by view name
}

func newPresent(state registry.State) *present {
	p := &present{state: state, bodies: make(map[registry.ID][]byte, len(state.Objects))}
	for _, o := range state.Objects {
		p.bodies[o.ID()] = o.Body
	}
	return p
}

// decode reads what differs from wanted; what is the same, as the bytes of objects show, is taken from there. objects
// holds wanted without numbers.
func (p *present) decode(wanted *feature.Set, objects map[registry.ID]registry.Object) error {
	differ := registry.State{Project: p.state.Project}
	same := map[registry.ID]bool{}
	for _, o := range p.state.Objects {
		if w, ok := objects[o.ID()]; ok && registry.SameDeclared(o.Body, w.Body) {
			same[o.ID()] = true
			continue
		}
		differ.Objects = append(differ.Objects, o)
	}
	var err error
	if p.set, err = registry.DecodeSet(differ); err != nil {
		return err
	}
	former, err := registry.DecodeGenerations(differ)
	if err != nil {
		return err
	}
	p.former = map[string][]*feature.View{}
	for _, v := range former {
		p.former[v.Name] = append(p.former[v.Name], v)
	}
	for _, e := range wanted.Entities {
		if same[registry.ID{Kind: feature.KindEntity, Name: e.Name}] {
			p.set.Entities = append(p.set.Entities, e)
		}
	}
	for _, e := range wanted.Sources {
		if same[registry.ID{Kind: feature.KindSource, Name: e.Name}] {
			p.set.Sources = append(p.set.Sources, e)
		}
	}
	for _, e := range wanted.Services {
		if same[registry.ID{Kind: feature.KindService, Name: e.Name}] {
			p.set.Services = append(p.set.Services, e)
		}
	}
	for _, e := range wanted.OnDemand {
		if same[registry.ID{Kind: feature.KindOnDemand, Name: e.Name}] {
			p.set.OnDemand = append(p.set.OnDemand, e)
		}
	}
	for _, e := range wanted.Views {
		if same[registry.ID{Kind: feature.KindView, Name: e.Name}] {
			c := *e
			p.set.Views = append(p.set.Views, &c)
		}
	}
	p.set.Sort()
	return nil
}

// number gives a view of p.set that came from wanted its stored generation and schemas.
func (p *present) number(v *feature.View) error {
	if v.Generation != 0 {
		return nil
	}
	stored, err := p.one(registry.ID{Kind: feature.KindView, Name: v.Name})
	if err == nil && len(stored.Views) == 1 {
		v.Generation, v.Since, v.Schemas = stored.Views[0].Generation, stored.Views[0].Since, stored.Views[0].Schemas
	}
	return err
}

// one returns the set of one stored object; empty where it does not exist.
func (p *present) one(id registry.ID) (*feature.Set, error) {
	s := registry.State{Project: p.state.Project}
	if body, ok := p.bodies[id]; ok {
		s.Objects = []registry.Object{{Kind: id.Kind, Name: id.Name, Body: body}}
	}
	return registry.DecodeSet(s)
}

// numbers returns the greatest generation and schema id that the view name ever had.
func (p *present) numbers(name string) (generation, schema uint32) {
	all := p.former[name]
	if live, ok := p.set.View(name); ok {
		all = append(slices.Clip(all), live)
	}
	for _, v := range all {
		generation = max(generation, v.Generation)
		for _, s := range v.Schemas {
			schema = max(schema, s.ID)
		}
	}
	return generation, schema
}

// generation returns the view as it stood, or stands, in a generation.
func (p *present) generation(name string, generation uint32) (*feature.View, bool) {
	if live, ok := p.set.View(name); ok && live.Generation == generation {
		return live, true
	}
	for _, v := range p.former[name] {
		if v.Generation == generation {
			return v, true
		}
	}
	return nil, false
}

// next opens a new generation of v: the number after the greatest ever. A view that is new comes into being in it, also
// where its name was in use before. A field list that did not change against the view's last one keeps its schema id.
func (p *present) next(v *feature.View) {
	generation, id := p.numbers(v.Name)
	v.Generation, v.Since = generation+1, generation+1
	if live, ok := p.set.View(v.Name); ok {
		v.Since = live.Since
		if n := len(live.Schemas); n > 0 && sameFields(live.Schemas[n-1].Fields, v.Fields()) {
			v.Schemas = []value.Schema{live.Schemas[n-1]}
			return
		}
	}
	v.Schemas = []value.Schema{{ID: id + 1, Fields: v.Fields()}}
}

// stay keeps v in the generation of from, with a new schema where its fields are other ones.
func (p *present) stay(v, from *feature.View) {
	v.Generation, v.Since, v.Schemas = from.Generation, from.Since, from.Schemas
	if n := len(v.Schemas); n > 0 && sameFields(v.Schemas[n-1].Fields, v.Fields()) {
		return
	}
	_, id := p.numbers(v.Name)
	v.Schemas = append(slices.Clip(v.Schemas), value.Schema{ID: id + 1, Fields: v.Fields()})
}

func sameFields(a, b []value.Field) bool {
	return slices.EqualFunc(a, b, func(a, b value.Field) bool { return a.Name == b.Name && a.Type.Equal(b.Type) })
}

// kindRank orders changes for people: what others stand on comes first.
func kindRank(kind string) int {
	return slices.Index([]string{feature.KindSource, feature.KindEntity, feature.KindView, feature.KindOnDemand, feature.KindService}, kind)
}

func sortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)), cmp.Compare(a.Name, b.Name))
	})
}
