package jsonvalue_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

func TestParseTextReads(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"String ": `""`, "String null": `"null"`, "String  a ": `" a "`, "Int64 -5": "-5", "Float64 1": "1.0", "Float64 +1e2": "100.0",
		"Bool True": "true", "Bool false": "false", "Bytes AP8=": `"AP8="`, "UnixTimestamp 2026-03-12 10:00:00": `"2026-03-12T10:00:00Z"`,
		"Date 2026-03-12": `"2026-03-12"`, "Decimal 0.10": `"0.10"`, "Json {\"a\":1}": `"{\"a\":1}"`, "Array(Int64) [1,2]": "[1,2]",
		"Float32 0.1": "0.10000000149011612",
	} {
		typ, text, _ := strings.Cut(in, " ")
		v, err := jsonvalue.ParseText(text, parseType(t, typ))
		if got := string(jsonvalue.AppendOwn(nil, v)); err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", in, got, err, want)
		}
	}
	for text, positive := range map[string]bool{"inf": true, "+Inf": true, "-INF": false, "Infinity": true} {
		v, err := jsonvalue.ParseText(text, value.Scalar(value.Float32))
		if err != nil || v.Float() > 0 != positive || v.Float()-v.Float() == 0 {
			t.Errorf("%q is %v, %v", text, v.Float(), err)
		}
	}
	if v, err := jsonvalue.ParseText("NaN", value.Scalar(value.Float64)); err != nil || v.Float() == v.Float() {
		t.Errorf("NaN is %v, %v", v.Float(), err)
	}
}

func TestBadInput_23_texts_that_are_no_number(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"Int64 017", "Int64 0x1F", "Int64 1e3", "Int64 .inf", "Int64 1.5", "Int64 1_000", "Int64 ", "Int64 +1", "Int64 ١", "Int64 -0",
		"Float64 .nan", "Float64 0x1p4", "Float64 1_0", "Float64 ", "Float64 1e", "Bool yes", "Bool 1", "Bool NO", "Bytes ?", "UnixTimestamp 1773309600",
		"Uuid 1", "Decimal 1e3", "Json {", "Json ", "Array(Int64) null", "Array(Int64) 1", "Date 2026", "String \xff",
	} {
		typ, text, _ := strings.Cut(in, " ")
		if v, err := jsonvalue.ParseText(text, parseType(t, typ)); errs.CodeOf(err) != errs.InvalidArgument || !v.IsNull() {
			t.Errorf("%q: got %v, %v, want an invalid argument", in, v, err)
		}
	}
	for _, in := range []string{"Int64 9223372036854775808", "Int32 2147483648", "Float64 1e400", "Float32 -1e39"} {
		typ, text, _ := strings.Cut(in, " ")
		if v, err := jsonvalue.ParseText(text, parseType(t, typ)); errs.CodeOf(err) != errs.OutOfRange || !v.IsNull() {
			t.Errorf("%q: got %v, %v, want out of range", in, v, err)
		}
	}
}
