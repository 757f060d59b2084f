package explain

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// computed explains the on-demand feature that sel asks for: one online read answers it and its inputs.
func (e *Env) computed(ctx context.Context, c *serving.Catalog, req *Request, sel *feature.Selection) (*Result, error) {
	if err := oneEntity(req.Keys, len(sel.Request) > 0); err != nil {
		return nil, err
	}
	d := &sel.Derived[sel.Order[0].Field]
	out := &Computed{Expression: d.View.Features[d.View.Field(d.Field.Name)].Expression}
	refs := []string{req.Ref}
	for i, name := range d.Program.Inputs() {
		in := Input{Name: name, Ref: RefOf(sel, d.Inputs[i])}
		out.Inputs = append(out.Inputs, in)
		if in.Ref != "" {
			refs = append(refs, in.Ref)
		}
	}
	ask := &serving.Request{Entities: req.Keys, Features: refs, Names: feature.FullNames, AsOf: req.At, OnError: serving.Cells}
	res, err := e.Serving.Read(ctx, ask)
	if err != nil {
		return nil, err
	}
	if res.Revision != c.Revision {
		return nil, errs.New(errs.Aborted, "the definitions moved from revision %d to %d while the value was explained", c.Revision, res.Revision)
	}
	out.Cell = res.Columns[0].Cells[0]
	at := 1
	for i := range out.Inputs {
		if out.Inputs[i].Ref == "" {
			out.Inputs[i].Cell = given(res, out.Inputs[i].Name)
			continue
		}
		out.Inputs[i].Cell = res.Columns[at].Cells[0]
		at++
	}
	r := &Result{Ref: req.Ref, Field: d.Field, At: res.AsOf, Revision: res.Revision, Computed: out}
	for _, k := range res.Keys {
		r.Keys = append(r.Keys, Key{k.Name, k.Values[0]})
	}
	return r, nil
}

// RefOf returns the reference view:feature of a cell, empty for a column of the request.
func RefOf(sel *feature.Selection, c feature.Cell) string {
	switch c.Use {
	case feature.FromRequest:
		return ""
	case feature.FromDerived:
		d := &sel.Derived[c.Field]
		return feature.Ref{View: d.View.Name, Feature: d.Field.Name}.String()
	}
	u := &sel.Uses[c.Use]
	return feature.Ref{View: u.View.Name, Feature: u.Fields[c.Field].Name}.String()
}

// given returns the value that the request has for an input.
func given(res *serving.Response, name string) serving.Cell {
	c := serving.Cell{Status: value.Present, Event: eventtime.None}
	for _, k := range res.Keys {
		if k.Name == name {
			c.Value = k.Values[0]
		}
	}
	if column := res.Request.Column(name); column != nil {
		c.Value = column.At(0)
	}
	c.Status = c.Status.Of(c.Value.IsNull())
	return c
}
