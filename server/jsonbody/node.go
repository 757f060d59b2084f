package jsonbody

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A Kind is the kind of a JSON value.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	False
	True
	Number
	String
	Array
	Object
	member // a name, in front of its value
)

// A Node is a value of a Document. It is valid until the next Read.
type Node struct {
	d   *Document
	at  int32
	end int32 // the node behind the last sibling
}

// Kind returns what the value is.
func (n Node) Kind() Kind { return n.d.nodes[n.at].kind }

// Raw returns the text of the value, that of a string with its quotation marks.
func (n Node) Raw() string {
	v := &n.d.nodes[n.at]
	if v.kind == String {
		return n.d.src[v.from-1 : v.to+1]
	}
	return n.d.src[v.from:v.to]
}

// Text returns the contents of a String, with escapes resolved; it costs memory only if there are any. For other kinds it
// is Raw.
func (n Node) Text() string { return n.d.text(int(n.at)) }

// Len returns the number of elements of an array or of members of an object, by counting them.
func (n Node) Len() int {
	count := 0
	for e, ok := n.First(); ok; e, ok = e.Next() {
		count++
	}
	return count
}

// First returns the first element of an array or the value of the first member of an object. ok is false if there is
// none.
func (n Node) First() (first Node, ok bool) {
	v := &n.d.nodes[n.at]
	switch {
	case v.next == n.at+1:
		return Node{}, false
	case v.kind == Object:
		return Node{n.d, n.at + 2, v.next}, true
	}
	return Node{n.d, n.at + 1, v.next}, true
}

// Next returns the value behind this one in the same array or object.
func (n Node) Next() (next Node, ok bool) {
	at := n.d.nodes[n.at].next
	switch {
	case at >= n.end:
		return Node{}, false
	case n.d.nodes[at].kind == member:
		at++
	}
	return Node{n.d, at, n.end}, true
}

// Name returns the name of a value that is a member of an object, with escapes resolved.
func (n Node) Name() string { return n.d.text(int(n.at) - 1) }

// text returns the text of the node at i, with escapes resolved.
func (d *Document) text(i int) string {
	n := &d.nodes[i]
	raw := d.src[n.from:n.to]
	if !n.escaped {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		at := strings.IndexByte(raw, '\\')
		if at < 0 {
			break
		}
		r, size := unescape(raw[at:])
		out = utf8.AppendRune(append(out, raw[:at]...), r)
		raw = raw[at+size:]
	}
	return string(append(out, raw...))
}

// unescape reads the escape at the beginning of s. size is 0 for one that is none: an unknown letter, digits that are
// missing, a lone surrogate.
func unescape(s string) (r rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	if at := strings.IndexByte(`"\/bfnrt`, s[1]); at >= 0 {
		return rune("\"\\/\b\f\n\r\t"[at]), 2
	}
	r, ok := hex4(s)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, 6
	}
	low, ok := hex4(s[6:])
	if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
		return pair, 12
	}
	return 0, 0
}

// hex4 reads \uXXXX at the beginning of s.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
