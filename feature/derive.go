package feature

import (
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/value"
)

// What builder.derived says of a feature that has no place: its inputs are being looked for, or it cannot be computed.
const (
	underway = -1
	failed   = -2
)

// derive returns the place in Selection.Derived of a feature of an on-demand view, and whether it is there: it adds the
// feature behind what it needs, once, and reports what stands in the way.
func (b *builder) derive(v *OnDemandView, name string) (at int, ok bool) {
	ref := Ref{v.Name, name}
	at, known := b.derived[ref]
	if at == underway {
		b.faults.Add(errs.New(errs.FailedPrecondition, "feature %s needs itself", ref).WithID("T0197").WithHint("run truepoint validate"))
	}
	if known {
		return at, at >= 0
	}
	if b.derived == nil {
		b.derived = map[Ref]int{}
	}
	b.derived[ref] = underway
	defer func() {
		if !ok {
			b.derived[ref] = failed
		}
	}()
	i := v.Field(name)
	if i < 0 {
		b.faults.Add(unknownFeature(v, name))
		return 0, false
	}
	f := &v.Features[i]
	inputs := b.set.inputs(v)
	p, err := expr.Compile(f.Expression, scope(inputs), f.Type)
	if err != nil {
		b.faults.Add(errs.Wrap(err, errs.FailedPrecondition, "feature %s cannot be computed", ref).WithID("T0198").
			WithHint("run truepoint validate"))
		return 0, false
	}
	d := Derived{View: v, Field: f.Field, Program: p}
	for _, used := range p.Inputs() {
		in := inputs[slices.IndexFunc(inputs, func(in input) bool { return in.name == used })]
		cell, ok := b.cell(v, in)
		if !ok {
			return 0, false
		}
		d.Inputs = append(d.Inputs, cell)
	}
	at = len(b.sel.Derived)
	b.derived[ref] = at
	b.sel.Derived = append(b.sel.Derived, d)
	return at, true
}

// cell returns where an input of v comes from and sees that it is read. Field of a request column is its place among
// b.needs until finish knows all request columns.
func (b *builder) cell(v *OnDemandView, in input) (Cell, bool) {
	switch {
	case in.onDemand != nil:
		at, ok := b.derive(in.onDemand, in.field.Name)
		return Cell{FromDerived, at}, ok
	case in.view == nil:
		b.needs = append(b.needs, need{value.Field{Name: in.field.Name, Type: in.field.Type}, v.Name})
		return Cell{FromRequest, len(b.needs) - 1}, true
	}
	at, ok := b.use(in.view)
	if !ok {
		return Cell{}, false
	}
	f, ok := b.read(at, in.field.Name)
	return Cell{at, f}, ok
}

// A need is a request column that an on-demand view asks for.
type need struct {
	column value.Field
	view   string
}

// use returns the use of v under its own name and keys, which it adds once.
func (b *builder) use(v *View) (at int, ok bool) {
	at, known := b.uses[v.Name]
	if known {
		return at, true
	}
	u, err := b.set.use(v, v.Name, nil)
	if err != nil {
		b.faults.AddErr(err)
		return 0, false
	}
	at = len(b.sel.Uses)
	b.uses[v.Name] = at
	b.sel.Uses = append(b.sel.Uses, *u)
	return at, true
}

// read returns the place of a field among those of use at; one that is there already is not read again.
func (b *builder) read(at int, name string) (f int, ok bool) {
	u := &b.sel.Uses[at]
	if f = slices.IndexFunc(u.Fields, func(f Field) bool { return f.Name == name }); f >= 0 {
		return f, true
	}
	i := u.View.Field(name)
	if i < 0 {
		b.faults.Add(unknownFeature(u.View, name))
		return 0, false
	}
	u.Fields = append(u.Fields, u.View.Schema[i])
	u.Outputs = append(u.Outputs, b.naming.output(u.Alias, name))
	return len(u.Fields) - 1, true
}

// addDerived asks for one more output, a feature of an on-demand view.
func (b *builder) addDerived(v *OnDemandView, alias, name string) {
	if at, ok := b.derive(v, name); ok {
		b.sel.Order = append(b.sel.Order, Output{Name: b.naming.output(alias, name), Cell: Cell{FromDerived, at}})
	}
}
