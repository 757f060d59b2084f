package expr

// A node is one part of a parsed expression. infer fills in its type and overload.
type node struct {
	kind      nodeKind
	name      string  // of a column, function or operator
	literal   any     // of a literal: nil, bool, int64, float64 or string
	args      []*node // of a call: its arguments; of a list: its elements
	at, width int     // place in the source, in code points

	typ      typ
	overload *overload // of a call
	shared   typ       // of a call: what its anything arguments have in common
}

type nodeKind uint8

const (
	columnNode nodeKind = iota
	asOfNode
	literalNode
	listNode
	callNode
)

// asOfName is the identifier that stands for the moment of the request.
const asOfName = "as_of"

// count returns the number of nodes of the tree below and including n.
func (n *node) count() int {
	c := 1
	for _, a := range n.args {
		c += a.count()
	}
	return c
}

// literalType returns the type of a literal.
func literalType(v any) typ {
	switch v.(type) {
	case bool:
		return typ{class: boolean}
	case int64:
		return typ{class: integer}
	case float64:
		return typ{class: float}
	case string:
		return typ{class: text}
	}
	return typ{class: nothing}
}
