package httpserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/value/jsonvalue"
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

// A form reads the members of a JSON object, each once, and collects what is wrong with them.
type form struct {
	members map[string]json.RawMessage
	known   []string
	faults  []shapeFault
}

// newForm reads a body that must be one JSON object. Errors: *shapeError.
func newForm(body []byte) (*form, error) {
	if err := jsonvalue.Valid(body); err != nil {
		return nil, &shapeError{[]shapeFault{{"json_invalid", nil, messageOf(err)}}}
	}
	members, _, err := objectMembers(body)
	if err != nil {
		return nil, &shapeError{[]shapeFault{{"model_attributes_type", nil, "the body must be a JSON object"}}}
	}
	return &form{members: members}, nil
}

func messageOf(err error) string {
	all := errs.All(err)
	return all[0].Message
}

// objectMembers splits an object, which is valid JSON, into its members; order is that of the text.
func objectMembers(raw []byte) (members map[string]json.RawMessage, order []string, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	t, err := d.Token()
	if err != nil || t != json.Delim('{') {
		return nil, nil, fmt.Errorf("no object")
	}
	members = map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		var m json.RawMessage
		if err := d.Decode(&m); err != nil {
			return nil, nil, err
		}
		members[name.(string)] = m
		order = append(order, name.(string))
	}
	return members, order, nil
}

func (f *form) fault(kind, text string, path ...string) {
	f.faults = append(f.faults, shapeFault{kind, path, text})
}

// get returns a member; ok is false when it is absent or null.
func (f *form) get(name string) (json.RawMessage, bool) {
	f.known = append(f.known, name)
	m, ok := f.members[name]
	return m, ok && string(m) != "null"
}

// text returns a string member, "" when absent.
func (f *form) text(name string) string {
	m, ok := f.get(name)
	var s string
	if ok && (m[0] != '"' || json.Unmarshal(m, &s) != nil) {
		f.fault("string_type", "expected a string", name)
	}
	return s
}

// flag returns a boolean member, false when absent.
func (f *form) flag(name string) bool {
	m, ok := f.get(name)
	if ok && string(m) != "true" && string(m) != "false" {
		f.fault("bool_type", "expected true or false", name)
	}
	return ok && string(m) == "true"
}

// texts returns an array of strings, nil when absent.
func (f *form) texts(name string) []string {
	m, ok := f.get(name)
	if !ok {
		return nil
	}
	var tokens []json.RawMessage
	if m[0] != '[' || json.Unmarshal(m, &tokens) != nil {
		f.fault("list_type", "expected an array of strings", name)
		return nil
	}
	out := make([]string, len(tokens))
	for i, t := range tokens {
		if t[0] != '"' || json.Unmarshal(t, &out[i]) != nil {
			f.fault("string_type", fmt.Sprintf("expected a string at position %d", i), name)
		}
	}
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

// columns returns an object of arrays as columns in the order of the text. The member must be there.
func (f *form) columns(name string) []input.Column {
	m, ok := f.get(name)
	if !ok {
		f.fault("missing", "Field required", name)
		return nil
	}
	members, order, err := objectMembers(m)
	if err != nil {
		f.fault("dict_type", "expected an object of arrays", name)
		return nil
	}
	out := []input.Column{}
	for _, column := range order {
		var tokens []json.RawMessage
		if members[column][0] != '[' || json.Unmarshal(members[column], &tokens) != nil {
			f.fault("list_type", "expected an array", name, column)
			continue
		}
		out = append(out, input.FromJSON(column, tokens))
	}
	return out
}

// done returns every fault, unknown members included.
func (f *form) done() error {
	for _, name := range slices.Sorted(maps.Keys(f.members)) {
		if !slices.Contains(f.known, name) {
			text := "unknown member"
			if near := errs.DidYouMean(strings.ToLower(name), f.known); near != "" {
				text += ", " + near
			}
			f.fault("extra_forbidden", text, name)
		}
	}
	if len(f.faults) == 0 {
		return nil
	}
	return &shapeError{f.faults}
}
