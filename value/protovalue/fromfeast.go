package protovalue

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/api/feast/types"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// FromFeast returns the value of type t that m says. A message without a member set is null, for every type. The kind that
// the member has is converted by value.Convert, so that loss is an error; a struct or a map is read by the names of the
// fields: those that are absent are null, and there must be no others.
//
// Errors: OutOfRange where information would be lost, InvalidArgument for a member that is no value of the type, or that
// is not supported (lists of maps, maps with keys that are no strings, timestamps with a zone).
func FromFeast(m *typespb.Value, t value.Type) (value.Value, error) {
	v, err := fromFeast(m, t)
	if err != nil {
		return value.Value{}, err
	}
	return value.Convert(v, t)
}

// fromFeast returns the value as the kind that the member has; of nested types, with elements of the kinds of t.
func fromFeast(m *typespb.Value, t value.Type) (value.Value, error) {
	switch x := m.GetVal().(type) {
	case nil, *typespb.Value_NullVal:
		return value.Value{}, nil
	case *typespb.Value_BytesVal:
		return value.OfBytes(x.BytesVal), nil
	case *typespb.Value_StringVal:
		return value.OfString(x.StringVal), nil
	case *typespb.Value_Int32Val:
		return value.OfInt32(x.Int32Val), nil
	case *typespb.Value_Int64Val:
		return value.OfInt64(x.Int64Val), nil
	case *typespb.Value_DoubleVal:
		return value.OfFloat64(x.DoubleVal), nil
	case *typespb.Value_FloatVal:
		return value.OfFloat32(x.FloatVal), nil
	case *typespb.Value_BoolVal:
		return value.OfBool(x.BoolVal), nil
	case *typespb.Value_UnixTimestampVal:
		return ofSeconds(x.UnixTimestampVal)
	case *typespb.Value_JsonVal:
		return ofJSON(x.JsonVal)
	case *typespb.Value_UuidVal:
		return value.ParseUuid(x.UuidVal)
	case *typespb.Value_TimeUuidVal:
		return value.ParseUuid(x.TimeUuidVal)
	case *typespb.Value_DecimalVal:
		return value.ParseDecimal(x.DecimalVal)
	case *typespb.Value_MapVal:
		return ofEntries(x.MapVal, t)
	case *typespb.Value_StructVal:
		return ofEntries(x.StructVal, t)
	case *typespb.Value_ListVal:
		return ofValues(x.ListVal, t)
	case *typespb.Value_SetVal:
		return ofValues(x.SetVal, t)
	}
	return ofTypedList(m)
}

// ofTypedList returns a list or set of one kind as an Array.
func ofTypedList(m *typespb.Value) (value.Value, error) {
	switch x := m.GetVal().(type) {
	case *typespb.Value_BytesListVal:
		return arrayOf(x.BytesListVal.GetVal(), of(value.OfBytes))
	case *typespb.Value_BytesSetVal:
		return arrayOf(x.BytesSetVal.GetVal(), of(value.OfBytes))
	case *typespb.Value_StringListVal:
		return arrayOf(x.StringListVal.GetVal(), of(value.OfString))
	case *typespb.Value_StringSetVal:
		return arrayOf(x.StringSetVal.GetVal(), of(value.OfString))
	case *typespb.Value_Int32ListVal:
		return arrayOf(x.Int32ListVal.GetVal(), of(value.OfInt32))
	case *typespb.Value_Int32SetVal:
		return arrayOf(x.Int32SetVal.GetVal(), of(value.OfInt32))
	case *typespb.Value_Int64ListVal:
		return arrayOf(x.Int64ListVal.GetVal(), of(value.OfInt64))
	case *typespb.Value_Int64SetVal:
		return arrayOf(x.Int64SetVal.GetVal(), of(value.OfInt64))
	case *typespb.Value_DoubleListVal:
		return arrayOf(x.DoubleListVal.GetVal(), of(value.OfFloat64))
	case *typespb.Value_DoubleSetVal:
		return arrayOf(x.DoubleSetVal.GetVal(), of(value.OfFloat64))
	case *typespb.Value_FloatListVal:
		return arrayOf(x.FloatListVal.GetVal(), of(value.OfFloat32))
	case *typespb.Value_FloatSetVal:
		return arrayOf(x.FloatSetVal.GetVal(), of(value.OfFloat32))
	case *typespb.Value_BoolListVal:
		return arrayOf(x.BoolListVal.GetVal(), of(value.OfBool))
	case *typespb.Value_BoolSetVal:
		return arrayOf(x.BoolSetVal.GetVal(), of(value.OfBool))
	case *typespb.Value_UnixTimestampListVal:
		return arrayOf(x.UnixTimestampListVal.GetVal(), ofSeconds)
	case *typespb.Value_UnixTimestampSetVal:
		return arrayOf(x.UnixTimestampSetVal.GetVal(), ofSeconds)
	case *typespb.Value_JsonListVal:
		return arrayOf(x.JsonListVal.GetVal(), ofJSON)
	case *typespb.Value_UuidListVal:
		return arrayOf(x.UuidListVal.GetVal(), value.ParseUuid)
	case *typespb.Value_UuidSetVal:
		return arrayOf(x.UuidSetVal.GetVal(), value.ParseUuid)
	case *typespb.Value_TimeUuidListVal:
		return arrayOf(x.TimeUuidListVal.GetVal(), value.ParseUuid)
	case *typespb.Value_TimeUuidSetVal:
		return arrayOf(x.TimeUuidSetVal.GetVal(), value.ParseUuid)
	case *typespb.Value_DecimalListVal:
		return arrayOf(x.DecimalListVal.GetVal(), value.ParseDecimal)
	case *typespb.Value_DecimalSetVal:
		return arrayOf(x.DecimalSetVal.GetVal(), value.ParseDecimal)
	}
	name := strings.TrimPrefix(fmt.Sprintf("%T", m.GetVal()), "*typespb.Value_")
	return value.Value{}, errs.New(errs.InvalidArgument, "values of the form %s are not supported", name).WithID("T0115")
}

// of is a conversion that never fails.
func of[T any](convert func(T) value.Value) func(T) (value.Value, error) {
	return func(x T) (value.Value, error) { return convert(x), nil }
}

func arrayOf[T any](items []T, convert func(T) (value.Value, error)) (value.Value, error) {
	parts := make([]value.Value, len(items))
	for i, x := range items {
		var err error
		if parts[i], err = convert(x); err != nil {
			return value.Value{}, err
		}
	}
	return value.OfList(value.Array, parts), nil
}

func ofSeconds(n int64) (value.Value, error) {
	i, err := eventtime.FromUnit(n, eventtime.Seconds)
	return value.OfInstant(i), err
}

func ofJSON(text string) (value.Value, error) {
	return value.OfText(value.Json, text), jsonvalue.Valid([]byte(text))
}

// ofValues returns a list of any values as an Array of the element type of t.
func ofValues(m *typespb.RepeatedValue, t value.Type) (value.Value, error) {
	elem := value.Scalar(value.Float32)
	if t.Elem != nil {
		elem = *t.Elem
	}
	return arrayOf(m.GetVal(), func(v *typespb.Value) (value.Value, error) { return FromFeast(v, elem) })
}

// ofEntries returns a map as a Map or a Struct, whichever t is.
func ofEntries(m *typespb.Map, t value.Type) (value.Value, error) {
	switch t.Kind {
	case value.Struct:
		return ofFields(m, t)
	case value.Map:
		names := make([]string, 0, len(m.GetVal()))
		for name := range m.GetVal() {
			names = append(names, name)
		}
		slices.SortFunc(names, cmp.Compare[string])
		parts := make([]value.Value, 0, 2*len(names))
		for _, name := range names {
			v, err := FromFeast(m.GetVal()[name], *t.Elem)
			if err != nil {
				return value.Value{}, err
			}
			parts = append(parts, value.OfString(name), v)
		}
		return value.OfList(value.Map, parts), nil
	}
	return value.Value{}, errs.New(errs.InvalidArgument, "expected %s, got a map", t).WithID("T0115")
}

func ofFields(m *typespb.Map, t value.Type) (value.Value, error) {
	parts, known := make([]value.Value, len(t.Fields)), 0
	for i, f := range t.Fields {
		x, ok := m.GetVal()[f.Name]
		if !ok {
			continue
		}
		known++
		var err error
		if parts[i], err = FromFeast(x, f.Type); err != nil {
			return value.Value{}, err
		}
	}
	if known < len(m.GetVal()) {
		return value.Value{}, errs.New(errs.InvalidArgument, "expected %s, got a map with other fields", t).WithID("T0115")
	}
	return value.OfList(value.Struct, parts), nil
}
