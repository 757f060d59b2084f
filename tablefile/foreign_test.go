package tablefile_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// fixture returns the bytes of a file in testdata; testdata/make.py wrote them.
func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func parse(t *testing.T, text string) value.Type {
	t.Helper()
	typ, err := value.ParseType(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// foreign lists the columns of arrow.parquet: their closest type, a type to read them as, and the values then.
var foreign = []struct {
	column, closest, as string
	want                []string
}{
	{"i8", "Int32", "Int64", []string{"1", "null", "-128"}},
	{"i16", "Int32", "Int32", []string{"1", "null", "-32768"}},
	{"i32", "Int32", "Int64", []string{"1", "null", "-2147483648"}},
	{"i64", "Int64", "Int64", []string{"9007199254740993", "null", "-9223372036854775808"}},
	{"u8", "Int32", "Int32", []string{"1", "null", "255"}},
	{"u16", "Int32", "Int64", []string{"1", "null", "65535"}},
	{"u32", "Int64", "Int64", []string{"1", "null", "4294967295"}},
	{"u64", "Int64", "Int64", []string{"1", "null", "9223372036854775807"}},
	{"f16", "Float32", "Float64", []string{"1.5", "null", "-Inf"}},
	{"f32", "Float32", "Float32", []string{"0.1", "null", "-0.0"}},
	{"f64", "Float64", "Float64", []string{"0.1", "null", "NaN"}},
	{"flag", "Bool", "Bool", []string{"true", "null", "false"}},
	{"text", "String", "String", []string{"é", "null", ""}},
	{"text", "String", "Bytes", []string{"w6k=", "null", ""}},
	{"large", "String", "String", []string{"a", "null", "b"}},
	{"dict", "String", "String", []string{"x", "null", "x"}},
	{"blob", "Bytes", "Bytes", []string{"AP8=", "null", ""}},
	{"fixed", "Bytes", "Bytes", []string{"YWI=", "null", "Y2Q="}},
	{"day", "Date", "Date", []string{"2026-03-12", "null", "0001-01-01"}},
	{"day", "Date", "UnixTimestamp", []string{"2026-03-12T00:00:00Z", "null", "0001-01-01T00:00:00Z"}},
	{"ms", "UnixTimestamp", "UnixTimestamp", []string{"2026-03-12T10:00:00.123Z", "null", "1969-12-31T23:59:59.999Z"}},
	{"us", "UnixTimestamp", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
	{"ns", "UnixTimestamp", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
	{"naive", "UnixTimestamp", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
	{"seoul", "UnixTimestamp", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
	{"money", "Decimal", "Decimal", []string{"12345678901234567890.0123456789", "null", "-0.5000000000"}},
	{"small_money", "Decimal", "Decimal", []string{"1.50", "null", "-0.05"}},
	{"list", "Array(Int64)", "Array(Int64)", []string{"[1,null,3]", "null", "[]"}},
	{"list", "Array(Int64)", "Set(Int64)", []string{"[null,1,3]", "null", "[]"}},
	{"words", "Array(String)", "Array(String)", []string{`["a"]`, "null", "[null]"}},
	{"struct", "Struct(a: Int64, b: String)", "Struct(a: Int64, b: String)", []string{`{"a":1,"b":"x"}`, "null", `{"a":null,"b":null}`}},
	{"map", "Map(String, Int64)", "Map(String, Int64)", []string{`{"k":1}`, "null", "{}"}},
	{"vector", "Vector(2)", "Vector(2)", []string{"[1.0,2.0]", "[0.0,0.0]", "[3.0,4.0]"}},
	{"nulls", "String", "Float64", []string{"null", "null", "null"}},
	{`spaces and "quotes"`, "Int64", "Int64", []string{"1", "null", "3"}},
	{"dots.in.name", "Int64", "Float64", []string{"1.0", "null", "3.0"}},
	{strings.Repeat("n", 300), "Int64", "Int64", []string{"1", "null", "3"}},
}

func TestParquetOfOtherWritersReadsExactly(t *testing.T) {
	t.Parallel()
	f, err := open("arrow.parquet", fixture(t, "arrow.parquet"), nil)
	if err != nil {
		t.Fatal(err)
	}
	fields, err := f.Fields()
	if err != nil {
		t.Fatal(err)
	}
	closest := map[string]string{}
	for _, c := range fields {
		closest[c.Name] = c.Type.String()
	}
	for _, c := range foreign {
		if closest[c.column] != c.closest {
			t.Errorf("column %q: closest type %q, want %q", c.column, closest[c.column], c.closest)
		}
		b, err := readFile(f, []tablefile.Column{column(c.column, parse(t, c.as))})
		if err != nil {
			t.Errorf("column %q as %s: %v", c.column, c.as, err)
			continue
		}
		if got := texts(b.Columns[0]); !slices.Equal(got, c.want) {
			t.Errorf("column %q as %s: got %q, want %q", c.column, c.as, got, c.want)
		}
	}
}

func TestBadInput_74_LossIsAnErrorWithRowAndColumn(t *testing.T) {
	t.Parallel()
	text := fixture(t, "arrow.parquet")
	for _, c := range []struct {
		column, as string
		code       errs.Code
		words      []string
	}{
		{"u64_big", "Int64", errs.OutOfRange, []string{"arrow.parquet", "row 3", "u64_big"}},
		{"i64", "Int32", errs.OutOfRange, []string{"arrow.parquet", "row 1", `"i64"`}},
		{"f32", "Int64", errs.OutOfRange, []string{"arrow.parquet", "row 1", `"f32"`}},
		{"i64", "Float64", errs.OutOfRange, []string{"arrow.parquet", "row 1", `"i64"`}},
		{"text", "Int64", errs.InvalidArgument, []string{"arrow.parquet", `"text"`, "Int64"}},
		{"clock", "String", errs.InvalidArgument, []string{"arrow.parquet", `"clock"`}},
		{"blob", "String", errs.OutOfRange, []string{"arrow.parquet", "row 1", `"blob"`, "UTF-8"}},
		{"i64", "UnixTimestamp", errs.InvalidArgument, []string{"arrow.parquet", `"i64"`, "timestamp_unit"}},
	} {
		_, err := readColumn("arrow.parquet", text, nil, column(c.column, parse(t, c.as)))
		t.Run(c.column+" as "+c.as, func(t *testing.T) { wantError(t, err, c.code, c.words...) })
	}
}

func TestParquetCodecsAndEncodingsReadAlike(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"gzip", "zstd_v2", "brotli", "lz4", "none", "delta", "index"} {
		for _, c := range foreign {
			if !slices.Contains([]string{"i32", "i64", "f64", "text", "us", "flag", "list"}, c.column) {
				continue
			}
			got, err := readColumn(name+".parquet", fixture(t, name+".parquet"), nil, column(c.column, parse(t, c.as)))
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s, column %q as %s: got %q and %v, want %q", name, c.column, c.as, got, err, c.want)
			}
		}
	}
}

func TestBadInput_75_NaiveTimesAreReadInTheZoneOfTheSource(t *testing.T) {
	t.Parallel()
	seoul, err := eventtime.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	times := value.Scalar(value.UnixTimestamp)
	for _, c := range []struct {
		file, column string
		want         []string
	}{
		{"arrow.parquet", "naive", []string{"2026-03-12T01:00:00.123456Z", "null", "1969-12-31T14:59:59.999999Z"}},
		{"int96.parquet", "at", []string{"2026-03-12T01:00:00.123456Z", "null", "1969-12-31T14:59:59.999999Z"}},
		{"arrow.parquet", "us", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
		{"arrow.parquet", "day", []string{"2026-03-12T00:00:00Z", "null", "0001-01-01T00:00:00Z"}},
		{"pandas.parquet", "event_timestamp", []string{"2026-03-12T01:00:00Z", "null", "2026-03-12T02:00:00Z"}},
	} {
		got, err := readColumn(c.file, fixture(t, c.file), &tablefile.Options{Location: seoul}, column(c.column, times))
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: got %q and %v, want %q", c.file, c.column, got, err, c.want)
		}
	}
	got, err := readColumn("int96.parquet", fixture(t, "int96.parquet"), nil, column("at", times))
	if want := []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("int96 in UTC: got %q and %v, want %q", got, err, want)
	}
}

func TestDuckDBFilesRead(t *testing.T) {
	t.Parallel()
	text := fixture(t, "duckdb.parquet")
	for _, c := range []struct{ column, as, first string }{
		{"i32", "Int64", "0"}, {"i64", "Int64", "0"}, {"text", "String", "text 0"}, {"naive", "UnixTimestamp", "2026-03-12T10:00:00Z"},
		{"zoned", "UnixTimestamp", "2026-03-12T10:00:00Z"}, {"f64", "Float64", "0.0"}, {"id", "Uuid", "6d3f1e52-0000-4000-8000-000000000001"},
		{"id", "String", "6d3f1e52-0000-4000-8000-000000000001"},
	} {
		got, err := readColumn("duckdb.parquet", text, nil, column(c.column, parse(t, c.as)))
		if err != nil || len(got) != 5 || got[0] != c.first {
			t.Errorf("column %q as %s: got %q and %v, want 5 rows from %q", c.column, c.as, got, err, c.first)
		}
	}
}

// frames lists columns of files that data frame libraries wrote, as foreign does for arrow.parquet.
var frames = []struct {
	file, column, closest string
	want                  []string
}{
	{"polars", "i32", "Int32", []string{"1", "null", "-2147483648"}},
	{"polars", "u64", "Int64", []string{"1", "null", "9223372036854775807"}},
	{"polars", "f64", "Float64", []string{"0.1", "null", "NaN"}},
	{"polars", "text", "String", []string{"é", "null", ""}},
	{"polars", "cat", "String", []string{"x", "null", "x"}},
	{"polars", "enum", "String", []string{"x", "null", "y"}},
	{"polars", "flag", "Bool", []string{"true", "null", "false"}},
	{"polars", "blob", "Bytes", []string{"AP8=", "null", ""}},
	{"polars", "naive", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
	{"polars", "utc", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
	{"polars", "ns", "UnixTimestamp", []string{"2026-03-12T01:00:00.123456Z", "null", "1969-12-31T14:59:59.999999Z"}},
	{"polars", "ms", "UnixTimestamp", []string{"2026-03-12T10:00:00.123Z", "null", "1969-12-31T23:59:59.999Z"}},
	{"polars", "day", "Date", []string{"2026-03-12", "null", "0001-01-01"}},
	{"polars", "money", "Decimal", []string{"1.50", "null", "-0.05"}},
	{"polars", "list", "Array(Int64)", []string{"[1,null,3]", "null", "[]"}},
	{"polars", "vector", "Vector(2)", []string{"[1.0,2.0]", "[0.0,0.0]", "[3.0,4.0]"}},
	{"polars", "struct", "Struct(a: Int64, b: String)", []string{`{"a":1,"b":"x"}`, "null", `{"a":null,"b":null}`}},
	{"zoned", "user_id", "String", []string{"k1", "k2", "k3"}},
	{"zoned", "text", "String", []string{"a", "null", ""}},
	{"zoned", "cat", "String", []string{"x", "null", "x"}},
	{"zoned", "flag", "Bool", []string{"true", "null", "false"}},
	{"zoned", "seoul", "UnixTimestamp", []string{"2026-03-12T01:00:00.123456Z", "null", "1969-12-31T14:59:59.999999Z"}},
	{"zoned", "naive", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
	{"fast", "user_id", "String", []string{"k1", "k2", "k3"}},
	{"fast", "n", "Int64", []string{"1", "2", "3"}},
	{"fast", "text", "String", []string{"a", "null", ""}},
	{"fast", "cat", "String", []string{"x", "null", "x"}},
	{"fast", "flag", "Bool", []string{"true", "null", "false"}},
	{"fast", "seoul", "UnixTimestamp", []string{"2026-03-12T01:00:00.123456Z", "null", "1969-12-31T14:59:59.999999Z"}},
	{"fast", "naive", "UnixTimestamp", []string{"2026-03-12T10:00:00.123456Z", "null", "1969-12-31T23:59:59.999999Z"}},
}

func TestFilesOfDataFramesReadExactly(t *testing.T) {
	t.Parallel()
	for _, c := range frames {
		b, err := readAll(c.file+".parquet", fixture(t, c.file+".parquet"))
		if err != nil {
			t.Fatalf("%s: %v", c.file, err)
		}
		got := b.Column(c.column)
		if got == nil || got.Type.String() != c.closest || !slices.Equal(texts(got), c.want) {
			t.Errorf("%s, column %q: got %v, want %s %q", c.file, c.column, got, c.closest, c.want)
		}
	}
}
