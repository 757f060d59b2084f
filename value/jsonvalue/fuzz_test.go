package jsonvalue_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// FuzzParseNumber: a text is refused with a code, or is the number that the standard library reads.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.0", "1e3", "9007199254740993", "9223372036854775808", "1e400", "0.1", "-1E-5", `"12"`, "01", "NaN", " 1 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, k := range []value.Kind{value.Int32, value.Int64, value.Float32, value.Float64, value.Decimal} {
			v, err := jsonvalue.Parse([]byte(text), value.Scalar(k))
			if err != nil {
				if c := errs.CodeOf(err); c != errs.InvalidArgument && c != errs.OutOfRange || !v.IsNull() {
					t.Fatalf("%q as %s: %v, %v", text, k, v, err)
				}
				continue
			}
			if !json.Valid([]byte(text)) {
				t.Fatalf("%q is no JSON, but %s %v", text, k, v)
			}
			if v.IsNull() || text[0] == '"' {
				continue
			}
			if k == value.Float64 {
				var want float64
				if err := json.Unmarshal([]byte(text), &want); err != nil || !v.Identical(value.OfFloat64(want)) {
					t.Fatalf("%q is %v, the standard library says %v, %v", text, v.Float(), want, err)
				}
			}
			out := jsonvalue.Append(nil, v)
			if back, err := jsonvalue.Parse(out, value.Scalar(k)); err != nil || !back.Identical(v) {
				t.Fatalf("%q as %s is written as %s, which is %v, %v", text, k, out, back, err)
			}
		}
	})
}

// FuzzParseString: a text is refused, or is the string that the standard library reads, and valid UTF-8.
func FuzzParseString(f *testing.F) {
	for _, s := range []string{`""`, `"a\u0000\n"`, `"\ud83d\ude00"`, `"\ud83d"`, "\"\xff\"", `"\x"`, `"a"b`, "\"\n\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := jsonvalue.Parse(text, value.Scalar(value.String))
		if err != nil || v.IsNull() {
			return
		}
		var want string
		if err := json.Unmarshal(text, &want); err != nil || v.Text() != want || !utf8.ValidString(want) {
			t.Fatalf("%q is %q, the standard library says %q, %v", text, v.Text(), want, err)
		}
		out := jsonvalue.Append(nil, v)
		if back, err := jsonvalue.Parse(out, value.Scalar(value.String)); err != nil || !back.Identical(v) {
			t.Fatalf("%q is written as %s, which is %v, %v", want, strconv.Quote(string(out)), back, err)
		}
	})
}

// FuzzParseJson: a text is refused, or is JSON for the standard library too; it is kept byte for byte.
func FuzzParseJson(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.50,null]}`, `[[[]]]`, `{"a":1,"a":2}`, `{`, `tru`, ` {} `} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := jsonvalue.Parse(text, value.Scalar(value.Json))
		if err != nil || v.IsNull() {
			return
		}
		if !json.Valid(text) || !json.Valid([]byte(v.Text())) {
			t.Fatalf("%q is no JSON", text)
		}
		if trimmed := bytes.TrimSpace(text); trimmed[0] != '"' && string(trimmed) != v.Text() {
			t.Fatalf("%q was kept as %q", text, v.Text())
		}
	})
}
