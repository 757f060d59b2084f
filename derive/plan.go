package derive

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/expr"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// A Plan computes the derived features of one selection. It is immutable and safe for concurrent use.
type Plan struct {
	inputs []feature.Cell
	steps  []step
}

// A step computes one derived feature.
type step struct {
	view     string
	field    string
	program  *expr.Program
	defaults feature.Defaults
	from     []int // of Program.Inputs: places in the inputs of the plan, then in the steps before this one
}

// Compile returns the plan of sel.Derived; nil for a selection without any. Errors: InvalidArgument for a default that
// is no value of its feature's type, Internal for a selection that contradicts itself.
func Compile(sel *feature.Selection) (*Plan, error) {
	if len(sel.Derived) == 0 {
		return nil, nil
	}
	p := &Plan{}
	for i := range sel.Derived {
		for _, c := range sel.Derived[i].Inputs {
			if c.Use != feature.FromDerived && !slices.Contains(p.inputs, c) {
				p.inputs = append(p.inputs, c)
			}
		}
	}
	for i := range sel.Derived {
		d := &sel.Derived[i]
		defaults, err := d.Field.Defaults()
		if err != nil {
			return nil, err
		}
		s := step{view: d.View.Name, field: d.Field.Name, program: d.Program, defaults: defaults}
		for _, c := range d.Inputs {
			if c.Use == feature.FromDerived && c.Field >= i {
				return nil, errs.New(errs.Internal, "feature %s:%s stands before what it needs", s.view, s.field)
			}
			s.from = append(s.from, p.place(c))
		}
		if have := d.Program.Type(); !have.Equal(d.Field.Type) {
			return nil, errs.New(errs.Internal, "feature %s:%s is %s and its expression %s", s.view, s.field, d.Field.Type, have)
		}
		p.steps = append(p.steps, s)
	}
	return p, nil
}

func (p *Plan) place(c feature.Cell) int {
	if c.Use == feature.FromDerived {
		return len(p.inputs) + c.Field
	}
	return slices.Index(p.inputs, c)
}

// Inputs returns the cells that Eval takes, each once: fields of uses and columns of the request.
func (p *Plan) Inputs() []feature.Cell { return slices.Clone(p.inputs) }

// Eval returns the cells of every element of Selection.Derived, for one batch of rows. inputs[i] is what Inputs()[i]
// names, of its declared type; asOf has one moment a row, None where it is not known. Rows do not see each other: any
// split of rows into batches gives the same bits. Inputs are neither kept nor changed, but results may share texts and
// nested values with them.
//
// The status of a cell is PRESENT, NULL_VALUE, or ERROR, with its reason in Faults: that of the first input that is an
// ERROR, or of the expression. Its event time is the latest of its inputs', None where none has one.
//
// Errors: Internal for inputs that are not those of the plan, and ctx's.
func (p *Plan) Eval(ctx context.Context, inputs []Column, asOf []eventtime.Instant) ([]Column, error) {
	if len(inputs) != len(p.inputs) {
		return nil, errs.New(errs.Internal, "on-demand features take %d columns, got %d", len(p.inputs), len(inputs))
	}
	all := append(make([]Column, 0, len(inputs)+len(p.steps)), inputs...)
	for i := range p.steps {
		s := &p.steps[i]
		c, err := s.eval(ctx, all, asOf)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all[len(inputs):], nil
}

func (s *step) eval(ctx context.Context, all []Column, asOf []eventtime.Instant) (Column, error) {
	from := make([]Column, len(s.from))
	values := make([]*value.Column, len(s.from))
	for i, at := range s.from {
		from[i], values[i] = all[at], all[at].Values
	}
	made, faults, err := s.program.Eval(ctx, values, asOf, len(asOf))
	if errs.CodeOf(err) == errs.InvalidArgument {
		return Column{}, errs.Wrap(err, errs.Internal, "feature %s:%s", s.view, s.field)
	}
	if err != nil {
		return Column{}, err
	}
	return finish(made, faults, from, s.defaults), nil
}
