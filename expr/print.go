package expr

import (
	"strconv"
	"strings"
)

// precedences of the operators, as CEL has them; an operand of a lower one stands in parentheses.
var precedences = map[string]int{
	"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "//": 5, "%": 5,
}

const (
	unaryPrecedence   = 6
	primaryPrecedence = 7
)

// canonical returns the one text of a tree.
func canonical(n *node) string {
	var b strings.Builder
	write(&b, n)
	return b.String()
}

func precedence(n *node) int {
	switch {
	case n.kind == callNode && len(n.args) == 1 && (n.name == "-" || n.name == "!"):
		return unaryPrecedence
	case n.kind == callNode && !letter(rune(n.name[0])) || n.kind == callNode && n.name == "in":
		return precedences[n.name]
	case n.kind == literalNode && strings.HasPrefix(literalText(n.literal), "-"):
		return unaryPrecedence
	}
	return primaryPrecedence
}

func write(b *strings.Builder, n *node) {
	switch n.kind {
	case columnNode:
		b.WriteString(quoteName(n.name))
	case asOfNode:
		b.WriteString(asOfName)
	case literalNode:
		b.WriteString(literalText(n.literal))
	case listNode:
		writeList(b, "[", n.args, "]")
	default:
		writeCall(b, n)
	}
}

func writeCall(b *strings.Builder, n *node) {
	own := precedence(n)
	switch {
	case own == unaryPrecedence:
		b.WriteString(n.name)
		writeOperand(b, n.args[0], primaryPrecedence)
	case own < primaryPrecedence:
		for i, a := range n.args {
			if i == 0 {
				writeOperand(b, a, own)
				continue
			}
			b.WriteString(" " + n.name + " ")
			writeOperand(b, a, own+1)
		}
	default:
		writeList(b, n.name+"(", n.args, ")")
	}
}

func writeOperand(b *strings.Builder, n *node, least int) {
	if precedence(n) >= least {
		write(b, n)
		return
	}
	b.WriteByte('(')
	write(b, n)
	b.WriteByte(')')
}

func writeList(b *strings.Builder, open string, all []*node, end string) {
	b.WriteString(open)
	for i, n := range all {
		if i > 0 {
			b.WriteString(", ")
		}
		write(b, n)
	}
	b.WriteString(end)
}

func literalText(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	case string:
		return strconv.Quote(v)
	}
	return "null"
}

// reserved are CEL's words that cannot stand as names.
var reserved = map[string]bool{"as": true, "break": true, "const": true, "continue": true, "else": true, "false": true, "for": true, "function": true,
	"if": true, "import": true, "in": true, "let": true, "loop": true, "package": true, "namespace": true, "null": true, "return": true, "true": true,
	"var": true, "void": true, "while": true}

// quoteName writes a column's name: as it is where that reads back as the name, in back quotes otherwise.
func quoteName(name string) string {
	for part := range strings.SplitSeq(name, ".") {
		if part == "" || !letter(rune(part[0])) || strings.ContainsFunc(part, func(c rune) bool { return !identifier(c) }) || reserved[part] {
			return "`" + name + "`"
		}
	}
	return name
}
