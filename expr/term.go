package expr

// A Term is a part of a compiled expression, for those who say it in another language, such as SQL. It is a call if Name
// is set, a column if Column is, and otherwise a literal. Terms are immutable.
type Term struct {
	Name   string // the operator or function, as Functions spells it; as_of, without arguments, is the moment of the request
	Column string
	// Literal is nil for null, otherwise a bool, int64, float64 or string.
	Literal any
	// Class is what the value is: Bool, Int, Float, String, UnixTimestamp, Date, Duration or null; empty for any other type.
	Class string
	// Args are what a call takes, in the classes of its signature: an Int that stands for a Float is an argument of
	// double, literals apart. The list of in follows the value that is looked for, element by element.
	Args []*Term
}

// Term returns the expression as a tree, before its result is made one of Int32 or Float32. A function of many arguments
// is nested to the left, two by two.
func (p *Program) Term() *Term { return term(p.tree, typeOf(p.result)) }

// Term returns the expression of f as Program.Term does.
func (f *Filter) Term() *Term { return f.program.Term() }

// term returns n as a value of type want.
func term(n *node, want typ) *Term {
	t := &Term{Class: classNames[n.typ.class]}
	switch n.kind {
	case literalNode:
		t.Literal = n.literal
		if i, ok := n.literal.(int64); ok && want.class == float {
			t.Literal, t.Class = float64(i), classNames[float]
		}
		return t
	case columnNode:
		t.Column = n.name
	case asOfNode:
		t.Name = asOfName
	default:
		t.Name = n.name
		t.Args = operands(n)
	}
	if n.typ.class == integer && want.class == float {
		return &Term{Name: "double", Class: classNames[float], Args: []*Term{t}}
	}
	return t
}

// operands returns the arguments of a call in the classes that it takes.
func operands(n *node) []*Term {
	var out []*Term
	for i, a := range n.args {
		switch want := n.overload.args[i]; want {
		case list:
			for _, e := range a.args {
				out = append(out, term(e, typ{class: n.overload.args[0]}))
			}
		case anything:
			out = append(out, term(a, n.shared))
		case word:
			out = append(out, term(a, typ{class: text}))
		default:
			out = append(out, term(a, typ{class: want}))
		}
	}
	return out
}
