package jsonbody_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/server/jsonbody"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// plain returns what encoding/json makes of the same text, numbers as they are written.
func plain(n jsonbody.Node) any {
	switch n.Kind() {
	case jsonbody.Null:
		return nil
	case jsonbody.False, jsonbody.True:
		return n.Kind() == jsonbody.True
	case jsonbody.Number:
		return json.Number(n.Raw())
	case jsonbody.String:
		return n.Text()
	case jsonbody.Array:
		out := []any{}
		for e, ok := n.First(); ok; e, ok = e.Next() {
			out = append(out, plain(e))
		}
		return out
	}
	out := map[string]any{}
	for m, ok := n.First(); ok; m, ok = m.Next() {
		out[m.Name()] = plain(m)
	}
	return out
}

// check reads text and compares with encoding/json and, what is refused, with jsonvalue.
func check(t *testing.T, d *jsonbody.Document, text string) {
	t.Helper()
	n, err := d.Read(text)
	strict := jsonvalue.Valid([]byte(text))
	if (err == nil) != (strict == nil) || err != nil && err.Error() != strict.Error() {
		t.Fatalf("%q: got error %v, jsonvalue says %v", text, err, strict)
	}
	if err != nil {
		return
	}
	std := json.NewDecoder(bytes.NewReader([]byte(text)))
	std.UseNumber()
	var want any
	if err := std.Decode(&want); err != nil || std.More() {
		t.Fatalf("%q is accepted, but encoding/json says %v", text, err)
	}
	if got := plain(n); !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: got %#v, encoding/json reads %#v", text, got, want)
	}
	if raw := strings.Trim(text, " \t\r\n"); n.Raw() != raw {
		t.Fatalf("%q: the text of the value is %q", text, n.Raw())
	}
}

var texts = []string{
	`{"feature_service":"svc","entities":{"user_id":[1,2,9007199254740993]}}`, `{"features":["v:a","v:b"],"entities":{"k":["a","\u00e9\ud83d\ude00"]},"full_feature_names":true}`,
	` {} `, `[]`, `[[],[[]],{}]`, `null`, `true`, `false`, `-0`, `1.50`, `1e400`, `1eE5`, `01`, `-`, `1.`, `""`, `"\"\\\/\b\f\n\r\t"`, `"\ud800"`, `"\ud800\u0041"`, `"\udc00"`, `"\u12"`, `"\x"`,
	"\"\xff\"", "\"a\nb\"", `"`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"x":{"b":[{"c":1,"c":1}]}}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `[1,]`, `[1 2]`, `{,}`, `nul`, `nullx`, `{} {}`, ``, ` `, "\x00",
}

func TestReadsWhatEncodingJSONReads(t *testing.T) {
	t.Parallel()
	var d jsonbody.Document
	for _, text := range texts {
		check(t, &d, text)
	}
	for _, depth := range []int{64, 65} {
		check(t, &d, strings.Repeat("[", depth)+strings.Repeat("]", depth))
		check(t, &d, strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth))
	}
}

func TestRepeatedNamesAmongManyAreFound(t *testing.T) {
	t.Parallel()
	var d jsonbody.Document
	for _, n := range []int{15, 16, 17, 18, 40} {
		var members []string
		for i := range n {
			members = append(members, fmt.Sprintf(`"m%d":{"x":%d}`, i, i))
		}
		check(t, &d, "{"+strings.Join(members, ",")+"}")
		for _, twice := range []int{0, n / 2, n - 1} {
			text := "{" + strings.Join(members, ",") + fmt.Sprintf(`,"m%d":1}`, twice)
			check(t, &d, text)
			if _, err := d.Read(text); err == nil {
				t.Errorf("%d members and m%d again: no error", n, twice)
			}
		}
	}
}

func TestReadingAgainCostsNoMemory(t *testing.T) {
	var d jsonbody.Document
	body := `{"feature_service":"svc","entities":{"user_id":[` + strings.Repeat("123,", 999) + `7],"name":["x"]},"full_feature_names":true}`
	if n := testing.AllocsPerRun(20, func() {
		if _, err := d.Read(body); err != nil {
			t.Error(err)
		}
	}); n > 0 {
		t.Errorf("%.0f allocations, want none", n)
	}
}

// FuzzRead: a text is refused as jsonvalue refuses it, or read as encoding/json reads it.
func FuzzRead(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	var d jsonbody.Document
	f.Fuzz(func(t *testing.T, text string) { check(t, &d, text) })
}
