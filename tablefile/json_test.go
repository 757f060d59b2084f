package tablefile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

func TestJSONLinesAreExact(t *testing.T) {
	t.Parallel()
	text := "{\"n\": 9007199254740993, \"s\": \"a\\u00e9\\n\", \"x\": 1}\r\n\n  {\"s\":null,\"n\":-1,\"more\":{\"a\":[1,\"}\"]}}\n{}"
	got, err := readColumn("t.jsonl", text, nil, column("n", ints))
	wantTexts(t, got, err, "9007199254740993", "-1", "null")
	got, err = readColumn("t.ndjson", text, nil, column("s", strs))
	wantTexts(t, got, err, "aé\n", "null", "null")
	got, err = readColumn("t.json", text, nil, column("more", value.Scalar(value.Json)))
	wantTexts(t, got, err, "null", `{"a":[1,"}"]}`, "null")
}

func TestJSONLinesFaultsNameTheLine(t *testing.T) {
	t.Parallel()
	for text, words := range map[string][]string{
		"{\"a\":1}\n{\"a\":1,\"a\":2}":      {":2", "repeated"},
		"{\"a\":1}\n\n{\"a\":":              {":3"},
		"[{\"a\":1}]":                       {":1", "one JSON object a line"},
		"{\"a\":1} {\"a\":2}":               {":1"},
		"{\"a\":\"\xff\"}":                  {":1", "UTF-8"},
		"{\"a\":NaN}":                       {":1"},
		"{\"a\":01}":                        {":1"},
		"{\"a\":1,\"A\":2}":                 {"case"},
		"{\"a\":\"\\ud800\"}":               {":1"},
		"{\"a\":" + strings.Repeat("[", 99): {":1"},
	} {
		_, err := open("t.jsonl", text, nil)
		t.Run(fmt.Sprintf("%.20q", text), func(t *testing.T) { wantError(t, err, errs.InvalidArgument, append(words, "t.jsonl")...) })
	}
	_, err := readColumn("t.jsonl", "{\"n\":1}\n\n{\"n\":1.0}\n", nil, column("n", ints))
	wantError(t, err, errs.InvalidArgument, "t.jsonl:3", "row 2", `"n"`)
	_, err = readColumn("t.jsonl", "{\"n\":1}\n", nil, column("m", ints))
	wantError(t, err, errs.InvalidArgument, `"m"`, "it has n")
}

func TestJSONTypesAreInferred(t *testing.T) {
	t.Parallel()
	text := `{"i":1,"f":1,"s":"2026-03-12T10:00:00Z","b":true,"l":[1,2],"lf":[1,0.5,null],"ls":["a"],"o":{"x":1},"m":1,"deep":[[1]],"z":null,"e":[]}
{"i":-2,"f":1.5,"m":"x","e":[],"l":[]}`
	f, err := open("t.jsonl", text, &tablefile.Options{Infer: true})
	if err != nil {
		t.Fatal(err)
	}
	fields, err := f.Fields()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range fields {
		got = append(got, x.Type.String())
	}
	wantTexts(t, got, nil, "Int64", "Float64", "String", "Bool", "Array(Int64)", "Array(Float64)", "Array(String)", "Json", "Json", "Json", "String", "Array(String)")
	if _, err := readFile(f, wanted(fields)); err != nil {
		t.Errorf("inferred types do not read: %v", err)
	}
}

// FuzzJSONLines checks that inferred types read and that no input makes the reader panic.
func FuzzJSONLines(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, "{\"a\":[1,{\"b\":\"}\"}],\"c\":\"\\\"\"}\n{}", `{"a":1e400}`, `{"":null}`, "[1]", "{\"a\" : -0 }"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := open("t.jsonl", text, &tablefile.Options{PartRows: 2, Infer: true})
		if err != nil {
			return
		}
		fields, err := file.Fields()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readFile(file, wanted(fields)); err != nil && errs.CodeOf(err) != errs.OutOfRange {
			t.Fatalf("inferred types %v do not read: %v", fields, err)
		}
	})
}
