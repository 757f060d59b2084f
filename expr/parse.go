package expr

import (
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/parser"

	"github.com/truepoint/truepoint/errs"
)

// parse returns the tree of an expression, with ?: and method calls as functions and && and || flattened.
func parse(s *source) (*node, error) {
	if len(s.text) > SourceSizeMax {
		return nil, errs.New(errs.InvalidArgument, "the expression has %d bytes, %d are allowed", len(s.text), SourceSizeMax).WithID("T1105")
	}
	if !utf8.ValidString(s.text) {
		return nil, errs.New(errs.InvalidArgument, "the expression is not valid UTF-8").WithID("T1101")
	}
	p, err := parser.NewParser(parser.EnablePrattParser(true), parser.EnableVariadicOperatorASTs(true), parser.EnableCallEscapeSyntax(true),
		parser.MaxRecursionDepth(DepthMax), parser.ErrorReportingLimit(8), parser.ErrorRecoveryLimit(8))
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "building the parser of expressions")
	}
	r := respell(s.text)
	tree, faults := p.Parse(common.NewTextSource(string(r.runes)))
	if faults != nil && len(faults.GetErrors()) > 0 {
		return nil, s.syntaxErrors(faults.GetErrors())
	}
	l := &lowering{source: s, respelling: r, info: tree.SourceInfo()}
	n := l.lower(tree.Expr())
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	if c := n.count(); c > NodesMax {
		return nil, errs.New(errs.InvalidArgument, "the expression has %d parts, %d are allowed", c, NodesMax).WithID("T1105")
	}
	return n, nil
}

func (s *source) syntaxErrors(faults []*common.Error) error {
	var list errs.List
	for _, f := range faults {
		at := s.offset(f.Location.Line(), f.Location.Column())
		message := strings.TrimPrefix(f.Message, "Syntax error: ")
		id := "T1101"
		if strings.Contains(message, "recursion limit") {
			id, message = "T1105", "the expression is nested too deeply"
		}
		list.Add(s.fault(at, 1, id, "%s", message).WithHint("%s", s.spelling(at)))
		break // what follows the first syntax error is mostly its echo
	}
	return list.Err()
}

// A lowering turns CEL's tree into nodes.
type lowering struct {
	*source
	*respelling
	info   *ast.SourceInfo
	faults errs.List
}

// place returns where the token of an expression of CEL's tree begins, and its width.
func (l *lowering) place(e ast.Expr) (at, width int) {
	r, ok := l.info.GetOffsetRange(e.ID())
	if !ok {
		return 0, 1
	}
	return int(r.Start), max(1, int(r.Stop-r.Start))
}

func (l *lowering) lower(e ast.Expr) *node {
	at, width := l.place(e)
	n := &node{at: at, width: width}
	switch e.Kind() {
	case ast.LiteralKind:
		return l.literal(n, e.AsLiteral().Value())
	case ast.IdentKind:
		n.kind, n.name = columnNode, e.AsIdent()
		if n.name == asOfName {
			n.kind = asOfNode
		}
		return n
	case ast.SelectKind:
		return l.path(n, e)
	case ast.ListKind:
		n.kind = listNode
		n.args = l.lowerAll(e.AsList().Elements())
		return n
	case ast.CallKind:
		return l.call(n, e.AsCall())
	}
	return l.refuse(n, "maps and messages are not part of expressions")
}

func (l *lowering) lowerAll(all []ast.Expr) []*node {
	out := make([]*node, len(all))
	for i, e := range all {
		out[i] = l.lower(e)
	}
	return out
}

func (l *lowering) refuse(n *node, format string, args ...any) *node {
	l.faults.Add(l.fault(n.at, n.width, "T1108", format, args...))
	n.kind = literalNode
	return n
}

func (l *lowering) literal(n *node, v any) *node {
	n.kind = literalNode
	switch v := v.(type) {
	case bool, int64, float64:
		n.literal = v
	case string:
		if !utf8.ValidString(v) {
			return l.refuse(n, "the text is not valid UTF-8")
		}
		n.literal = v
	case uint64:
		return l.refuse(n, "there are no unsigned numbers: leave out the u")
	case []byte:
		return l.refuse(n, "there are no literals of Bytes")
	}
	return n
}

// path reads a.b.c as the column of that name.
func (l *lowering) path(n *node, e ast.Expr) *node {
	var parts []string
	for e.Kind() == ast.SelectKind {
		parts = append([]string{e.AsSelect().FieldName()}, parts...)
		e = e.AsSelect().Operand()
	}
	if e.Kind() != ast.IdentKind {
		return l.refuse(n, "a field can only be taken of a name")
	}
	first, _ := l.place(e)
	n.kind, n.name = columnNode, strings.Join(append([]string{e.AsIdent()}, parts...), ".")
	n.width = len([]rune(n.name))
	n.at = first
	return n
}
