package feature

import (
	"slices"

	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// An OnDemandView computes features at the time of a request, by expressions over the features of other views and
// columns of the request (design/semantics.md 11). It holds no data.
type OnDemandView struct {
	Name     string            `json:"name"`
	Sources  []OnDemandSource  `json:"sources"`
	Features []OnDemandFeature `json:"features"`
	Info
	Origin Origin `json:"-"`
}

// An OnDemandSource gives inputs to expressions: the features of a view, or columns of the request. One of View and
// Request is set.
type OnDemandSource struct {
	View     string   `json:"view,omitempty"`     // a feature view or another on-demand view
	Features []string `json:"features,omitempty"` // of View; nil: all
	Alias    string   `json:"alias,omitempty"`    // of View: its inputs are named alias__feature, not feature

	Request string  `json:"request,omitempty"` // a name for people, or without Schema the data source of type request
	Schema  []Field `json:"schema,omitempty"`  // of an inline request source
}

// name says what a source is, for messages.
func (s *OnDemandSource) name() string {
	if s.View != "" {
		return "view " + quoteShort(s.View)
	}
	return "request " + quoteShort(s.Request)
}

// An OnDemandFeature is a field and how it is computed. Type may be left out: Complete takes it from the expression.
// Default.Null stands in for a null result; there is no Default.Absent, for a computed value is never absent.
type OnDemandFeature struct {
	Field
	Expression string `json:"expression"`
}

// Field returns the position of a feature, or −1.
func (v *OnDemandView) Field(name string) int {
	return slices.IndexFunc(v.Features, func(f OnDemandFeature) bool { return f.Name == name })
}

func (v *OnDemandView) fieldNames() []string {
	out := make([]string, len(v.Features))
	for i, f := range v.Features {
		out[i] = f.Name
	}
	return out
}

// Only returns a copy of v with nothing but one feature.
func (v *OnDemandView) Only(name string) *OnDemandView {
	out := *v
	out.Features = slices.DeleteFunc(slices.Clone(v.Features), func(f OnDemandFeature) bool { return f.Name != name })
	return &out
}

// Fields returns the features of v without their expressions, in order of declaration.
func (v *OnDemandView) Fields() []Field {
	out := make([]Field, len(v.Features))
	for i, f := range v.Features {
		out[i] = f.Field
	}
	return out
}

// An input is a column that the expressions of an on-demand view may name.
type input struct {
	name     string
	field    Field
	source   int           // of Sources
	view     *View         // that has the field; at most one of view and onDemand is set, none for the request
	onDemand *OnDemandView // that has the field
}

// inputs returns the inputs of v in order. Sources and features that are not in the set are left out.
func (s *Set) inputs(v *OnDemandView) []input {
	var out []input
	add := func(in input) {
		if alias := v.Sources[in.source].Alias; alias != "" {
			in.name = FullNames.output(alias, in.field.Name)
		} else {
			in.name = in.field.Name
		}
		out = append(out, in)
	}
	for i := range v.Sources {
		src := &v.Sources[i]
		if src.View == "" {
			for _, f := range s.requestFields(src) {
				add(input{source: i, field: f})
			}
			continue
		}
		from, fields := input{source: i}, []Field(nil)
		if view, ok := s.View(src.View); ok {
			from.view, fields = view, view.Schema
		} else if o, ok := s.OnDemandView(src.View); ok {
			from.onDemand, fields = o, o.Fields()
		}
		for _, f := range fields {
			if src.Features == nil || slices.Contains(src.Features, f.Name) {
				from.field = f
				add(from)
			}
		}
	}
	return out
}

// requestFields returns the columns of a request source; none for one that is not in the set.
func (s *Set) requestFields(src *OnDemandSource) []Field {
	if src.Schema != nil {
		return src.Schema
	}
	if named, ok := s.Source(src.Request); ok && named.Type == RequestSource {
		return named.Schema
	}
	return nil
}

// scope returns what expressions may name: inputs of known types, the first of those that share a name.
func scope(inputs []input) expr.Scope {
	out := expr.Scope{AsOf: true}
	seen := map[string]bool{}
	for _, in := range inputs {
		if !seen[in.name] && !in.field.Type.IsZero() {
			out.Columns = append(out.Columns, value.Field{Name: in.name, Type: in.field.Type})
		}
		seen[in.name] = true
	}
	return out
}

// onDemandOrder returns the on-demand views so that each stands behind those that it reads, and every cycle that it
// meets, as names from a view to itself. Views on a cycle, and those that read one, stand in the order too.
func (s *Set) onDemandOrder() (order []*OnDemandView, cycles [][]string) {
	var path []string
	done := map[string]bool{}
	var visit func(v *OnDemandView)
	visit = func(v *OnDemandView) {
		if at := slices.Index(path, v.Name); at >= 0 {
			cycles = append(cycles, append(slices.Clone(path[at:]), v.Name))
			return
		}
		if done[v.Name] {
			return
		}
		path = append(path, v.Name)
		for i := range v.Sources {
			if from, ok := s.provider(v.Sources[i].View); ok {
				if from, ok := from.(*OnDemandView); ok {
					visit(from)
				}
			}
		}
		path = path[:len(path)-1]
		done[v.Name] = true
		order = append(order, v)
	}
	for _, v := range s.OnDemand {
		visit(v)
	}
	return order, cycles
}

// completeOnDemand tells request sources from views where a source is a mere name, and gives features the types of
// their expressions.
func (s *Set) completeOnDemand() {
	for _, v := range s.OnDemand {
		for i := range v.Sources {
			src := &v.Sources[i]
			if _, isView := s.provider(src.View); isView {
				continue
			}
			if named, ok := s.Source(src.View); ok && named.Type == RequestSource {
				src.View, src.Request = "", src.View
			}
		}
	}
	order, _ := s.onDemandOrder()
	for _, v := range order {
		in := scope(s.inputs(v))
		for i := range v.Features {
			f := &v.Features[i]
			if !f.Type.IsZero() {
				continue
			}
			if p, err := expr.Compile(f.Expression, in, value.Type{}); err == nil { // Validate tells of what is wrong
				f.Type = p.Type()
			}
		}
	}
}
