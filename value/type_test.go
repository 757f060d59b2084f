package value_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

func TestTypeTextReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawType(t, 3)
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got value.Type
		if err := got.UnmarshalText(text); err != nil || got.String() != want.String() {
			t.Fatalf("%s read back as %s, %v", text, got, err)
		}
	})
}

func TestParseTypeReadsOurNamesAndFeasts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Int64": "Int64", "INT64": "Int64", "int64": "Int64", "Double": "Float64", "DOUBLE": "Float64", "FLOAT": "Float32",
		"Float": "Float32", "UNIX_TIMESTAMP": "UnixTimestamp", "Timestamp": "UnixTimestamp", "STRING_LIST": "Array(String)",
		"INT32_SET": "Set(Int32)", "UNIX_TIMESTAMP_LIST": "Array(UnixTimestamp)", "Array(Int64)": "Array(Int64)",
		"Array( Double )": "Array(Float64)", "Set(String)": "Set(String)", "Map(String,Int64)": "Map(String, Int64)",
		"Struct(a: Int64,b:Array(String))": "Struct(a: Int64, b: Array(String))", "Vector(3)": "Vector(3)", "TIME_UUID": "Uuid",
		"BYTES": "Bytes", "Decimal": "Decimal", "JSON": "Json", "BOOL": "Bool", "Date": "Date",
	} {
		if got, err := value.ParseType(text); err != nil || got.String() != want {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestBadInput_23_a_word_that_is_no_type_is_an_error_with_help(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"Int46": "did you mean Int64?", "Strnig": "did you mean String?", "int": "", "": "types are", "Null": "types are",
		"Map": "Map(String", "Array": "Array(Int64)", "Struct": "Struct(a: Int64", "Vector": "Vector(128)", "Vector(0)": "from 1",
		"Vector(-1)": "from 1", "Vector(1e9)": "from 1", "Vector(99999999999999999999)": "from 1", "Map(Int64, String)": "only String keys",
		"Array(Array(Int64))": "use Json", "Set(Map(String, Int64))": "use Json", "Array(Struct(a: Int64))": "use Json",
		"Array(Int64": "", "Array(Int64))": "", "Array()": "", "Struct()": "Struct(name", "Struct(a)": "Struct(name", "Struct(a: Int64, a: Int64)": "",
		"Int64(3)": "", "017": "", "0x1F": "", strings.Repeat("Struct(a:", 20) + "Int64" + strings.Repeat(")", 20): "",
		strings.Repeat("Array(", 1000) + "Int64": "", strings.Repeat("x", 1<<17): "",
	} {
		got, err := value.ParseType(text)
		if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), hint) {
			t.Errorf("%.40q: got %s, %.200v, want an invalid argument with %q", text, got, err, hint)
		}
	}
}

func TestCheckKeyAllowsTheKeyKinds(t *testing.T) {
	t.Parallel()
	for _, k := range scalarKinds {
		allowed := false
		for _, key := range keyKinds {
			allowed = allowed || k == key
		}
		if err := value.CheckKey(value.Scalar(k)); (err == nil) != allowed {
			t.Errorf("%s: %v", k, err)
		}
	}
}
