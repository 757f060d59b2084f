package expr

import (
	"math"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// celOperators are the operators of CEL's tree under their names here.
var celOperators = map[string]string{
	"_?_:_": "if", "_&&_": "&&", "_||_": "||", "!_": "!", "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=",
	"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "-_": "-", "@in": "in",
}

// call turns an operator, a function or a method into a call.
func (l *lowering) call(n *node, c ast.CallExpr) *node {
	n.kind = callNode
	n.args = l.lowerAll(c.Args())
	name := c.FunctionName()
	operator, ok := celOperators[name]
	switch {
	case strings.HasPrefix(name, "_[") || strings.HasPrefix(name, "_?."):
		return l.refuse(n, "elements cannot be taken by index")
	case !ok:
		return l.function(n, c, name)
	}
	n.name = operator
	if operator == "/" && l.floors[n.at] {
		n.name, n.width = "//", 2
	}
	if operator == "&&" || operator == "||" {
		n.args = flatten(operator, n.args)
	}
	return negated(n)
}

// negated folds the minus of a number into it, so that -(1) and -1 are one.
func negated(n *node) *node {
	if n.name != "-" || len(n.args) != 1 || n.args[0].kind != literalNode {
		return n
	}
	arg := n.args[0]
	switch v := arg.literal.(type) {
	case int64:
		if v == math.MinInt64 {
			return n
		}
		return &node{kind: literalNode, literal: -v, at: n.at, width: n.width}
	case float64:
		return &node{kind: literalNode, literal: -v, at: n.at, width: n.width}
	}
	return n
}

// flatten makes (a && b) && c and a && (b && c) the one list a, b, c.
func flatten(operator string, args []*node) []*node {
	var out []*node
	for _, a := range args {
		if a.kind == callNode && a.name == operator {
			out = append(out, a.args...)
			continue
		}
		out = append(out, a)
	}
	return out
}

// function reads f(a, b), and a.f(b) as the same. CEL places a call at its parenthesis; here it stands at its name.
func (l *lowering) function(n *node, c ast.CallExpr, name string) *node {
	open := n.at
	if name == respelledIf && l.ifs[open] {
		name = "if"
	}
	end := open
	for end > 0 && !identifier(l.runes[end-1]) {
		end--
	}
	start := end
	for start > 0 && identifier(l.runes[start-1]) {
		start--
	}
	n.at, n.width = start, max(1, end-start)
	if c.IsMemberFunction() {
		n.args = append([]*node{l.lower(c.Target())}, n.args...)
	}
	if f := lookup(name); f != nil {
		name = f.name
	}
	n.name = name
	return n
}
