package conformance_test

import (
	"math"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// A column is a type and the values that are stored of it. Null is stored of every type besides.
type column struct {
	typ    string
	values []cell
}

// A cell is a value and how it is written, on Feast's route and on ours. word is what ours says of a
// value that JSON cannot write.
type cell struct {
	value      value.Value
	feast, own string
	word       string
}

// is returns a cell that both routes write alike.
func is(v value.Value, json string) cell { return cell{value: v, feast: json, own: json} }

// dated returns a cell that our route writes in another way.
func dated(v value.Value, feast, own string) cell { return cell{value: v, feast: feast, own: own} }

// unsaid returns a cell that JSON cannot write in full.
func unsaid(v value.Value, json, word string) cell {
	return cell{value: v, feast: json, own: json, word: word}
}

func list(k value.Kind, parts ...value.Value) value.Value { return value.OfList(k, parts) }

func f64(bits uint64) value.Value { return value.OfFloat64(math.Float64frombits(bits)) }
func f32(bits uint32) value.Value { return value.OfFloat32(math.Float32frombits(bits)) }

// Numbers at the edges of what JSON and floats can hold.
const (
	odd             = 1<<53 + 1 // the least that a float64 cannot hold
	nan64           = 0x7FF8DEAD00000001
	negative64      = 1 << 63 // −0
	infinite64      = 0x7FF << 52
	nan32           = 0x7FC0BEEF
	negative32      = 1 << 31
	infinite32      = 0xFF << 23
	minusInfinite64 = 0xFFF << 52
)

// columns are the types, each with the values at its edges.
func columns() []column {
	n, null := value.OfInt64, value.Value{}
	return []column{
		{"Bool", []cell{is(value.OfBool(true), `true`), is(value.OfBool(false), `false`)}},
		{"Int32", []cell{is(value.OfInt32(math.MaxInt32), `2147483647`), is(value.OfInt32(math.MinInt32), `-2147483648`)}},
		{"Int64", []cell{
			is(n(odd), `9007199254740993`), is(n(-odd), `-9007199254740993`), is(n(0), `0`),
			is(n(math.MaxInt64), `9223372036854775807`), is(n(math.MinInt64), `-9223372036854775808`),
		}},
		{"Float32", []cell{
			is(value.OfFloat32(0.1), `0.10000000149011612`), unsaid(f32(nan32), `null`, "NaN"), is(f32(negative32), `-0.0`),
			unsaid(f32(infinite32), `null`, "Infinity"), unsaid(f32(infinite32|negative32), `null`, "-Infinity"),
			is(f32(1), `1.401298464324817e-45`),
		}},
		{"Float64", []cell{
			is(value.OfFloat64(0.1), `0.1`), unsaid(f64(nan64), `null`, "NaN"), is(f64(negative64), `-0.0`),
			unsaid(f64(infinite64), `null`, "Infinity"), unsaid(f64(minusInfinite64), `null`, "-Infinity"),
			is(f64(1), `5e-324`), is(value.OfFloat64(math.MaxFloat64), `1.7976931348623157e+308`),
		}},
		{"String", []cell{
			is(value.OfString(""), `""`), is(value.OfString("é"), `"é"`), is(value.OfString("e\u0301"), "\"e\u0301\""),
			is(value.OfString("a\x00\n\"\\<"), `"a\u0000\n\"\\<"`), is(value.OfString(" "), `" "`),
		}},
		{"Bytes", []cell{is(value.OfBytes(nil), `""`), is(value.OfBytes([]byte{0, 255}), `"AP8="`)}},
		{"UnixTimestamp", []cell{
			dated(value.OfInstant(0), `0`, `"1970-01-01T00:00:00Z"`),
			dated(value.OfInstant(-1), `-1`, `"1969-12-31T23:59:59.999999Z"`),
			dated(value.OfInstant(1795351882_000001), `1795351882`, `"2026-11-22T12:51:22.000001Z"`),
		}},
		{"Date", []cell{is(value.OfDate(-1), `"1969-12-31"`), is(value.OfDate(20782), `"2026-11-25"`)}},
		{"Uuid", []cell{is(value.OfUuid([16]byte{15: 1}), `"00000000-0000-0000-0000-000000000001"`)}},
		{"Decimal", []cell{is(value.OfText(value.Decimal, "0.10"), `"0.10"`), is(value.OfText(value.Decimal, "-9007199254740993.000000000000000001"), `"-9007199254740993.000000000000000001"`)}},
		{"Json", []cell{is(value.OfText(value.Json, `{"a":[1,9007199254740993]}`), `"{\"a\":[1,9007199254740993]}"`)}},
		{"Array(Int64)", []cell{is(list(value.Array), `[]`), is(list(value.Array, n(odd), null, n(odd)), `[9007199254740993,null,9007199254740993]`)}},
		{"Array(String)", []cell{is(list(value.Array), `[]`), is(list(value.Array, value.OfString("")), `[""]`)}},
		{"Array(Float64)", []cell{unsaid(list(value.Array, f64(nan64), f64(negative64), f64(infinite64)), `[null,-0.0,null]`, "nested"), is(list(value.Array), `[]`)}},
		{"Set(Int64)", []cell{is(list(value.Set), `[]`), is(list(value.Set, n(-odd), n(odd)), `[-9007199254740993,9007199254740993]`)}},
		{"Map(String, Float64)", []cell{is(list(value.Map), `{}`), unsaid(list(value.Map, value.OfString(""), f64(nan64), value.OfString("a"), f64(negative64)), `{"":null,"a":-0.0}`, "nested")}},
		{"Struct(a: Int64, b: String)", []cell{is(list(value.Struct, n(odd), null), `{"a":9007199254740993,"b":null}`), is(list(value.Struct, null, value.OfString("")), `{"a":null,"b":""}`)}},
		{"Vector(2)", []cell{unsaid(list(value.Vector, f32(nan32), f32(negative32)), `[null,-0.0]`, "nested"), is(list(value.Vector, f32(0), f32(1)), `[0.0,1.401298464324817e-45]`)}},
	}
}

// at returns the cell that row n has of the column: its values in turn, then null.
func (c *column) at(n int) cell {
	if n %= len(c.values) + 1; n < len(c.values) {
		return c.values[n]
	}
	return is(value.Value{}, `null`)
}

// fields returns the columns as fields: f0, f1, ….
func fields(all []column) []feature.Field {
	out := make([]feature.Field, len(all))
	for i, c := range all {
		t, err := value.ParseType(c.typ)
		if err != nil {
			panic(err)
		}
		out[i] = feature.Field{Name: fieldName(i), Type: t}
	}
	return out
}
