package serving

import (
	"slices"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A keyGroup is the uses of a plan that one tuple of request columns gives the key of. Their keys have the same bytes.
type keyGroup struct {
	columns []int // elements of Selection.Request, one per part of the key
	uses    []int
}

// keyGroups returns the groups of a selection, and for each use its group.
func keyGroups(sel *feature.Selection) (groups []keyGroup, of []int) {
	for u := range sel.Uses {
		names := sel.Uses[u].Columns
		g := slices.IndexFunc(groups, func(k keyGroup) bool { return slices.Equal(sel.Uses[k.uses[0]].Columns, names) })
		if g < 0 {
			g = len(groups)
			k := keyGroup{}
			for _, name := range names {
				k.columns = append(k.columns, slices.IndexFunc(sel.Request, func(f value.Field) bool { return f.Name == name }))
			}
			groups = append(groups, k)
		}
		groups[g].uses = append(groups[g].uses, u)
		of = append(of, g)
	}
	return groups, of
}

// A shape is what a plan's answers have in common in one form: all texts that do not depend on rows. It does not change.
type shape struct {
	form    Form
	kind    uint64 // the first of as many numbers as there are groups; no other shape of the process has them
	columns []shapeColumn
	names   []RenderedColumn // of columns
	uses    []shapeUse
	views   []string // that columns are counted under
}

type shapeColumn struct {
	use    int
	view   int                   // in views
	absent [verdictCodes]fixture // what stands for a row that does not answer; [answers] is not used
}

// A fixture is the value of a cell that no row gives, with defaults applied, in the form of the shape.
type fixture struct {
	text  []byte
	state State
}

// A shapeUse is how the rows of a use are written: its fields in the order of the columns that show them.
type shapeUse struct {
	fields   []int
	types    []value.Type
	defaults []feature.Defaults
}

// A RenderedColumn describes one column of a Rendering.
type RenderedColumn struct {
	Name   string
	View   string // alias of the use
	Type   value.Type
	Use    int          // columns of one use come from the same rows
	Quoted QuotedColumn // the same as JSON
}

// A QuotedColumn is a RenderedColumn as JSON strings, quotation marks included.
type QuotedColumn struct{ Name, View, Type string }

func quoted(s string) string { return string(jsonvalue.AppendString(nil, s)) }

// newShape returns the shape of a plan without on-demand features.
func newShape(p *plan, form Form, kind uint64) *shape {
	s := &shape{form: form, kind: kind, uses: make([]shapeUse, len(p.sel.Uses))}
	for _, o := range p.sel.Order {
		use := &p.sel.Uses[o.Use]
		t, defaults := use.Fields[o.Field].Type, p.defaults[o.Use][o.Field]
		c := shapeColumn{use: o.Use, view: slices.Index(s.views, use.Alias)}
		if c.view < 0 {
			c.view = len(s.views)
			s.views = append(s.views, use.Alias)
		}
		for code := notFound; code < verdictCodes; code++ {
			v := value.Value{}
			if code == notFound {
				v = p.missing[o.Use][o.Field]
			}
			f := fixture{state: State{Status: code.status(), Reason: code.reason(), Event: code.dated()}}
			v, f.state.Defaulted = defaults.Apply(v, f.state.Status)
			f.state.NonFinite = form.nonFinite(v)
			f.text = form.appendValue(nil, v, &t)
			c.absent[code] = f
		}
		s.columns = append(s.columns, c)
		s.names = append(s.names, RenderedColumn{Name: o.Name, View: use.Alias, Type: t, Use: o.Use,
			Quoted: QuotedColumn{quoted(o.Name), quoted(use.Alias), quoted(t.String())}})
		u := &s.uses[o.Use]
		u.fields, u.types, u.defaults = append(u.fields, o.Field), append(u.types, t), append(u.defaults, defaults)
	}
	return s
}

// shape returns the shape of a plan in a form.
func (p *plan) shape(s *Server, form Form) *shape {
	p.shaping[form].Do(func() {
		last := s.kinds.Add(uint64(len(p.groups)))
		p.shapes[form] = newShape(p, form, last-uint64(len(p.groups))+1)
	})
	return p.shapes[form]
}
