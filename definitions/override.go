package definitions

import (
	"maps"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/strictyaml"
)

// An Override replaces a source by name: what feature_store.yaml says under sources.
type Override struct {
	node *strictyaml.Node
	pos  errs.Position // of the name
}

// OverrideShape returns the shape of one override: the keys of a data source beside kind and name.
func OverrideShape() *strictyaml.Shape { return &strictyaml.Shape{Keys: sourceKeys()} }

// NewOverride returns the override that n, a value of OverrideShape, describes; pos is the place of the name.
func NewOverride(n *strictyaml.Node, pos errs.Position) Override { return Override{n, pos} }

// Apply changes s as the override says: type, path, table, query and options are replaced together, so that nothing
// of the former place remains; of the rest only what the override names.
func (o Override) Apply(s *feature.Source) {
	s.Path, s.Table, s.Query, s.Options = "", "", "", nil
	setSource(s, o.node)
	fields := maps.Clone(s.Origin.Fields)
	if fields == nil {
		fields = map[string]errs.Position{}
	}
	maps.Copy(fields, o.node.Positions())
	s.Origin.Fields = fields
}

// override applies overrides to the sources that they name. An override of a source that is not there is a fault.
func (d *decoder) override(overrides map[string]Override) {
	var names []string
	for _, s := range d.set.Sources {
		names = append(names, s.Name)
		if o, ok := overrides[s.Name]; ok {
			o.Apply(s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		if slices.Contains(names, name) {
			continue
		}
		e := errs.New(errs.InvalidArgument, "sources replaces the unknown data source %q", name).WithID("T0180").At(overrides[name].pos).
			WithHint("%s", errs.DidYouMean(name, names))
		if !d.gaps.hides(e) {
			d.report.Faults.Add(e)
		}
	}
}
