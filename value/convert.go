package value

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
)

// A conversion returns v as another kind, and false if that would lose information.
type conversion func(v Value) (Value, bool)

type kinds struct{ from, to Kind }

// conversions is the one table of allowed scalar conversions (docs/adr/0004-types.md). Float64 → Float32 is the only
// one that rounds: declaring Float32 asks for that precision; a finite number never becomes infinite.
var conversions = map[kinds]conversion{
	{Int32, Int64}:     func(v Value) (Value, bool) { return OfInt64(v.Int()), true },
	{Int64, Int32}:     func(v Value) (Value, bool) { return OfInt32(int32(v.Int())), int64(int32(v.Int())) == v.Int() },
	{Int32, Float32}:   intToFloat32,
	{Int64, Float32}:   intToFloat32,
	{Int32, Float64}:   intToFloat64,
	{Int64, Float64}:   intToFloat64,
	{Int32, Decimal}:   intToDecimal,
	{Int64, Decimal}:   intToDecimal,
	{Float32, Float64}: float32ToFloat64,
	{Float64, Float32}: float64ToFloat32,
	{Float32, Int32}:   floatToInt32,
	{Float64, Int32}:   floatToInt32,
	{Float32, Int64}:   floatToInt64,
	{Float64, Int64}:   floatToInt64,
	{Decimal, Int32}:   decimalToInt32,
	{Decimal, Int64}:   decimalToInt64,
	{Decimal, Float64}: decimalToFloat64,
	{Date, UnixTimestamp}: func(v Value) (Value, bool) {
		i := eventtime.Instant(v.Int()) * eventtime.Instant(eventtime.Day)
		return OfInstant(i), v.Int() >= dateMin && v.Int() <= dateMax
	},
	{UnixTimestamp, Date}: func(v Value) (Value, bool) {
		days := eventtime.Floor(v.Instant(), eventtime.Day) / eventtime.Instant(eventtime.Day)
		return OfDate(int32(days)), days*eventtime.Instant(eventtime.Day) == v.Instant()
	},
	{String, Bytes}: func(v Value) (Value, bool) { return OfText(Bytes, v.text), true },
	{Bytes, String}: func(v Value) (Value, bool) { return OfText(String, v.text), utf8.ValidString(v.text) },
	{Uuid, Bytes}:   func(v Value) (Value, bool) { return OfText(Bytes, v.text), true },
	{Bytes, Uuid}:   func(v Value) (Value, bool) { return OfText(Uuid, v.text), len(v.text) == 16 },
	{Uuid, String}:  func(v Value) (Value, bool) { return OfString(string(AppendUuid(nil, v))), true },
}

// Days of 0001-01-01 and 9999-12-31 since the epoch.
const (
	dateMin = -719162
	dateMax = 2932896
)

// Convert returns v as a value of type to. Null converts to every type; equal types to themselves; Array, Set, Map
// and Struct part by part, an Array also to a Set (duplicates are dropped) or, with the right length, to a Vector;
// String to Uuid, Decimal, UnixTimestamp (RFC 3339, naive is UTC) and Date by their text; other scalars by the table
// above. A Struct converts to one with as many fields, by position.
//
// Errors: OutOfRange where information would be lost (overflow, a fraction, digits, invalid UTF-8), InvalidArgument
// where the two types have no conversion. The caller adds row and column.
func Convert(v Value, to Type) (Value, error) {
	if v.IsNull() {
		return v, nil
	}
	if to.Nested() {
		return convertNested(v, to)
	}
	if v.kind == to.Kind {
		return v, nil
	}
	if v.kind == String {
		if parse, ok := textParsers[to.Kind]; ok {
			return parse(v.text)
		}
	}
	convert, ok := conversions[kinds{v.kind, to.Kind}]
	if !ok {
		return Value{}, noConversion(v, to)
	}
	out, exact := convert(v)
	if !exact {
		return Value{}, errs.New(errs.OutOfRange, "%s %s does not fit into %s without loss", v.kind, clip(v.describe()), to).WithID("T0113")
	}
	return out, nil
}

func noConversion(v Value, to Type) error {
	return errs.New(errs.InvalidArgument, "%s cannot become %s", v.kind, to).WithID("T0113").
		WithHint("declare the type that the data has, or convert in the source")
}

// Convertible reports whether Convert knows a conversion between scalars of the two kinds; single values may still
// be refused.
func Convertible(from, to Kind) bool {
	_, inTable := conversions[kinds{from, to}]
	_, byText := textParsers[to]
	return from == to || inTable || from == String && byText
}

// textParsers are the kinds that Convert reads from a String.
var textParsers = map[Kind]func(string) (Value, error){
	Uuid:          ParseUuid,
	Decimal:       ParseDecimal,
	UnixTimestamp: parseInstant,
	Date:          ParseDate,
}

func parseInstant(text string) (Value, error) {
	i, err := eventtime.Parse(text, nil)
	if err != nil {
		return Value{}, err
	}
	return OfInstant(i), nil
}

// convertNested converts v to Array, Set, Map, Struct or Vector.
func convertNested(v Value, to Type) (Value, error) {
	switch {
	case to.Kind == Struct && v.kind == Struct && len(v.List()) == len(to.Fields):
		parts := make([]Value, len(to.Fields))
		for i, f := range to.Fields {
			var err error
			if parts[i], err = Convert(v.List()[i], f.Type); err != nil {
				return Value{}, err
			}
		}
		return OfList(Struct, parts), nil
	case to.Kind == Map && v.kind == Map:
		parts := make([]Value, len(v.List()))
		for i, p := range v.List() {
			var err error
			if parts[i] = p; i%2 == 1 {
				if parts[i], err = Convert(p, *to.Elem); err != nil {
					return Value{}, err
				}
			}
		}
		return OfList(Map, parts), nil
	case to.Kind != Struct && to.Kind != Map && (v.kind == Array || v.kind == Set || v.kind == Vector):
		return convertList(v, to)
	}
	return Value{}, noConversion(v, to)
}

// convertList converts Array, Set or Vector to one another.
func convertList(v Value, to Type) (Value, error) {
	elem := Scalar(Float32)
	if to.Kind != Vector {
		elem = *to.Elem
	} else if len(v.List()) != to.Length {
		return Value{}, errs.New(errs.OutOfRange, "an %s of %d elements cannot become %s", v.kind, len(v.List()), to).WithID("T0113")
	}
	parts := make([]Value, len(v.List()))
	for i, p := range v.List() {
		if p.IsNull() && to.Kind == Vector {
			return Value{}, errs.New(errs.OutOfRange, "element %d is null, which %s cannot hold", i, to).WithID("T0113")
		}
		var err error
		if parts[i], err = Convert(p, elem); err != nil {
			return Value{}, err
		}
	}
	if to.Kind == Set {
		return MakeSet(elem, parts), nil
	}
	return OfList(to.Kind, parts), nil
}

func intToFloat32(v Value) (Value, bool) {
	f := float32(v.Int())
	return OfFloat32(f), f < 1<<63 && int64(f) == v.Int()
}

func intToFloat64(v Value) (Value, bool) {
	f := float64(v.Int())
	return OfFloat64(f), f < 1<<63 && int64(f) == v.Int()
}

func intToDecimal(v Value) (Value, bool) {
	return OfText(Decimal, strconv.FormatInt(v.Int(), 10)), true
}

// float32ToFloat64 keeps the payload of a NaN.
func float32ToFloat64(v Value) (Value, bool) {
	if f := v.Float32(); f == f {
		return OfFloat64(float64(f)), true
	}
	b := uint64(math.Float32bits(v.Float32()))
	return Value{kind: Float64, bits: b>>31<<63 | 0x7FF<<52 | b&(1<<23-1)<<29}, true
}

func float64ToFloat32(v Value) (Value, bool) {
	f := v.Float()
	out := float32(f)
	return OfFloat32(out), math.IsInf(float64(out), 0) == math.IsInf(f, 0)
}

func floatToInt32(v Value) (Value, bool) {
	f := v.Float()
	return OfInt32(int32(f)), f == math.Trunc(f) && f >= math.MinInt32 && f <= math.MaxInt32 && !negativeZero(f)
}

func floatToInt64(v Value) (Value, bool) {
	f := v.Float()
	if !(f >= -1<<63 && f < 1<<63) {
		return Value{}, false
	}
	return OfInt64(int64(f)), f == math.Trunc(f) && !negativeZero(f)
}

// negativeZero reports −0, whose sign an integer would lose.
func negativeZero(f float64) bool { return f == 0 && math.Signbit(f) }

func decimalToInt64(v Value) (Value, bool) {
	whole := v.text
	for i := range len(v.text) {
		if v.text[i] == '.' {
			whole = v.text[:i]
			if _, _, fraction := splitDecimal(v.text); fraction != "" {
				return Value{}, false
			}
		}
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	return OfInt64(n), err == nil
}

func decimalToInt32(v Value) (Value, bool) {
	n, ok := decimalToInt64(v)
	return OfInt32(int32(n.Int())), ok && int64(int32(n.Int())) == n.Int()
}

// decimalToFloat64 keeps every digit: the shortest text of the float must be the same number.
func decimalToFloat64(v Value) (Value, bool) {
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil {
		return Value{}, false
	}
	return OfFloat64(f), compareDecimals(strconv.FormatFloat(f, 'f', -1, 64), v.text) == 0
}

// describe returns a scalar as text for messages.
func (v Value) describe() string {
	switch v.kind {
	case Float32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	case Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case UnixTimestamp:
		return v.Instant().String()
	case Bool, Int32, Int64, Date:
		return strconv.FormatInt(v.Int(), 10)
	case Uuid:
		return string(AppendUuid(nil, v))
	}
	return strconv.Quote(clip(v.text))
}
