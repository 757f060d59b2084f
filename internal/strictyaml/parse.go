package strictyaml

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/truepoint/truepoint/errs"
)

// Parse returns the value of the document, nil for one that holds comments alone, and its faults: the first syntax
// error, or every duplicate key and unusable alias. A document with duplicate keys is returned with the first of each.
func (c *Chunk) Parse() (n *Node, faults []*errs.Error) {
	defer func() { // the parser is foreign code on hostile input
		if p := recover(); p != nil {
			n, faults = nil, []*errs.Error{c.fault(c.line+1, 1, "the document cannot be read as YAML: %v", p)}
		}
	}()
	if blank(c.text) {
		return nil, nil
	}
	file, err := parser.ParseBytes(c.text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, []*errs.Error{c.syntaxError(err)}
	}
	b := builder{chunk: c, anchors: map[string]*Node{}}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			return nil, []*errs.Error{b.fault(doc.Body.GetToken(), "a second document begins without ---")}
		}
		body = doc.Body
	}
	if body == nil {
		return nil, nil
	}
	n = b.node(body, 1)
	if n.size > NodesMax && len(b.faults) == 0 {
		b.faults = append(b.faults, b.fault(body.GetToken(), "the document expands to more than %d values", NodesMax))
	}
	if n.size > NodesMax {
		return nil, b.faults
	}
	return n, b.faults
}

// blank reports whether a document holds nothing but comments, blank lines and markers.
func blank(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && string(line) != "---" && string(line) != "..." {
			return false
		}
	}
	return true
}

func (c *Chunk) fault(line, column int, format string, args ...any) *errs.Error {
	return errs.New(errs.InvalidArgument, format, args...).WithID("T0200").
		At(errs.Position{File: c.File, Line: line, Column: column})
}

// tightColon matches a line such as "online:true", which YAML takes for one text.
var tightColon = regexp.MustCompile(`^[ -]*[A-Za-z_][A-Za-z0-9_]*:[^\s/]`)

func (c *Chunk) syntaxError(err error) *errs.Error {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) || syntax.Token == nil {
		text, _, _ := strings.Cut(err.Error(), "\n")
		return c.fault(c.line+1, 1, "the document cannot be read as YAML: %s", text)
	}
	p := syntax.Token.Position
	if line := c.lineText(p.Line); strings.HasPrefix(strings.TrimLeft(line, " "), "\t") {
		return c.fault(c.line+p.Line, strings.Index(line, "\t")+1, "a tab stands in the indentation").WithHint("indent with spaces")
	}
	if strings.HasPrefix(c.lineText(p.Line), "%") {
		return c.fault(c.line+p.Line, 1, "YAML directives are not supported").WithHint("remove the line")
	}
	e := c.fault(c.line+p.Line, p.Column, "the document cannot be read as YAML: %s", syntax.Message)
	switch {
	case strings.Contains(syntax.Message, "':'"), strings.Contains(syntax.Message, "mapping value"), tightColon.MatchString(c.lineText(p.Line)):
		e.WithHint("write a space after each colon, and quotes around text that contains \": \"")
	case strings.Contains(syntax.Message, "quote"):
		e.WithHint("close the quotes")
	default:
		e.WithHint("look at the indentation, brackets and quotes here and one line above")
	}
	return e
}

// lineText returns line number n, from 1, of the document.
func (c *Chunk) lineText(n int) string {
	for line := range bytes.Lines(c.text) {
		if n--; n == 0 {
			return string(line)
		}
	}
	return ""
}

type builder struct {
	chunk   *Chunk
	anchors map[string]*Node // nil value: the anchor is still open
	faults  []*errs.Error
}

func (b *builder) pos(t *token.Token) errs.Position {
	return errs.Position{File: b.chunk.File, Line: b.chunk.line + t.Position.Line, Column: t.Position.Column}
}

func (b *builder) fault(t *token.Token, format string, args ...any) *errs.Error {
	p := b.pos(t)
	return b.chunk.fault(p.Line, p.Column, format, args...)
}

func (b *builder) add(e *errs.Error) *Node {
	b.faults = append(b.faults, e)
	return &Node{Pos: e.Pos, Broken: true, size: 1}
}

func (b *builder) node(n ast.Node, depth int) *Node {
	if depth > DepthMax {
		return b.add(b.fault(n.GetToken(), "values are nested more than %d deep", DepthMax))
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return b.mapping(n.Values, b.pos(mappingStart(n)), depth)
	case *ast.MappingValueNode:
		return b.mapping([]*ast.MappingValueNode{n}, b.pos(n.Key.GetToken()), depth)
	case *ast.SequenceNode:
		out := &Node{Kind: List, Pos: b.pos(n.Start), Items: make([]*Node, 0, len(n.Values)), size: 1}
		for _, v := range n.Values {
			item := b.node(v, depth+1)
			out.Items = append(out.Items, item)
			out.size = min(NodesMax+1, out.size+item.size)
		}
		return out
	case *ast.AnchorNode:
		return b.anchor(n, depth)
	case *ast.AliasNode:
		return b.alias(n)
	case *ast.TagNode:
		return b.add(b.fault(n.GetToken(), "YAML tags are not supported").WithHint("remove %s", n.Start.Value))
	case *ast.LiteralNode:
		return &Node{Kind: Text, Text: n.Value.Value, Pos: b.pos(n.Start), Inner: b.blockInner(n), size: 1}
	case *ast.StringNode:
		kind := Text
		if n.Token.Type != token.SingleQuoteType && n.Token.Type != token.DoubleQuoteType {
			kind = ScalarKind(n.Value)
		}
		return &Node{Kind: kind, Text: n.Value, Pos: b.pos(n.Token), Inner: b.inner(n), size: 1}
	case *ast.NullNode:
		return &Node{Pos: b.pos(n.Token), size: 1}
	case ast.ScalarNode:
		t := n.GetToken()
		return &Node{Kind: ScalarKind(t.Value), Text: t.Value, Pos: b.pos(t), size: 1}
	}
	return b.add(b.fault(n.GetToken(), "a value of this form is not supported"))
}

// mappingStart returns the token at which a mapping begins: its brace, or its first key.
func mappingStart(n *ast.MappingNode) *token.Token {
	if n.IsFlowStyle || len(n.Values) == 0 {
		return n.Start
	}
	return n.Values[0].Key.GetToken()
}

func (b *builder) mapping(values []*ast.MappingValueNode, pos errs.Position, depth int) *Node {
	out := &Node{Kind: Map, Pos: pos, Members: make([]Member, 0, len(values)), size: 1}
	var merged []*Node
	seen := make(map[string]int, len(values))
	for _, v := range values {
		if v.Key.IsMergeKey() {
			merged = append(merged, b.node(v.Value, depth+1))
			continue
		}
		t := v.Key.GetToken()
		key := t.Value
		if _, complex := v.Key.(*ast.MappingKeyNode); complex {
			b.add(b.fault(t, "a key must be plain text"))
			continue
		}
		if was, twice := seen[key]; twice {
			b.add(b.fault(t, "key %q stands twice, first on line %d", key, out.Members[was].Pos.Line).WithHint("remove one of them"))
			continue
		}
		seen[key] = len(out.Members)
		value := b.node(v.Value, depth+1)
		if value.Kind == Null && value.Pos.Line == 0 {
			value.Pos = b.pos(t)
		}
		out.Members = append(out.Members, Member{Key: key, Pos: b.pos(t), Value: value})
		out.size = min(NodesMax+1, out.size+value.size)
	}
	for _, m := range merged {
		b.merge(out, m)
	}
	return out
}

// merge adds the members of a << value whose keys the mapping does not have itself.
func (b *builder) merge(out, from *Node) {
	switch from.Kind {
	case List:
		for _, item := range from.Items {
			b.merge(out, item)
		}
	case Map:
		for _, m := range from.Members {
			if out.Get(m.Key) == nil {
				out.Members = append(out.Members, m)
				out.size = min(NodesMax+1, out.size+m.Value.size)
			}
		}
	default:
		e := b.chunk.fault(0, 0, "<< needs a mapping, not %s", from.Kind)
		e.Pos = from.Pos
		b.add(e)
	}
}

func (b *builder) anchor(n *ast.AnchorNode, depth int) *Node {
	name := n.Name.GetToken().Value
	b.anchors[name] = nil
	value := b.node(n.Value, depth)
	b.anchors[name] = value
	return value
}

// alias returns the anchored node itself: nothing is copied, and the size of what it stands for is counted.
func (b *builder) alias(n *ast.AliasNode) *Node {
	t := n.Value.GetToken()
	target, known := b.anchors[t.Value]
	switch {
	case !known:
		e := b.fault(t, "alias *%s has no anchor before it", t.Value)
		return b.add(e.WithHint("%s", errs.DidYouMean(t.Value, slices.Sorted(maps.Keys(b.anchors)))))
	case target == nil:
		return b.add(b.fault(t, "alias *%s refers to a value that contains it", t.Value).WithHint("write the value out"))
	}
	return target
}
