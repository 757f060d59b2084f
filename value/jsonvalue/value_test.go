package jsonvalue_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

var types = []string{
	"Bool", "Int32", "Int64", "Float32", "Float64", "String", "Bytes", "UnixTimestamp", "Date", "Uuid", "Decimal", "Json",
	"Array(Int64)", "Array(Float32)", "Set(String)", "Map(String, Float64)", "Map(String, UnixTimestamp)", "Vector(3)",
	"Struct(a: Int64, b: Array(String), c: Struct(d: Date))",
}

func parseType(t interface{ Fatal(...any) }, text string) value.Type {
	typ, err := value.ParseType(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// draw draws a value of type typ, or null; floats are finite, which JSON demands.
func draw(t *rapid.T, typ value.Type) value.Value {
	if rapid.IntRange(0, 9).Draw(t, "null") == 0 && typ.Kind != value.Vector {
		return value.Value{}
	}
	parts := func(n int, typeOf func(int) value.Type) []value.Value {
		out := make([]value.Value, n)
		for i := range out {
			out[i] = draw(t, typeOf(i))
		}
		return out
	}
	switch typ.Kind {
	case value.Array, value.Set:
		list := parts(rapid.IntRange(0, 5).Draw(t, "n"), func(int) value.Type { return *typ.Elem })
		if typ.Kind == value.Set {
			return value.MakeSet(*typ.Elem, list)
		}
		return value.OfList(value.Array, list)
	case value.Vector:
		list := make([]value.Value, typ.Length)
		for i := range list {
			list[i] = value.OfFloat32(rapid.Float32().Draw(t, "float"))
		}
		return value.OfList(value.Vector, list)
	case value.Struct:
		return value.OfList(value.Struct, parts(len(typ.Fields), func(i int) value.Type { return typ.Fields[i].Type }))
	case value.Map:
		v := value.OfList(value.Map, nil)
		for i, name := range []string{"", "a", "\u00e9\x00\""} {
			if rapid.Bool().Draw(t, "has") || i == 0 {
				v = value.OfList(value.Map, append(append([]value.Value{}, v.List()...), value.OfString(name), draw(t, *typ.Elem)))
			}
		}
		return v
	}
	return drawScalar(t, typ.Kind)
}

func drawScalar(t *rapid.T, k value.Kind) value.Value {
	n := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{0, 1<<53 + 1, math.MinInt64, math.MaxInt64})).Draw(t, "n")
	switch k {
	case value.Bool:
		return value.OfBool(n%2 == 0)
	case value.Int32:
		return value.OfInt32(int32(n))
	case value.Int64:
		return value.OfInt64(n)
	case value.Float32:
		return value.OfFloat32(rapid.Float32().Draw(t, "float"))
	case value.Float64:
		return value.OfFloat64(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.Copysign(0, -1), 1e16, 1e-5, 1e22, 5e-324})).Draw(t, "float"))
	case value.UnixTimestamp:
		return value.OfInstant(eventtime.Instant(rapid.Int64Range(int64(eventtime.Min), int64(eventtime.Max)).Draw(t, "micros")))
	case value.Date:
		return value.OfDate(int32(rapid.IntRange(-719162, 2932896).Draw(t, "days")))
	case value.Bytes:
		return value.OfBytes(rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "bytes"))
	case value.Uuid:
		return value.OfUuid([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid")))
	case value.Decimal:
		return value.OfText(value.Decimal, rapid.StringMatching(`-?[0-9]{1,25}(\.[0-9]{1,12})?`).Draw(t, "decimal"))
	case value.Json:
		return value.OfText(value.Json, rapid.SampledFrom([]string{`{}`, `[1, 2.50]`, `"é"`, `null`}).Draw(t, "json"))
	}
	return value.OfString(rapid.String().Draw(t, "text"))
}

func TestOwnJSONReadsBackBitForBit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := parseType(t, rapid.SampledFrom(types).Draw(t, "type"))
		want := draw(t, typ)
		text := jsonvalue.AppendOwnTyped(nil, want, typ)
		if !json.Valid(text) || !utf8.Valid(text) {
			t.Fatalf("%v as %s is written as %q", want, typ, text)
		}
		got, err := jsonvalue.Parse(text, typ)
		if err != nil || !got.Identical(want) {
			t.Fatalf("%s %s read back as %v, %v, want %v", typ, text, got, err, want)
		}
	})
}

func TestFeastJSONDiffersInTimestampsOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := parseType(t, rapid.SampledFrom(types).Draw(t, "type"))
		if strings.Contains(typ.String(), "UnixTimestamp") {
			typ = value.Scalar(value.UnixTimestamp)
		}
		v := draw(t, typ)
		got := string(jsonvalue.AppendTyped(nil, v, typ))
		if typ.Kind == value.UnixTimestamp && !v.IsNull() {
			back, err := jsonvalue.Parse([]byte(got), typ)
			if err != nil || back.Instant() != eventtime.Floor(v.Instant(), eventtime.Second) {
				t.Fatalf("%s is written as %s, which is %v, %v", v.Instant(), got, back, err)
			}
			return
		}
		if own := string(jsonvalue.AppendOwnTyped(nil, v, typ)); own != got {
			t.Fatalf("%s against %s", got, own)
		}
	})
}

func TestAppend(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]value.Value{
		"null":                                   {},
		"9007199254740993":                       value.OfInt64(1<<53 + 1),
		"1.0":                                    value.OfFloat64(1),
		"-0.0":                                   value.OfFloat64(math.Copysign(0, -1)),
		"1e+16":                                  value.OfFloat64(1e16),
		"1234567890123456.0":                     value.OfFloat64(1234567890123456),
		"1e-05":                                  value.OfFloat64(1e-5),
		"0.0001":                                 value.OfFloat64(1e-4),
		"5e-324":                                 value.OfFloat64(math.SmallestNonzeroFloat64),
		"0.10000000149011612":                    value.OfFloat32(0.1),
		"true":                                   value.OfBool(true),
		`"\u0000\n\"\\é\u001f"`:                  value.OfString("\x00\n\"\\é\x1f"),
		"\"a\uFFFDb\"":                           value.OfString("a\xffb"),
		`"AP8="`:                                 value.OfBytes([]byte{0, 0xff}),
		"-1":                                     value.OfInstant(-1),
		`"1969-12-31"`:                           value.OfDate(-1),
		`"{\"a\": 1}"`:                           value.OfText(value.Json, `{"a": 1}`),
		`["a",null]`:                             value.OfList(value.Array, []value.Value{value.OfString("a"), {}}),
		`{"a":1,"b":null}`:                       value.OfList(value.Map, []value.Value{value.OfString("a"), value.OfInt64(1), value.OfString("b"), {}}),
		`"00000000-0000-0000-0000-00000000000f"`: value.OfUuid([16]byte{15: 15}),
	} {
		if got := string(jsonvalue.Append(nil, v)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := string(jsonvalue.Append(nil, value.OfFloat64(f))); got != "null" {
			t.Errorf("%v is written as %s", f, got)
		}
	}
	if got := string(jsonvalue.AppendOwn(nil, value.OfInstant(-1))); got != `"1969-12-31T23:59:59.999999Z"` {
		t.Errorf("our own timestamp is %s", got)
	}
}

// accepts maps "TYPE JSON" to what it is read as, in our own JSON.
func accepts(t *testing.T, cases map[string]string) {
	t.Helper()
	for in, want := range cases {
		typ, text, _ := strings.Cut(in, " ")
		v, err := jsonvalue.Parse([]byte(text), parseType(t, typ))
		if got := string(jsonvalue.AppendOwn(nil, v)); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
}

func refuses(t *testing.T, cases map[string]errs.Code) {
	t.Helper()
	for in, want := range cases {
		typ, text, _ := strings.Cut(in, " ")
		v, err := jsonvalue.Parse([]byte(text), parseType(t, typ))
		if errs.CodeOf(err) != want || !v.IsNull() {
			t.Errorf("%.60q: got %v, %v, want %s", in, v, err, want)
		}
	}
}

const (
	invalid = errs.InvalidArgument
	outside = errs.OutOfRange
)

func TestBadInput_45_empty_null_and_trailing_text(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{"Int64 null": "null", "Int64  1 ": "1", "Array(Int64) [ ]": "[]", "Map(String,Bool) { }": "{}"})
	refuses(t, map[string]errs.Code{"Int64 ": invalid, "Int64 1 2": invalid, "Int64 []": invalid, "Int64 {}": invalid, "Array(Int64) [1,]": invalid, "Array(Int64) [1": invalid, "Int64 nul": invalid})
}

func TestBadInput_47_duplicate_names_are_refused(t *testing.T) {
	t.Parallel()
	refuses(t, map[string]errs.Code{`Map(String,Int64) {"a": 1, "a": 2}`: invalid, `Struct(a:Int64) {"a": 1, "\u0061": 2}`: invalid, `Json {"a": {"b": 1, "b": 1}}`: invalid, `Struct(a:Int64) {"A": 1}`: invalid})
}

func TestBadInput_49_non_finite_literals(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{"Float64 -0": "-0.0", "Float64 1": "1.0", "Float64 1E2": "100.0", "Float32 1e-60": "0.0"})
	refuses(t, map[string]errs.Code{"Float64 NaN": invalid, "Float64 Infinity": invalid, "Float64 -Infinity": invalid, "Float64 1e400": outside, "Float32 1e39": outside, "Float64 01": invalid, "Float64 .5": invalid, "Float64 1.": invalid, "Float64 +1": invalid, `Float64 "1.5"`: invalid, "Float64 0x10": invalid, "Float64 1_0": invalid})
}

func TestBadInput_50_int64_is_exact(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{"Int64 9007199254740993": "9007199254740993", `Int64 "9007199254740993"`: "9007199254740993"})
}

func TestBadInput_51_what_is_no_integer(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{`Int64 "1"`: "1", "Int64 -1": "-1"})
	refuses(t, map[string]errs.Code{"Int64 1.0": invalid, "Int64 1e3": invalid, "Int64 true": invalid, `Int64 "1.0"`: invalid, `Int64 " 1"`: invalid, `Int64 "01"`: invalid, `Int64 "+1"`: invalid, `Int64 "1_0"`: invalid, `Int64 ""`: invalid, "Int64 -0": invalid, "String 1": invalid, "Bool 1": invalid, `Bool "true"`: invalid})
}

func TestBadInput_52_integer_limits(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{"Int64 9223372036854775807": "9223372036854775807", "Int64 -9223372036854775808": "-9223372036854775808", "Int32 2147483647": "2147483647"})
	refuses(t, map[string]errs.Code{"Int64 9223372036854775808": outside, "Int64 -9223372036854775809": outside, "Int32 2147483648": outside, "Int32 -2147483649": outside, `Int64 "9223372036854775808"`: outside})
}

func TestBadInput_53_text_is_valid_utf8_or_refused(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{`String "\u0000"`: `"\u0000"`, `String "\ud83d\ude00"`: `"😀"`, `String "\uFFFD"`: "\"\uFFFD\"", `String "\/\b\f"`: `"/\u0008\u000c"`})
	refuses(t, map[string]errs.Code{"String \"\xff\"": invalid, `String "\ud83d"`: invalid, `String "\ude00"`: invalid, `String "\ud83d\u0061"`: invalid, "String \"a\nb\"": invalid, `String "\x41"`: invalid, `String "\u12"`: invalid, `String "abc`: invalid, "String \"\x5cn\xff\"": invalid})
	if v, err := jsonvalue.Parse([]byte(`"`+strings.Repeat("x", 1<<20)+`"`), value.Scalar(value.String)); err != nil || len(v.Text()) != 1<<20 {
		t.Errorf("a megabyte: %d bytes, %v", len(v.Text()), err)
	}
}

func TestBadInput_54_texts_are_kept_as_they_are(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{`String ""`: `""`, `String " "`: `" "`, `String "a\n"`: `"a\n"`, "String \"e\u0301\"": "\"e\u0301\""})
}

func TestBadInput_62_timestamps_on_the_wire(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{
		"UnixTimestamp 1773309600": `"2026-03-12T10:00:00Z"`, `UnixTimestamp "2026-03-12T10:00:00"`: `"2026-03-12T10:00:00Z"`,
		"UnixTimestamp -1": `"1969-12-31T23:59:59Z"`, `UnixTimestamp "2500-01-01"`: `"2500-01-01T00:00:00Z"`,
	})
	refuses(t, map[string]errs.Code{"UnixTimestamp 1000000000000000000": outside, "UnixTimestamp 1.5": invalid, `UnixTimestamp "1773309600"`: invalid, `UnixTimestamp ""`: invalid})
	if _, err := jsonvalue.Parse([]byte("1773309600000000000"), value.Scalar(value.UnixTimestamp)); err == nil || !strings.Contains(err.Error(), "probably ns") {
		t.Errorf("nanoseconds as seconds: %v", err)
	}
}

func TestParseNested(t *testing.T) {
	t.Parallel()
	accepts(t, map[string]string{
		"Array(Int64) [1, null]": "[1,null]", `Set(String) ["b", "a", "b"]`: `["a","b"]`, `Map(String,Int64) {"b": 1, "a": null}`: `{"a":null,"b":1}`,
		"Vector(2) [1, 0.5]": "[1.0,0.5]", `Struct(a:Int64,b:String) {"b": "x"}`: `[null,"x"]`, `Json {"a": [1.50]}`: `"{\"a\": [1.50]}"`,
		`Json "[1]"`: `"[1]"`, `Bytes "AP8="`: `"AP8="`, `Uuid "00000000-0000-0000-0000-00000000000F"`: `"00000000-0000-0000-0000-00000000000f"`,
		"Decimal 1.50": `"1.50"`, `Decimal "-0.10"`: `"-0.10"`, `Date "2026-03-12"`: `"2026-03-12"`,
	})
	refuses(t, map[string]errs.Code{
		"Array(Int64) [1.0]": invalid, "Vector(2) [1]": invalid, "Vector(2) [1, null]": invalid, `Struct(a:Int64) {"b": 1}`: invalid,
		`Json "{"`: invalid, `Bytes "AP8"`: invalid, `Uuid "x"`: invalid, "Decimal 1e5": invalid, `Date "2026-02-30"`: invalid,
		`Date "2026-03-12T00:00:00Z"`: invalid, "Json " + strings.Repeat("[", 100) + strings.Repeat("]", 100): invalid, "Array(Int64) {}": invalid,
		"Map(String,Int64) []": invalid, "Struct(a:Int64) 1": invalid,
	})
}
