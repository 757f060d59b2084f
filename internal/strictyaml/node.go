package strictyaml

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// A Kind is what a value looks like in the file.
type Kind uint8

// The kinds. Int, Float and Bool are plain scalars of exactly that form; every other scalar is Text.
const (
	Null Kind = iota
	Bool
	Int
	Float
	Text
	List
	Map
)

var kindNames = [...]string{"nothing", "true or false", "a whole number", "a number", "text", "a list", "a mapping"}

// String returns the kind as messages name it.
func (k Kind) String() string { return kindNames[k] }

// A Node is one value of a document.
type Node struct {
	Kind    Kind
	Text    string // of a scalar, without quotes; nothing for Null
	Broken  bool   // a fault was found here already; Check asks no more of it
	Hidden  bool   // the text came from the environment and is not shown
	Pos     errs.Position
	Inner   errs.Position // of a Text whose characters stand in the file as they are, each line in the same column: where it begins; zero for others
	Items   []*Node       // of a List
	Members []Member      // of a Map, in order of the file, each key once
	size    int
}

// A Member is one entry of a mapping.
type Member struct {
	Key   string
	Pos   errs.Position // of the key
	Value *Node
}

// Get returns the value of a key of a mapping, nil where there is none or n is no mapping. It accepts a nil receiver.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if n.Members[i].Key == key {
			return n.Members[i].Value
		}
	}
	return nil
}

// String returns the text of a scalar, "" for anything else and for nil.
func (n *Node) String() string {
	if n == nil {
		return ""
	}
	return n.Text
}

// Strings returns the texts of a list of scalars; nil for anything else.
func (n *Node) Strings() []string {
	if n == nil || n.Kind != List {
		return nil
	}
	out := make([]string, len(n.Items))
	for i, item := range n.Items {
		out[i] = item.Text
	}
	return out
}

// StringMap returns a mapping of scalars; nil for anything else.
func (n *Node) StringMap() map[string]string {
	if n == nil || n.Kind != Map {
		return nil
	}
	out := make(map[string]string, len(n.Members))
	for _, m := range n.Members {
		out[m.Key] = m.Value.Text
	}
	return out
}

// Bool returns the truth of a Bool, otherwise for anything else.
func (n *Node) Bool(otherwise bool) bool {
	if n == nil || n.Kind != Bool {
		return otherwise
	}
	return n.Text == "true"
}

// Int returns a whole number, otherwise for anything else.
func (n *Node) Int(otherwise int64) int64 {
	if n == nil || n.Kind != Int {
		return otherwise
	}
	v, err := strconv.ParseInt(n.Text, 10, 64)
	if err != nil {
		return otherwise
	}
	return v
}

// JSON returns the value as JSON text: numbers and booleans as they stand, other scalars as strings.
func (n *Node) JSON() string {
	var b strings.Builder
	n.appendJSON(&b)
	return b.String()
}

func (n *Node) appendJSON(b *strings.Builder) {
	switch n.Kind {
	case Null:
		b.WriteString("null")
	case Bool, Int, Float:
		b.WriteString(n.Text)
	case Text:
		b.WriteString(quoteJSON(n.Text))
	case List:
		b.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.appendJSON(b)
		}
		b.WriteByte(']')
	case Map:
		b.WriteByte('{')
		for i, m := range n.Members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoteJSON(m.Key))
			b.WriteByte(':')
			m.Value.appendJSON(b)
		}
		b.WriteByte('}')
	}
}

func quoteJSON(s string) string {
	out, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return `""`
	}
	return string(out)
}

// Positions returns the place of every value below n by path: "name", "schema[2].type".
func (n *Node) Positions() map[string]errs.Position {
	out := make(map[string]errs.Position, n.size)
	n.addPositions("", out)
	return out
}

func (n *Node) addPositions(path string, out map[string]errs.Position) {
	if path != "" {
		out[path] = n.Pos
	}
	for i, item := range n.Items {
		item.addPositions(path+"["+strconv.Itoa(i)+"]", out)
	}
	for _, m := range n.Members {
		key := m.Key
		if path != "" {
			key = path + "." + key
		}
		m.Value.addPositions(key, out)
	}
}

// ScalarKind returns the kind of a plain scalar. Only the spellings of the JSON grammar are numbers and booleans:
// 017, 0x1F, 1_000, .inf, yes and True are Text.
func ScalarKind(text string) Kind {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "false":
		return Bool
	}
	rest := strings.TrimPrefix(text, "-")
	whole := digitRun(rest)
	if whole == 0 || whole > 1 && rest[0] == '0' {
		return Text
	}
	if whole == len(rest) {
		return Int
	}
	rest = rest[whole:]
	if rest[0] == '.' {
		n := digitRun(rest[1:])
		if n == 0 {
			return Text
		}
		rest = rest[1+n:]
	}
	if rest == "" {
		return Float
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return Text
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest = rest[1:]
	}
	if n := digitRun(rest); n == 0 || n != len(rest) {
		return Text
	}
	return Float
}

func digitRun(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
