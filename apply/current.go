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
	set    *feature.Set
	bodies map[registry.ID][]byte
	former map[string][]*feature.View // generations that views have left, by view name
}

func decode(state registry.State) (*present, error) {
	set, err := registry.DecodeSet(state)
	if err != nil {
		return nil, err
	}
	former, err := registry.DecodeGenerations(state)
	if err != nil {
		return nil, err
	}
	p := &present{state: state, set: set, bodies: make(map[registry.ID][]byte, len(state.Objects)), former: map[string][]*feature.View{}}
	for _, o := range state.Objects {
		p.bodies[o.ID()] = o.Body
	}
	for _, v := range former {
		p.former[v.Name] = append(p.former[v.Name], v)
	}
	return p, nil
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

// next opens a new generation of v: the number after the greatest ever. A field list that did not change against the
// view's last one keeps its schema id.
func (p *present) next(v *feature.View) {
	generation, id := p.numbers(v.Name)
	v.Generation = generation + 1
	if live, ok := p.set.View(v.Name); ok && len(live.Schemas) > 0 {
		last := live.Schemas[len(live.Schemas)-1]
		if sameFields(last.Fields, v.Fields()) {
			v.Schemas = []value.Schema{last}
			return
		}
	}
	v.Schemas = []value.Schema{{ID: id + 1, Fields: v.Fields()}}
}

// stay keeps v in the generation of from, with a new schema where its fields are other ones.
func (p *present) stay(v, from *feature.View) {
	v.Generation, v.Schemas = from.Generation, from.Schemas
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
	return slices.Index([]string{feature.KindSource, feature.KindEntity, feature.KindView, feature.KindService}, kind)
}

func sortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)), cmp.Compare(a.Name, b.Name))
	})
}
