package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A builder makes a Selection and gathers the faults of what was asked for.
type builder struct {
	set     *Set
	sel     *Selection
	naming  Naming
	uses    map[string]int // by view: its use under its own name and keys
	derived map[Ref]int    // by feature of an on-demand view: its place in sel.Derived, underway or failed
	needs   []need
	faults  errs.List
}

func (b *builder) addRef(ref Ref) {
	if v, ok := b.set.OnDemandView(ref.View); ok {
		b.addDerived(v, v.Name, ref.Feature)
		return
	}
	v, found := b.set.View(ref.View)
	if !found {
		b.faults.Add(b.set.unknownView(ref.View))
		return
	}
	if at, ok := b.use(v); ok {
		b.addField(at, ref.Feature)
	}
}

// addField asks for one more output of use at.
func (b *builder) addField(at int, name string) {
	if f, ok := b.read(at, name); ok {
		b.sel.Order = append(b.sel.Order, Output{Name: b.sel.Uses[at].Outputs[f], Cell: Cell{Use: at, Field: f}})
	}
}

func (b *builder) addProjection(p *Projection) {
	if v, ok := b.set.OnDemandView(p.View); ok {
		wanted := p.Features
		if wanted == nil {
			wanted = v.fieldNames()
		}
		for _, name := range wanted {
			b.addDerived(v, p.name(), name)
		}
		return
	}
	v, found := b.set.View(p.View)
	if !found {
		b.faults.Add(b.set.unknownView(p.View))
		return
	}
	at, ok := b.projectionUse(p, v)
	if !ok {
		return
	}
	wanted := p.Features
	if wanted == nil {
		wanted = v.fieldNames()
	}
	for _, name := range wanted {
		b.addField(at, name)
	}
}

// projectionUse returns the use of v that a projection asks for: the common one where it renames nothing.
func (b *builder) projectionUse(p *Projection, v *View) (at int, ok bool) {
	if p.name() == v.Name && len(p.JoinKeyMap) == 0 {
		return b.use(v)
	}
	u, err := b.set.use(v, p.name(), p.JoinKeyMap)
	if err != nil {
		b.faults.AddErr(err)
		return 0, false
	}
	b.sel.Uses = append(b.sel.Uses, *u)
	return len(b.sel.Uses) - 1, true
}

func (b *builder) finish() (*Selection, error) {
	b.addRequest()
	b.checkClashes()
	if err := b.faults.Err(); err != nil {
		return nil, err
	}
	return b.sel, nil
}

// addRequest lists the request columns: the keys of all uses, then what on-demand views need.
func (b *builder) addRequest() {
	for i := range b.sel.Uses {
		u := &b.sel.Uses[i]
		for k, column := range u.Columns {
			b.requestColumn(value.Field{Name: column, Type: u.Keys[k].Type}, u.Alias)
		}
	}
	at := make([]int, len(b.needs))
	for i, n := range b.needs {
		at[i] = b.requestColumn(n.column, n.view)
	}
	for i := range b.sel.Derived {
		for j, cell := range b.sel.Derived[i].Inputs {
			if cell.Use == FromRequest {
				b.sel.Derived[i].Inputs[j].Field = at[cell.Field]
			}
		}
	}
}

// requestColumn returns the place of a request column, which it adds once.
func (b *builder) requestColumn(column value.Field, view string) int {
	at := slices.IndexFunc(b.sel.Request, func(f value.Field) bool { return f.Name == column.Name })
	if at < 0 {
		b.sel.Request = append(b.sel.Request, column)
		return len(b.sel.Request) - 1
	}
	if have := b.sel.Request[at].Type; !have.Equal(column.Type) {
		b.faults.Add(errs.New(errs.InvalidArgument, "request column %q would be %s and, for view %q, %s", column.Name, have, view, column.Type).
			WithID("T0015").WithHint("rename one of them with join_key_map in a feature service"))
	}
	return at
}

// checkClashes refuses two different features under one output name (design/semantics.md 4.7).
func (b *builder) checkClashes() {
	first := map[string]Output{}
	var pairs []string
	full := func(o Output) string {
		if o.Use == FromDerived {
			d := &b.sel.Derived[o.Field]
			return d.View.Name + ":" + d.Field.Name
		}
		u := &b.sel.Uses[o.Use]
		return u.Alias + ":" + u.Fields[o.Field].Name
	}
	for _, o := range b.sel.Order {
		was, ok := first[o.Name]
		if !ok {
			first[o.Name] = o
			continue
		}
		if was.Use != o.Use || was.Field != o.Field {
			pairs = append(pairs, fmt.Sprintf("%s and %s", full(was), full(o)))
		}
	}
	if pairs != nil {
		b.faults.Add(errs.New(errs.InvalidArgument, "features share a name: %s", strings.Join(pairs, "; ")).
			WithID("T0014").WithHint("ask for full feature names (--full-feature-names, full_feature_names: true)"))
	}
}
