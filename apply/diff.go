package apply

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
)

// assigned members are numbers that apply gives; Change.Generation tells of them.
var assigned = [...]string{"generation", "since", "schemas"}

// diff returns the differences of two bodies, member by member, in order of path. Elements of a list that have names
// are compared by name, so that one new field is one line; other lists are compared as a whole.
func diff(before, after []byte) ([]Line, error) {
	a, err := flatten(before)
	if err != nil {
		return nil, err
	}
	b, err := flatten(after)
	if err != nil {
		return nil, err
	}
	var out []Line
	for path, old := range a {
		if now := b[path]; now != old {
			out = append(out, Line{path, show(path, old), show(path, now)})
		}
	}
	for path, now := range b {
		if _, both := a[path]; !both {
			out = append(out, Line{path, "", show(path, now)})
		}
	}
	slices.SortFunc(out, func(a, b Line) int { return cmp.Compare(a.Path, b.Path) })
	return out, nil
}

func flatten(body []byte) (map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree map[string]any
	if err := d.Decode(&tree); err != nil {
		return nil, errs.Wrap(err, errs.DataLoss, "read a stored definition")
	}
	for _, member := range assigned {
		delete(tree, member)
	}
	out := map[string]string{}
	flattenInto(out, "", tree)
	return out, nil
}

func flattenInto(out map[string]string, path string, node any) {
	switch node := node.(type) {
	case map[string]any:
		for name, child := range node {
			flattenInto(out, join(path, name), child)
		}
		return
	case []any:
		if names, ok := namesOf(node); ok {
			for i, child := range node {
				member := child.(map[string]any)
				delete(member, "name")
				out[join(path, names[i])] = brief(member)
				for name, inner := range member {
					if name != "type" {
						flattenInto(out, join(join(path, names[i]), name), inner)
					}
				}
			}
			return
		}
	}
	text, err := json.Marshal(node)
	if err != nil {
		text = fmt.Append(nil, node)
	}
	out[path] = string(text)
}

// brief is what stands for a named element itself: its type where it has one.
func brief(member map[string]any) string {
	if t, ok := member["type"].(string); ok {
		return t
	}
	return "present"
}

// namesOf returns the names of a list of objects that all have different ones.
func namesOf(list []any) ([]string, bool) {
	var names []string
	for _, item := range list {
		object, _ := item.(map[string]any)
		name, ok := object["name"].(string)
		if !ok || slices.Contains(names, name) {
			return nil, false
		}
		names = append(names, name)
	}
	return names, len(names) > 0
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

var (
	secretName = regexp.MustCompile(`(?i)passw|secret|token|credential|private_key|api_?key`)
	userInfo   = regexp.MustCompile(`://[^/@\s"]+@`)
)

// show returns a flattened value for people: texts without quotes, secrets masked.
func show(path, text string) string {
	if text == "" {
		return ""
	}
	if secretName.MatchString(path) {
		return "***"
	}
	var plain string
	if strings.HasPrefix(text, `"`) && json.Unmarshal([]byte(text), &plain) == nil {
		text = plain
	}
	return mask(text)
}

// mask hides the user and password of an address.
func mask(text string) string { return userInfo.ReplaceAllString(text, "://***@") }
