package jsonbody

import (
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

const (
	depthMax = 64      // of arrays and objects within one another, as in jsonvalue
	bytesMax = 1 << 30 // of a body: places are 32-bit numbers
	// siblingsMax is how many names of an object are compared one by one; more are kept in a map.
	siblingsMax = 16
	// keptMax is how many nodes a Document keeps for the next body.
	keptMax = 64 << 10
)

// A Document is a parsed body. It is used by one goroutine at a time; Read forgets the body before.
type Document struct {
	src   string
	nodes []node
	at    int
	depth int
}

// A node is a value or, in front of each value of an object, a name.
type node struct {
	from, to int32 // its text; of a string without the quotation marks
	next     int32 // the node behind it and what it contains
	kind     Kind
	escaped  bool // of a string: its text has escapes
}

// Read parses src, which is one JSON value, and returns it. The nodes are valid until the next Read; the texts share the
// memory of src. Errors: those of jsonvalue.Valid, with the byte at which reading ended.
func (d *Document) Read(src string) (Node, error) {
	if cap(d.nodes) > keptMax {
		d.nodes = nil
	}
	d.src, d.nodes, d.at, d.depth = src, d.nodes[:0], 0, 0
	if len(src) <= bytesMax && d.value() && d.peek() == 0 && d.at == len(src) {
		return Node{d, 0, int32(len(d.nodes))}, nil
	}
	if err := jsonvalue.Valid([]byte(src)); err != nil {
		return Node{}, err
	}
	return Node{}, errs.New(errs.InvalidArgument, "malformed JSON: a body of %d bytes cannot be read", len(src))
}

// peek skips white space and returns the next byte, 0 at the end.
func (d *Document) peek() byte {
	for d.at < len(d.src) {
		switch c := d.src[d.at]; c {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return c
		}
	}
	return 0
}

func (d *Document) take(c byte) bool {
	if d.peek() != c || d.at == len(d.src) {
		return false
	}
	d.at++
	return true
}

// add appends a node that begins here and returns its place.
func (d *Document) add(k Kind) int {
	d.nodes = append(d.nodes, node{from: int32(d.at), kind: k})
	return len(d.nodes) - 1
}

// end closes the node that was added at i.
func (d *Document) end(i int) bool {
	n := &d.nodes[i]
	n.to, n.next = int32(d.at), int32(len(d.nodes))
	return true
}

// value consumes one value of any kind and reports whether there was one.
func (d *Document) value() bool {
	switch d.peek() {
	case '"':
		return d.string(String)
	case '[':
		return d.array()
	case '{':
		return d.object()
	case 't':
		return d.word("true", True)
	case 'f':
		return d.word("false", False)
	case 'n':
		return d.word("null", Null)
	}
	return d.number()
}

func (d *Document) word(text string, k Kind) bool {
	if len(d.src)-d.at < len(text) || d.src[d.at:d.at+len(text)] != text {
		return false
	}
	i := d.add(k)
	d.at += len(text)
	return d.end(i)
}

func (d *Document) number() bool {
	i := d.add(Number)
	d.skip('-')
	if !d.skip('0') && !d.digits() {
		return false
	}
	if d.skip('.') && !d.digits() {
		return false
	}
	if d.skip('e') || d.skip('E') {
		if !d.skip('+') {
			d.skip('-')
		}
		if !d.digits() {
			return false
		}
	}
	d.end(i)
	return d.at == len(d.src) || d.src[d.at] < '0' || d.src[d.at] > '9' // an idle leading zero
}

func (d *Document) skip(c byte) bool {
	if d.at < len(d.src) && d.src[d.at] == c {
		d.at++
		return true
	}
	return false
}

func (d *Document) digits() bool {
	from := d.at
	for d.at < len(d.src) && d.src[d.at] >= '0' && d.src[d.at] <= '9' {
		d.at++
	}
	return d.at > from
}

// string consumes a string as a node of kind k.
func (d *Document) string(k Kind) bool {
	if !d.take('"') {
		return false
	}
	i := d.add(k)
	ascii := true
	for d.at < len(d.src) {
		c := d.src[d.at]
		switch {
		case c == '"':
			d.end(i)
			d.at++
			return ascii || utf8.ValidString(d.src[d.nodes[i].from:d.nodes[i].to])
		case c < ' ':
			return false
		case c == '\\':
			d.nodes[i].escaped = true
			if _, size := unescape(d.src[d.at:]); size > 0 {
				d.at += size
				continue
			}
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
		d.at++
	}
	return false
}

func (d *Document) array() bool {
	i := d.add(Array)
	d.at++
	if d.depth++; d.depth > depthMax {
		return false
	}
	for first := true; !d.take(']'); first = false {
		if !first && !d.take(',') || !d.value() {
			return false
		}
	}
	d.depth--
	return d.end(i)
}

func (d *Document) object() bool {
	i := d.add(Object)
	d.at++
	if d.depth++; d.depth > depthMax {
		return false
	}
	var many map[string]struct{}
	for count := 0; !d.take('}'); count++ {
		name := len(d.nodes)
		if count > 0 && !d.take(',') || !d.string(member) {
			return false
		}
		switch {
		case count == siblingsMax:
			many = d.names(i + 1)
			if len(many) <= count {
				return false
			}
		case count > siblingsMax:
			text := d.text(name)
			if _, twice := many[text]; twice {
				return false
			}
			many[text] = struct{}{}
		case d.repeated(i+1, name):
			return false
		}
		if !d.take(':') || !d.value() {
			return false
		}
	}
	d.depth--
	return d.end(i)
}
