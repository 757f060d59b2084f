package strictyaml_test

import (
	"testing"

	"github.com/truepoint/truepoint/internal/strictyaml"
)

func TestInnerIsWhereTheTextBegins(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"a: b c\n":                    "f:1:4",
		"a: 'b c' # note\n":           "f:1:5",
		"é: {b: \"c 'd'\"}\n":         "f:1:9",
		"[\"a\", \"b > 1\"]\n":        "f:1:8",
		"a: 'it''s'\n":                "",
		"a: \"b\\tc\"\n":              "",
		"a: b\n  c\n":                 "",
		"a: \"b\n  c\"\n":             "",
		"# x\na: |\n  b +\n    c\n":   "f:3:3",
		"a: |-\n     b\n":             "f:2:6",
		"a: >\n  b\n  c\n":            "",
		"---\na: 1\n---\nb: if(x, y)": "f:4:4",
	} {
		chunks, err := strictyaml.Scan("f", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		n, faults := chunks[len(chunks)-1].Parse()
		if len(faults) > 0 {
			t.Fatalf("%q: %v", source, faults)
		}
		for len(n.Members)+len(n.Items) > 0 {
			if len(n.Items) > 0 {
				n = n.Items[len(n.Items)-1]
				continue
			}
			n = n.Members[0].Value
		}
		if got := n.Inner.String(); got != want {
			t.Errorf("%q: %q begins at %s, want %s", source, n.Text, got, want)
		}
	}
}
