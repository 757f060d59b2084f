package httpserver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/server/jsonbody"
)

// A shapeFault says which member of a body has the wrong shape.
type shapeFault struct {
	kind string   // in the words of Feast's framework, such as "list_type"
	path []string // member names
	text string
}

// A shapeError is a body of the wrong shape, with every fault.
type shapeError struct{ faults []shapeFault }

// Error joins the faults: "entities.user_id: expected an array; …".
func (e *shapeError) Error() string {
	parts := make([]string, len(e.faults))
	for i, f := range e.faults {
		parts[i] = f.text
		if len(f.path) > 0 {
			parts[i] = strings.Join(f.path, ".") + ": " + f.text
		}
	}
	return strings.Join(parts, "; ")
}

// A form reads the members of a JSON object, each once, and collects what is wrong with them. The next body may reuse its
// memory; texts that it returns share that of the body.
type form struct {
	doc    jsonbody.Document
	root   jsonbody.Node
	known  []string
	faults []shapeFault

	columnsOf []input.Column
	tokens    [][]string // per column
	list      []string   // of texts, which is called once
}

// newForm reads a body that must be one JSON object. Errors: *shapeError.
func newForm(body []byte) (*form, error) {
	f := &form{}
	return f, f.read(string(body))
}

// read makes the form that of another body. Errors: *shapeError.
func (f *form) read(body string) (err error) {
	f.known, f.faults, f.columnsOf = f.known[:0], nil, f.columnsOf[:0]
	if f.root, err = f.doc.Read(body); err != nil {
		return &shapeError{[]shapeFault{{"json_invalid", nil, messageOf(err)}}}
	}
	if f.root.Kind() != jsonbody.Object {
		return &shapeError{[]shapeFault{{"model_attributes_type", nil, "the body must be a JSON object"}}}
	}
	return nil
}

func messageOf(err error) string {
	all := errs.All(err)
	return all[0].Message
}

func (f *form) fault(kind, text string, path ...string) {
	f.faults = append(f.faults, shapeFault{kind, path, text})
}

// find returns a member; ok is false when it is absent.
func (f *form) find(name string) (n jsonbody.Node, ok bool) {
	for n, ok = f.root.First(); ok; n, ok = n.Next() {
		if n.Name() == name {
			return n, true
		}
	}
	return n, false
}

// has reports whether a member is there, null or not.
func (f *form) has(name string) bool {
	_, ok := f.find(name)
	return ok
}

// get returns a member; ok is false when it is absent or null.
func (f *form) get(name string) (n jsonbody.Node, ok bool) {
	f.known = append(f.known, name)
	n, ok = f.find(name)
	return n, ok && n.Kind() != jsonbody.Null
}

// text returns a string member, "" when absent.
func (f *form) text(name string) string {
	m, ok := f.get(name)
	switch {
	case !ok:
		return ""
	case m.Kind() != jsonbody.String:
		f.fault("string_type", "expected a string", name)
		return ""
	}
	return m.Text()
}

// flag returns a boolean member, false when absent.
func (f *form) flag(name string) bool {
	m, ok := f.get(name)
	if ok && m.Kind() != jsonbody.True && m.Kind() != jsonbody.False {
		f.fault("bool_type", "expected true or false", name)
	}
	return ok && m.Kind() == jsonbody.True
}

// texts returns an array of strings, nil when absent.
func (f *form) texts(name string) []string {
	m, ok := f.get(name)
	if !ok {
		return nil
	}
	if m.Kind() != jsonbody.Array {
		f.fault("list_type", "expected an array of strings", name)
		return nil
	}
	out := f.list[:0]
	for e, ok := m.First(); ok; e, ok = e.Next() {
		if e.Kind() != jsonbody.String {
			f.fault("string_type", fmt.Sprintf("expected a string at position %d", len(out)), name)
		}
		out = append(out, e.Text())
	}
	f.list = out
	return out
}

// instant returns a time, None when absent.
func (f *form) instant(name string) eventtime.Instant {
	s := f.text(name)
	if s == "" {
		return eventtime.None
	}
	i, err := eventtime.Parse(s, nil)
	if err != nil {
		f.fault("datetime_parsing", messageOf(err), name)
	}
	return i
}

// columns returns an object of arrays as columns in the order of the text. The member must be there. They are valid
// until the form reads another body.
func (f *form) columns(name string) []input.Column {
	m, ok := f.get(name)
	if !ok {
		f.fault("missing", "Field required", name)
		return nil
	}
	if m.Kind() != jsonbody.Object {
		f.fault("dict_type", "expected an object of arrays", name)
		return nil
	}
	for c, ok := m.First(); ok; c, ok = c.Next() {
		if c.Kind() != jsonbody.Array {
			f.fault("list_type", "expected an array", name, c.Name())
			continue
		}
		at := len(f.columnsOf)
		if at == len(f.tokens) {
			f.tokens = append(f.tokens, nil)
		}
		tokens := f.tokens[at][:0]
		for e, ok := c.First(); ok; e, ok = e.Next() {
			tokens = append(tokens, e.Raw())
		}
		f.tokens[at] = tokens
		f.columnsOf = append(f.columnsOf, input.FromTokens(c.Name(), tokens))
	}
	return f.columnsOf
}

// done returns every fault, unknown members included.
func (f *form) done() error {
	var unknown []string
	for m, ok := f.root.First(); ok; m, ok = m.Next() {
		if name := m.Name(); !slices.Contains(f.known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		text := "unknown member"
		if near := errs.DidYouMean(strings.ToLower(name), f.known); near != "" {
			text += ", " + near
		}
		f.fault("extra_forbidden", text, name)
	}
	if len(f.faults) == 0 {
		return nil
	}
	return &shapeError{f.faults}
}
