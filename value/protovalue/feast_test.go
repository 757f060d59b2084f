package protovalue_test

import (
	"math"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
	"github.com/truepoint/truepoint/value/valuetest"
)

// message reads the bytes that AppendFeast writes, which must be exactly what protobuf itself writes.
func message(t rapid.TB, v value.Value, typ value.Type) *typespb.Value {
	t.Helper()
	b := protovalue.AppendFeast(nil, v, &typ)
	m := &typespb.Value{}
	if err := proto.Unmarshal(b, m); err != nil {
		t.Fatalf("%s %v: %v", typ, v, err)
	}
	if n := proto.Size(m); n != len(b) {
		t.Fatalf("%s %v: %d bytes, protobuf writes %d", typ, v, len(b), n)
	}
	return m
}

// floored returns v as Feast's wire can hold it.
func floored(v value.Value) value.Value {
	switch v.Kind() {
	case value.UnixTimestamp:
		return value.OfInstant(eventtime.Floor(v.Instant(), eventtime.Second))
	case value.Array, value.Set, value.Map, value.Struct, value.Vector:
		parts := slices.Clone(v.List())
		for i, p := range parts {
			parts[i] = floored(p)
		}
		if v.Kind() == value.Set {
			return value.MakeSet(value.Type{}, parts)
		}
		return value.OfList(v.Kind(), parts)
	}
	return v
}

func TestFeastRoundTripKeepsEveryBitButPartsOfSeconds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := valuetest.DrawType(t, 2)
		v := value.Value{}
		if rapid.IntRange(0, 9).Draw(t, "null") > 0 {
			v = valuetest.DrawValue(t, typ)
		}
		got, err := protovalue.FromFeast(message(t, v, typ), typ)
		if err != nil {
			t.Fatalf("%s %v: %v", typ, v, err)
		}
		if want := floored(v); !got.Identical(want) {
			t.Fatalf("%s: got %v, want %v", typ, got, want)
		}
	})
}

func TestFeastMembersAreFeasts(t *testing.T) {
	t.Parallel()
	array := func(k value.Kind, parts ...value.Value) (value.Value, value.Type) {
		return value.OfList(value.Array, parts), value.ArrayOf(value.Scalar(k))
	}
	one := func(v value.Value) (value.Value, value.Type) { return v, value.Scalar(v.Kind()) }
	check := func(v value.Value, typ value.Type) func(want *typespb.Value) {
		return func(want *typespb.Value) {
			t.Helper()
			if got := message(t, v, typ); !proto.Equal(got, want) {
				t.Errorf("%s %v: got %v, want %v", typ, v, got, want)
			}
		}
	}
	check(value.Value{}, value.Scalar(value.Int64))(&typespb.Value{})
	check(one(value.OfInt64(1<<53 + 1)))(&typespb.Value{Val: &typespb.Value_Int64Val{Int64Val: 1<<53 + 1}})
	check(one(value.OfInt64(0)))(&typespb.Value{Val: &typespb.Value_Int64Val{}})
	check(one(value.OfInt32(-1)))(&typespb.Value{Val: &typespb.Value_Int32Val{Int32Val: -1}})
	check(one(value.OfFloat64(math.Copysign(0, -1))))(&typespb.Value{Val: &typespb.Value_DoubleVal{DoubleVal: math.Copysign(0, -1)}})
	check(one(value.OfFloat32(1.5)))(&typespb.Value{Val: &typespb.Value_FloatVal{FloatVal: 1.5}})
	check(one(value.OfString("")))(&typespb.Value{Val: &typespb.Value_StringVal{}})
	check(one(value.OfInstant(-1)))(&typespb.Value{Val: &typespb.Value_UnixTimestampVal{UnixTimestampVal: -1}})
	check(one(value.OfDate(1)))(&typespb.Value{Val: &typespb.Value_StringVal{StringVal: "1970-01-02"}})
	check(one(value.OfText(value.Decimal, "1.50")))(&typespb.Value{Val: &typespb.Value_DecimalVal{DecimalVal: "1.50"}})
	check(one(value.OfText(value.Json, "{}")))(&typespb.Value{Val: &typespb.Value_JsonVal{JsonVal: "{}"}})
	check(one(value.OfUuid([16]byte{15: 1})))(&typespb.Value{Val: &typespb.Value_UuidVal{UuidVal: "00000000-0000-0000-0000-000000000001"}})
	check(array(value.Int64, value.OfInt64(1), value.OfInt64(-1)))(&typespb.Value{Val: &typespb.Value_Int64ListVal{Int64ListVal: &typespb.Int64List{Val: []int64{1, -1}}}})
	check(array(value.Int64))(&typespb.Value{Val: &typespb.Value_Int64ListVal{Int64ListVal: &typespb.Int64List{}}})
	check(array(value.Int64, value.Value{}))(&typespb.Value{Val: &typespb.Value_ListVal{ListVal: &typespb.RepeatedValue{Val: []*typespb.Value{{}}}}})
}

func TestFromFeastRefusesWhatWouldLoseInformation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m    *typespb.Value
		t    value.Type
		want errs.Code
	}{
		"a fraction for an Int64":    {&typespb.Value{Val: &typespb.Value_DoubleVal{DoubleVal: 1.5}}, value.Scalar(value.Int64), errs.OutOfRange},
		"2^53+1 for a Float64":       {&typespb.Value{Val: &typespb.Value_Int64Val{Int64Val: 1<<53 + 1}}, value.Scalar(value.Float64), errs.OutOfRange},
		"a text for an Int64":        {&typespb.Value{Val: &typespb.Value_StringVal{StringVal: "1"}}, value.Scalar(value.Int64), errs.InvalidArgument},
		"a number for a time":        {&typespb.Value{Val: &typespb.Value_Int64Val{Int64Val: 1}}, value.Scalar(value.UnixTimestamp), errs.InvalidArgument},
		"nanoseconds for seconds":    {&typespb.Value{Val: &typespb.Value_UnixTimestampVal{UnixTimestampVal: 1e18}}, value.Scalar(value.UnixTimestamp), errs.OutOfRange},
		"a text that is no JSON":     {&typespb.Value{Val: &typespb.Value_JsonVal{JsonVal: "{"}}, value.Scalar(value.Json), errs.InvalidArgument},
		"a time with a zone":         {&typespb.Value{Val: &typespb.Value_ZonedTimestampVal{ZonedTimestampVal: &typespb.ZonedTimestamp{}}}, value.Scalar(value.UnixTimestamp), errs.InvalidArgument},
		"a field that is not known":  {&typespb.Value{Val: &typespb.Value_StructVal{StructVal: &typespb.Map{Val: map[string]*typespb.Value{"b": {}}}}}, value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "a", Type: value.Scalar(value.Int64)}}}, errs.InvalidArgument},
		"a map for a scalar":         {&typespb.Value{Val: &typespb.Value_MapVal{MapVal: &typespb.Map{}}}, value.Scalar(value.Int64), errs.InvalidArgument},
		"two numbers for a Vector 3": {&typespb.Value{Val: &typespb.Value_FloatListVal{FloatListVal: &typespb.FloatList{Val: []float32{1, 2}}}}, value.Type{Kind: value.Vector, Length: 3}, errs.OutOfRange},
	} {
		if v, err := protovalue.FromFeast(c.m, c.t); errs.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, %v, want %v", name, v, err, c.want)
		}
	}
}
