package expr

import (
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A checker gives every node its type and finds all faults of an expression.
type checker struct {
	*source
	columns map[string]typ
	names   []string // of columns, for suggestions
	scope   Scope
	faults  errs.List
}

// infer sets n's type and those below it. It returns false after a fault.
func (c *checker) infer(n *node) bool {
	switch n.kind {
	case literalNode:
		n.typ = literalType(n.literal)
		return true
	case asOfNode:
		return c.inferAsOf(n)
	case columnNode:
		return c.inferColumn(n)
	case listNode:
		c.faults.Add(c.fault(n.at, n.width, "T1108", "a list can only stand behind in"))
		return false
	}
	return c.inferCall(n)
}

func (c *checker) inferAsOf(n *node) bool {
	n.typ = typ{class: moment}
	if !c.scope.AsOf {
		c.faults.Add(c.fault(n.at, n.width, "T1102", "as_of, the moment of the request, is not known here"))
		return false
	}
	return true
}

func (c *checker) inferColumn(n *node) bool {
	t, ok := c.columns[n.name]
	if n.typ = t; ok {
		return true
	}
	e := c.fault(n.at, n.width, "T1102", "unknown column %q", n.name)
	switch near := errs.DidYouMean(n.name, c.names); {
	case near != "":
		e = e.WithHint("%s", near)
	case spellings[strings.ToLower(n.name)] != "":
		e = e.WithHint("%s", spellings[strings.ToLower(n.name)])
	case len(c.names) > 0:
		e = e.WithHint("there are %s", some(c.names))
	}
	c.faults.Add(e)
	return false
}

// some lists the first few names.
func some(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:12], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

func (c *checker) inferCall(n *node) bool {
	f := lookup(n.name)
	if f == nil {
		e := c.fault(n.at, n.width, "T1103", "unknown function %q", n.name)
		c.faults.Add(e.WithHint("%s", errs.DidYouMean(n.name, functionNames())))
		return false
	}
	if f.fold && len(n.args) > 2 {
		last := len(n.args) - 1
		inner := &node{kind: callNode, name: n.name, args: n.args[:last], at: n.at, width: n.width}
		n.args = []*node{inner, n.args[last]}
	}
	ok := true
	for _, a := range n.args {
		if a.kind == listNode && n.name == "in" {
			ok = c.inferElements(a) && ok
			continue
		}
		ok = c.infer(a) && ok
	}
	return ok && c.resolve(n, f)
}

// inferElements checks that a list holds literals.
func (c *checker) inferElements(n *node) bool {
	for _, e := range n.args {
		if e.typ = literalType(e.literal); e.kind != literalNode || e.typ.class == nothing || e.typ.class == boolean {
			c.faults.Add(c.fault(e.at, e.width, "T1108", "a list holds literal numbers or texts"))
			return false
		}
	}
	return true
}

// resolve chooses the first overload that the arguments fit.
func (c *checker) resolve(n *node, f *function) bool {
	for i := range f.overloads {
		o := &f.overloads[i]
		shared, ok := accept(o, n.args)
		if !ok {
			continue
		}
		n.overload, n.shared = o, shared
		n.typ = typ{class: o.result}
		if o.result == anything {
			n.typ = shared
		}
		return true
	}
	got := make([]string, len(n.args))
	for i, a := range n.args {
		if got[i] = a.typ.String(); a.kind == listNode {
			got[i] = classNames[list]
		}
	}
	c.faults.Add(c.fault(n.at, n.width, "T1104", "%s does not take (%s)", n.name, strings.Join(got, ", ")).WithHint("it takes %s", f.signatures()))
	return false
}

// accept reports whether arguments fit an overload, and what those of any class have in common.
func accept(o *overload, args []*node) (shared typ, ok bool) {
	if len(args) != len(o.args) {
		return typ{}, false
	}
	for i, a := range args {
		switch want := o.args[i]; want {
		case word:
			if _, isText := a.literal.(string); a.kind != literalNode || !isText {
				return typ{}, false
			}
		case list:
			if a.kind != listNode || len(a.args) == 0 {
				return typ{}, false
			}
			for _, e := range a.args {
				if !fits(e.typ.class, o.args[0]) {
					return typ{}, false
				}
			}
		case anything:
			if shared, ok = unify(shared, a.typ); !ok {
				return typ{}, false
			}
		default:
			if a.kind == listNode || !fits(a.typ.class, want) {
				return typ{}, false
			}
		}
	}
	return shared, true
}
