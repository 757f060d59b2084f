package feature

import (
	"cmp"
	"slices"

	"github.com/truepoint/truepoint/expr"
)

// Fingerprint returns a hash, in hex, of everything that affects the values of v: its features with their canonical
// expressions and defaults, and of what these use the type and the fingerprint, down to sources. Names of views, the
// order of features, and inputs that no expression uses do not count.
func (v *OnDemandView) Fingerprint(s *Set) string { return hash(v.print(s, map[string]bool{})) }

// An onDemandPrint is one feature of an on-demand view.
type onDemandPrint struct {
	Field      fieldPrint   `json:"field"`
	Expression string       `json:"expression"`
	Inputs     []inputPrint `json:"inputs,omitempty"`
}

// An inputPrint is one input of an expression: Of is empty for a column of the request.
type inputPrint struct {
	Name string     `json:"name"`
	From fieldPrint `json:"from"`
	Of   string     `json:"of,omitempty"`
}

// print returns what affects v's values, feature by feature. above holds the views that are being printed, so that a
// cycle ends.
func (v *OnDemandView) print(s *Set, above map[string]bool) []onDemandPrint {
	if above[v.Name] {
		return nil
	}
	above[v.Name] = true
	defer delete(above, v.Name)
	inputs := s.inputs(v)
	columns := scope(inputs)
	out := make([]onDemandPrint, 0, len(v.Features))
	for _, f := range v.Features {
		p := onDemandPrint{Field: printFields([]Field{f.Field})[0], Expression: f.Expression}
		program, err := expr.Compile(f.Expression, columns, f.Type)
		if err == nil {
			p.Expression = program.String()
			for _, name := range program.Inputs() {
				in := inputs[slices.IndexFunc(inputs, func(in input) bool { return in.name == name })]
				p.Inputs = append(p.Inputs, in.print(s, above))
			}
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b onDemandPrint) int { return cmp.Compare(a.Field.Name, b.Field.Name) })
	return out
}

func (in *input) print(s *Set, above map[string]bool) inputPrint {
	p := inputPrint{Name: in.name, From: printFields([]Field{in.field})[0]}
	switch {
	case in.view != nil:
		p.Of = in.view.Only(func(f Field) bool { return f.Name == in.field.Name }).Fingerprint(s)
	case in.onDemand != nil:
		p.Of = hash(in.onDemand.Only(in.field.Name).print(s, above))
	}
	return p
}
