package strictyaml

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/truepoint/truepoint/errs"
)

// inner returns where the text of a scalar on one line begins: behind its quote, if nothing in it is escaped.
func (b *builder) inner(n *ast.StringNode) errs.Position {
	quote := ""
	switch n.Token.Type {
	case token.SingleQuoteType:
		quote = "'"
	case token.DoubleQuoteType:
		quote = `"`
	}
	if strings.TrimSpace(n.Token.Origin) != quote+n.Value+quote {
		return errs.Position{}
	}
	p := b.pos(n.Token)
	p.Column += len(quote)
	return p
}

// blockInner returns where the text of a literal block (|) begins: in the line below, behind its indentation.
func (b *builder) blockInner(n *ast.LiteralNode) errs.Position {
	below := n.Start.Position.Line + 1
	line := b.chunk.lineText(below)
	first, _, _ := strings.Cut(n.Value.Value, "\n")
	indent := len(line) - len(strings.TrimLeft(line, " "))
	if !strings.HasPrefix(n.Start.Value, "|") || first == "" || strings.TrimRight(line[indent:], "\r\n") != first {
		return errs.Position{}
	}
	return errs.Position{File: b.chunk.File, Line: b.chunk.line + below, Column: indent + 1}
}
