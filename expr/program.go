package expr

import (
	"slices"
	"strings"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A Scope is what an expression may name.
type Scope struct {
	Columns []value.Field // names are unique; a name with a period is written as it is, one with other signs in back quotes
	AsOf    bool          // whether as_of is known; the name never means a column
}

// A Program is a compiled expression. It is immutable and safe for concurrent use.
type Program struct {
	text   string        // canonical
	tree   *node         // checked
	inputs []value.Field // used columns, by name
	asOf   bool          // whether as_of is used
	result value.Type
	slots  []slot
	steps  []step
	out    int  // register of the result
	heavy  bool // makes or searches texts
	pool   sync.Pool
}

// Compile returns the program of source, whose result is a column of type want; with the zero type, of Int64, Float64
// or whatever else the expression is. An Int result widens to Float32 and Float64, and a wider number than want makes
// an ERROR cell.
//
// Errors: InvalidArgument, all faults that were found. Each is an errs.Error with an ID, and with Pos.Line and
// Pos.Column, counted from 1 in code points within source, Excerpt and Width; Pos.File is empty. The caller adds the
// place of the text in its file.
func Compile(source string, in Scope, want value.Type) (*Program, error) {
	s := newSource(source)
	tree, err := parse(s)
	if err != nil {
		return nil, err
	}
	p := &Program{text: canonical(tree), tree: tree}
	c := &checker{source: s, columns: map[string]typ{}, scope: in}
	for _, f := range in.Columns {
		c.columns[f.Name] = typeOf(f.Type)
		c.names = append(c.names, f.Name)
	}
	if !c.infer(tree) {
		return nil, c.faults.Err()
	}
	if err := p.finish(s, tree, in, want); err != nil {
		return nil, err
	}
	return p, nil
}

// finish emits the steps of a checked tree.
func (p *Program) finish(s *source, tree *node, in Scope, want value.Type) error {
	if want.IsZero() {
		t, ok := natural(tree.typ)
		if !ok {
			return s.fault(tree.at, tree.width, "T1106", "%s is not the type of a column", tree.typ).WithHint("%s", resultHint(tree.typ))
		}
		want = t
	}
	to := typeOf(want)
	if _, ok := unify(tree.typ, to); !ok || !fits(tree.typ.class, to.class) {
		return s.fault(tree.at, tree.width, "T1106", "the expression is %s, %s is wanted", tree.typ, want).WithHint("%s", resultHint(tree.typ))
	}
	p.result = want
	e := &emitter{source: s, program: p, inputs: map[string]int{}}
	p.declare(e, tree, in)
	p.out = e.emit(tree, to)
	switch want.Kind {
	case value.Int32:
		p.out = e.step(try1(getInts, getInts, narrowInt32), &widening, storeInts, p.out)
	case value.Float32:
		p.out = e.step(try1(getFloats, getFloats, narrowFloat32), &widening, storeFloats, p.out)
	}
	return e.faults.Err()
}

func resultHint(t typ) string {
	switch t.class {
	case span:
		return "use seconds, minutes, hours or days of it"
	case float:
		return "use int, floor or round of it where an integer is wanted"
	case nothing:
		return "declare a type"
	}
	return ""
}

// declare gives every column that the tree uses a register, by name.
func (p *Program) declare(e *emitter, tree *node, in Scope) {
	used := map[string]bool{}
	var walk func(*node)
	walk = func(n *node) {
		p.asOf = p.asOf || n.kind == asOfNode
		if n.kind == columnNode {
			used[n.name] = true
		}
		for _, a := range n.args {
			walk(a)
		}
	}
	walk(tree)
	for _, f := range in.Columns {
		if used[f.Name] {
			p.inputs = append(p.inputs, f)
		}
	}
	slices.SortFunc(p.inputs, func(a, b value.Field) int { return strings.Compare(a.Name, b.Name) })
	for i, f := range p.inputs {
		e.inputs[f.Name] = e.slot(slot{storage: typeOf(f.Type).storage(), input: i + 1, borrows: f.Type.Kind != value.Float32})
	}
}

// Type returns the type of the result.
func (p *Program) Type() value.Type { return p.result }

// Inputs returns the names of the columns that Eval takes, ascending: those that the expression uses.
func (p *Program) Inputs() []string {
	out := make([]string, len(p.inputs))
	for i, f := range p.inputs {
		out[i] = f.Name
	}
	return out
}

// UsesAsOf reports whether Eval needs the moments of the request.
func (p *Program) UsesAsOf() bool { return p.asOf }

// String returns the canonical text: blanks, parentheses, aliases, methods, ?: and spellings of literals make no
// difference. Compile reads it back to the same text. Fingerprints are made of it.
func (p *Program) String() string { return p.text }

func mismatch(format string, args ...any) error {
	return errs.New(errs.InvalidArgument, format, args...).WithID("T1110")
}
