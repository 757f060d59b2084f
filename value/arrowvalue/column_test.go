package arrowvalue_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// fromJSON builds an array from the JSON form that Arrow's own builders read.
func fromJSON(t *testing.T, dt arrow.DataType, text string) arrow.Array {
	t.Helper()
	arr, _, err := array.FromJSON(memory.DefaultAllocator, dt, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return arr
}

func read(arr arrow.Array, want value.Type, opt arrowvalue.Options) (*value.Column, error) {
	c := value.NewColumn(want, 0)
	opt.Column = "c"
	return c, arrowvalue.ToColumn(c, arr, opt)
}

func i64(n ...int64) []value.Value {
	out := make([]value.Value, len(n))
	for i := range n {
		out[i] = value.OfInt64(n[i])
	}
	return out
}

func instants(t *testing.T, texts ...string) []value.Value {
	t.Helper()
	out := make([]value.Value, len(texts))
	for i, s := range texts {
		if s == "null" {
			continue
		}
		at, err := eventtime.Parse(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = value.OfInstant(at)
	}
	return out
}

func naive(u arrow.TimeUnit) arrow.DataType { return &arrow.TimestampType{Unit: u} }

func zoned(u arrow.TimeUnit, z string) arrow.DataType {
	return &arrow.TimestampType{Unit: u, TimeZone: z}
}

// ints builds an array of a type that is stored as int64.
func ints(t *testing.T, dt arrow.DataType, n ...int64) arrow.Array {
	t.Helper()
	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.AppendValues(n, nil)
	data := array.NewData(dt, len(n), b.NewArray().Data().Buffers(), nil, 0, 0)
	return array.MakeFromData(data)
}

func decimals(t *testing.T, precision, scale int32, texts ...string) arrow.Array {
	t.Helper()
	b := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: precision, Scale: scale})
	for _, s := range texts {
		n, err := decimal128.FromString(s, precision, scale)
		if err != nil {
			t.Fatal(err)
		}
		b.Append(n)
	}
	return b.NewArray()
}

type conversion struct {
	arr  arrow.Array
	want value.Type
	opt  arrowvalue.Options
	out  []value.Value
}

// testConversions reads each array, and then the same rows as a slice of a longer one.
func testConversions(t *testing.T, cases map[string]conversion) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			col, err := read(c.arr, c.want, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			check(t, col, c.out)
			padded, err := array.Concatenate([]arrow.Array{c.arr, c.arr}, memory.DefaultAllocator)
			if err != nil {
				return // Arrow cannot join this layout
			}
			n := int64(len(c.out))
			if col, err = read(array.NewSlice(padded, n, 2*n), c.want, c.opt); err != nil {
				t.Fatalf("slice: %v", err)
			}
			check(t, col, c.out)
		})
	}
}

func check(t *testing.T, col *value.Column, want []value.Value) {
	t.Helper()
	if col.Len() != len(want) {
		t.Fatalf("got %d rows, want %d", col.Len(), len(want))
	}
	for i, w := range want {
		if got := col.At(i); !got.Identical(w) {
			t.Fatalf("row %d: got %v, want %v", i, got, w)
		}
	}
}

func TestBadInput_74_numbers_widen_or_fail(t *testing.T) {
	t.Parallel()
	scalar := value.Scalar
	var none arrowvalue.Options
	testConversions(t, map[string]conversion{
		"Int64Exactly":       {fromJSON(t, arrow.PrimitiveTypes.Int64, `[9007199254740993, null, -9223372036854775808]`), scalar(value.Int64), none, []value.Value{value.OfInt64(1<<53 + 1), {}, value.OfInt64(math.MinInt64)}},
		"Int32Widens":        {fromJSON(t, arrow.PrimitiveTypes.Int32, `[1, null, -2]`), scalar(value.Int64), none, []value.Value{value.OfInt64(1), {}, value.OfInt64(-2)}},
		"Int8AsInt32":        {fromJSON(t, arrow.PrimitiveTypes.Int8, `[-128, 127]`), scalar(value.Int32), none, []value.Value{value.OfInt32(-128), value.OfInt32(127)}},
		"Int64ThatFitsInt32": {fromJSON(t, arrow.PrimitiveTypes.Int64, `[2147483647]`), scalar(value.Int32), none, []value.Value{value.OfInt32(math.MaxInt32)}},
		"Uint64":             {fromJSON(t, arrow.PrimitiveTypes.Uint64, `[9223372036854775807]`), scalar(value.Int64), none, i64(math.MaxInt64)},
		"Uint32":             {fromJSON(t, arrow.PrimitiveTypes.Uint32, `[4294967295]`), scalar(value.Int64), none, i64(math.MaxUint32)},
		"WholeFloatsAsInt64": {fromJSON(t, arrow.PrimitiveTypes.Float64, `[3, null]`), scalar(value.Int64), none, []value.Value{value.OfInt64(3), {}}},
		"Float64Rounded":     {fromJSON(t, arrow.PrimitiveTypes.Float64, `[0.1, null]`), scalar(value.Float32), none, []value.Value{value.OfFloat32(0.1), {}}},
		"Float32Widens":      {fromJSON(t, arrow.PrimitiveTypes.Float32, `[0.5]`), scalar(value.Float64), none, []value.Value{value.OfFloat64(0.5)}},
		"DecimalExactly":     {decimals(t, 38, 10, "1234567890123456789012345678.0123456789"), scalar(value.Decimal), none, []value.Value{value.OfText(value.Decimal, "1234567890123456789012345678.0123456789")}},
		"DecimalAsFloat":     {decimals(t, 10, 2, "12.50"), scalar(value.Float64), none, []value.Value{value.OfFloat64(12.5)}},
	})
	testRefusals(t, map[string]refusal{
		"Overflow":      {fromJSON(t, arrow.PrimitiveTypes.Int64, `[1, 2147483648]`), scalar(value.Int32), arrowvalue.Options{FirstRow: 10}, errs.OutOfRange, `row 12 of column "c"`},
		"Uint64":        {fromJSON(t, arrow.PrimitiveTypes.Uint64, `[9223372036854775808]`), scalar(value.Int64), none, errs.OutOfRange, "row 1"},
		"Fraction":      {fromJSON(t, arrow.PrimitiveTypes.Float64, `[1.5]`), scalar(value.Int64), none, errs.OutOfRange, "row 1"},
		"FloatTooLarge": {fromJSON(t, arrow.PrimitiveTypes.Float64, `[1e300]`), scalar(value.Float32), none, errs.OutOfRange, "row 1"},
		"InexactInt":    {fromJSON(t, arrow.PrimitiveTypes.Int64, `[9007199254740993]`), scalar(value.Float64), none, errs.OutOfRange, "row 1"},
		"DecimalDigits": {decimals(t, 20, 18, "1.234567890123456789"), scalar(value.Float64), none, errs.OutOfRange, "row 1"},
		"BoolAsInt":     {fromJSON(t, arrow.FixedWidthTypes.Boolean, `[true]`), scalar(value.Int64), none, errs.InvalidArgument, "Bool cannot be read as Int64"},
		"StringAsInt":   {fromJSON(t, arrow.BinaryTypes.String, `["1"]`), scalar(value.Int64), none, errs.InvalidArgument, "String cannot be read as Int64"},
	})
}

func TestBadInput_75_timestamps_become_microseconds(t *testing.T) {
	t.Parallel()
	scalar, ts := value.Scalar, value.Scalar(value.UnixTimestamp)
	seoul, newYork := location(t, "Asia/Seoul"), location(t, "America/New_York")
	var none arrowvalue.Options
	testConversions(t, map[string]conversion{
		"Seconds":               {ints(t, zoned(arrow.Second, "UTC"), 1, -1), ts, none, instants(t, "1970-01-01T00:00:01Z", "1969-12-31T23:59:59Z")},
		"Millis":                {ints(t, zoned(arrow.Millisecond, "UTC"), 1), ts, none, instants(t, "1970-01-01T00:00:00.001Z")},
		"NanosFloored":          {ints(t, zoned(arrow.Nanosecond, "UTC"), 1999, -1), ts, none, instants(t, "1970-01-01T00:00:00.000001Z", "1969-12-31T23:59:59.999999Z")},
		"ZoneOfTheTypeIsALabel": {ints(t, zoned(arrow.Microsecond, "Asia/Seoul"), 0), ts, arrowvalue.Options{Location: seoul}, instants(t, "1970-01-01T00:00:00Z")},
		"NaiveIsUTC":            {ints(t, naive(arrow.Microsecond), 0), ts, none, instants(t, "1970-01-01T00:00:00Z")},
		"NaiveInAZone":          {ints(t, naive(arrow.Microsecond), 0), ts, arrowvalue.Options{Location: seoul}, instants(t, "1969-12-31T15:00:00Z")},
		"NumberWithUnit":        {fromJSON(t, arrow.PrimitiveTypes.Int64, `[1700000000000, null]`), ts, arrowvalue.Options{Unit: "ms", Times: true}, instants(t, "2023-11-14T22:13:20Z", "null")},
		"BirthDateAsNumber":     {fromJSON(t, arrow.PrimitiveTypes.Int64, `[-86400]`), ts, arrowvalue.Options{Unit: "s"}, instants(t, "1969-12-31")},
		"Texts":                 {fromJSON(t, arrow.BinaryTypes.String, `["2026-03-12", "2026-03-12T10:00:00+09:00", null]`), ts, arrowvalue.Options{Location: seoul}, instants(t, "2026-03-11T15:00:00Z", "2026-03-12T01:00:00Z", "null")},
		"DateIsMidnightUTC":     {fromJSON(t, arrow.FixedWidthTypes.Date32, `["2026-03-12"]`), ts, arrowvalue.Options{Location: seoul}, instants(t, "2026-03-12")},
		"Date32":                {fromJSON(t, arrow.FixedWidthTypes.Date32, `["1969-12-31", null]`), scalar(value.Date), none, []value.Value{value.OfDate(-1), {}}},
		"Date64":                {fromJSON(t, arrow.FixedWidthTypes.Date64, `["1969-12-31"]`), scalar(value.Date), none, []value.Value{value.OfDate(-1)}},
		"DateText":              {fromJSON(t, arrow.BinaryTypes.String, `["1970-01-02"]`), scalar(value.Date), none, []value.Value{value.OfDate(1)}},
	})
	testRefusals(t, map[string]refusal{
		"NumberWithoutUnit": {fromJSON(t, arrow.PrimitiveTypes.Int64, `[1700000000]`), ts, none, errs.InvalidArgument, "probably s"},
		"WrongUnit":         {fromJSON(t, arrow.PrimitiveTypes.Int64, `[1700000000000]`), ts, arrowvalue.Options{Unit: "s", Times: true}, errs.OutOfRange, "probably ms"},
		"ImplausibleTime":   {fromJSON(t, arrow.PrimitiveTypes.Int64, `[-5]`), ts, arrowvalue.Options{Unit: "s", Times: true}, errs.OutOfRange, "before 1970"},
		"YearOutOfRange":    {ints(t, zoned(arrow.Second, "UTC"), 1<<40), ts, none, errs.OutOfRange, "row 1"},
		"MicrosOutOfRange":  {ints(t, zoned(arrow.Microsecond, "UTC"), math.MinInt64), ts, none, errs.OutOfRange, "row 1"},
		"Gap":               {fromJSON(t, naive(arrow.Second), `["2026-03-08 02:30:00"]`), ts, arrowvalue.Options{Location: newYork}, errs.InvalidArgument, "does not exist in America/New_York"},
		"BadText":           {fromJSON(t, arrow.BinaryTypes.String, `["yesterday"]`), ts, none, errs.InvalidArgument, "row 1"},
		"TimeOfDay":         {fromJSON(t, arrow.FixedWidthTypes.Time32s, `["10:00:00"]`), scalar(value.String), none, errs.InvalidArgument, "no counterpart"},
	})
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := eventtime.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestToColumnReadsTexts(t *testing.T) {
	t.Parallel()
	str := value.Scalar(value.String)
	var none arrowvalue.Options
	testConversions(t, map[string]conversion{
		"Strings":        {fromJSON(t, arrow.BinaryTypes.String, `["", null, "é", "x"]`), str, none, []value.Value{value.OfString(""), {}, value.OfString("é"), value.OfString("x")}},
		"LargeStrings":   {fromJSON(t, arrow.BinaryTypes.LargeString, `["a"]`), str, none, []value.Value{value.OfString("a")}},
		"BinaryAsString": {fromJSON(t, arrow.BinaryTypes.Binary, `["YQ=="]`), str, none, []value.Value{value.OfString("a")}},
		"Dictionary":     {fromJSON(t, &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, `["a", null, "b", "a"]`), str, none, []value.Value{value.OfString("a"), {}, value.OfString("b"), value.OfString("a")}},
		"Nulls":          {array.NewNull(2), value.Scalar(value.Int64), none, []value.Value{{}, {}}},
		"JsonText":       {fromJSON(t, arrow.BinaryTypes.String, `["{\"a\": 1}"]`), value.Scalar(value.Json), none, []value.Value{value.OfText(value.Json, `{"a": 1}`)}},
	})
	long := array.NewStringBuilder(memory.DefaultAllocator)
	var want []value.Value
	for i := range 5000 {
		s := strings.Repeat("é", i%300)
		long.Append(s)
		want = append(want, value.OfString(s))
	}
	testConversions(t, map[string]conversion{"ManyChunks": {long.NewArray(), str, none, want}})
	invalid := array.NewBinaryBuilder(memory.DefaultAllocator, arrow.BinaryTypes.Binary)
	invalid.AppendString("\xff")
	bad := invalid.NewArray()
	asString := array.NewStringData(array.NewData(arrow.BinaryTypes.String, 1, bad.Data().Buffers(), nil, 0, 0))
	testRefusals(t, map[string]refusal{
		"InvalidUTF8":         {asString, str, none, errs.InvalidArgument, "row 1"},
		"InvalidUTF8InBinary": {bad, str, none, errs.OutOfRange, "row 1"},
	})
}

func TestBadInput_84_nested_values_round_trip(t *testing.T) {
	t.Parallel()
	scalar := value.Scalar
	var none arrowvalue.Options
	list := func(k value.Kind, parts ...value.Value) value.Value { return value.OfList(k, parts) }
	pair := value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "a", Type: scalar(value.String)}, {Name: "b", Type: scalar(value.Int64)}}}
	testConversions(t, map[string]conversion{
		"List":         {fromJSON(t, arrow.ListOf(arrow.PrimitiveTypes.Int32), `[[1, null], [], null]`), value.ArrayOf(scalar(value.Int64)), none, []value.Value{list(value.Array, value.OfInt64(1), value.Value{}), list(value.Array), {}}},
		"ListAsSet":    {fromJSON(t, arrow.LargeListOf(arrow.PrimitiveTypes.Int64), `[[2, 1, 2]]`), value.SetOf(scalar(value.Int64)), none, []value.Value{list(value.Set, i64(1, 2)...)}},
		"ListAsVector": {fromJSON(t, arrow.ListOf(arrow.PrimitiveTypes.Float64), `[[1, 2]]`), value.Type{Kind: value.Vector, Length: 2}, none, []value.Value{list(value.Vector, value.OfFloat32(1), value.OfFloat32(2))}},
		"FixedSize":    {fromJSON(t, arrow.FixedSizeListOf(2, arrow.PrimitiveTypes.Float32), `[[1, 2], null, [3, 4]]`), value.Type{Kind: value.Vector, Length: 2}, none, []value.Value{list(value.Vector, value.OfFloat32(1), value.OfFloat32(2)), {}, list(value.Vector, value.OfFloat32(3), value.OfFloat32(4))}},
		"ListAsJson":   {fromJSON(t, arrow.ListOf(arrow.PrimitiveTypes.Float64), `[[1, null]]`), scalar(value.Json), none, []value.Value{value.OfText(value.Json, "[1.0,null]")}},
		"Map":          {fromJSON(t, arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64), `[[{"key":"b","value":1},{"key":"a","value":null}], null]`), value.MapOf(scalar(value.Int64)), none, []value.Value{list(value.Map, value.OfString("a"), value.Value{}, value.OfString("b"), value.OfInt64(1)), {}}},
		"StructByName": {fromJSON(t, arrow.StructOf(arrow.Field{Name: "b", Type: arrow.PrimitiveTypes.Int32, Nullable: true}), `[{"b": 7}, {"b": null}]`), pair, none, []value.Value{list(value.Struct, value.Value{}, value.OfInt64(7)), list(value.Struct, make([]value.Value, 2)...)}},
	})
	testRefusals(t, map[string]refusal{
		"ListAsScalar":    {fromJSON(t, arrow.ListOf(arrow.PrimitiveTypes.Int32), `[[1]]`), scalar(value.Int64), none, errs.InvalidArgument, "Array(Int32) cannot be read as Int64"},
		"VectorLength":    {fromJSON(t, arrow.ListOf(arrow.PrimitiveTypes.Float32), `[[1]]`), value.Type{Kind: value.Vector, Length: 2}, none, errs.OutOfRange, "row 1"},
		"ElementOverflow": {fromJSON(t, arrow.ListOf(arrow.PrimitiveTypes.Int64), `[[1, 2147483648]]`), value.ArrayOf(scalar(value.Int32)), none, errs.OutOfRange, "element 1"},
		"UnknownField":    {fromJSON(t, arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int32}), `[{"x": 1}]`), pair, none, errs.InvalidArgument, `"x"`},
		"RepeatedMapKey":  {fromJSON(t, arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int64), `[[{"key":"a","value":1},{"key":"a","value":2}]]`), value.MapOf(scalar(value.Int64)), none, errs.InvalidArgument, "repeated"},
	})
}

type refusal struct {
	arr  arrow.Array
	want value.Type
	opt  arrowvalue.Options
	code errs.Code
	says string
}

func testRefusals(t *testing.T, cases map[string]refusal) {
	for name, c := range cases {
		t.Run(name+"IsRefused", func(t *testing.T) {
			t.Parallel()
			_, err := read(c.arr, c.want, c.opt)
			if errs.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Fatalf("got %v (%s), want %s with %q", err, errs.CodeOf(err), c.code, c.says)
			}
		})
	}
}
