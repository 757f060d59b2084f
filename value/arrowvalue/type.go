package arrowvalue

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/extensions"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// typeKey names the field metadata under which ArrowField keeps a type that Arrow's own types cannot tell.
const typeKey = "truepoint.type"

// scalarKinds maps Arrow types to the kind that holds all of their values, except that a uint64 above 2^63−1 is an
// error of ToColumn. A column of nulls only is a String.
var scalarKinds = map[arrow.Type]value.Kind{
	arrow.NULL: value.String, arrow.BOOL: value.Bool,
	arrow.INT8: value.Int32, arrow.INT16: value.Int32, arrow.INT32: value.Int32, arrow.INT64: value.Int64,
	arrow.UINT8: value.Int32, arrow.UINT16: value.Int32, arrow.UINT32: value.Int64, arrow.UINT64: value.Int64,
	arrow.FLOAT16: value.Float32, arrow.FLOAT32: value.Float32, arrow.FLOAT64: value.Float64,
	arrow.STRING: value.String, arrow.LARGE_STRING: value.String, arrow.STRING_VIEW: value.String,
	arrow.BINARY: value.Bytes, arrow.LARGE_BINARY: value.Bytes, arrow.BINARY_VIEW: value.Bytes,
	arrow.FIXED_SIZE_BINARY: value.Bytes,
	arrow.TIMESTAMP:         value.UnixTimestamp, arrow.DATE32: value.Date, arrow.DATE64: value.Date,
	arrow.DECIMAL32: value.Decimal, arrow.DECIMAL64: value.Decimal, arrow.DECIMAL128: value.Decimal, arrow.DECIMAL256: value.Decimal,
}

// TypeOf returns the type that holds every value of dt: integers widen to Int32 or Int64, lists become Array (a list of
// float32 with a fixed length Vector), dictionaries the type of their values. Errors: InvalidArgument for a type that
// has no counterpart, such as a time of day, an interval, a union, or a map whose keys are not strings.
func TypeOf(dt arrow.DataType) (value.Type, error) {
	if k, ok := scalarKinds[dt.ID()]; ok {
		return value.Scalar(k), nil
	}
	switch dt := dt.(type) {
	case *arrow.DictionaryType:
		return TypeOf(dt.ValueType)
	case arrow.ExtensionType:
		switch dt.ExtensionName() {
		case "arrow.uuid":
			return value.Scalar(value.Uuid), nil
		case "arrow.json":
			return value.Scalar(value.Json), nil
		case "arrow.bool8":
			return value.Scalar(value.Bool), nil
		}
		return TypeOf(dt.StorageType())
	case *arrow.MapType:
		elem, err := TypeOf(dt.ItemType())
		if key, keyErr := TypeOf(dt.KeyType()); err == nil && keyErr == nil && key.Kind == value.String {
			return value.MapOf(elem), nil
		}
	case *arrow.StructType:
		t := value.Type{Kind: value.Struct}
		for _, f := range dt.Fields() {
			ft, err := TypeOfField(f)
			if err != nil {
				return value.Type{}, err
			}
			t.Fields = append(t.Fields, value.Field{Name: f.Name, Type: ft})
		}
		return t, nil
	case *arrow.FixedSizeListType:
		if dt.Elem().ID() == arrow.FLOAT32 && dt.Len() > 0 {
			return value.Type{Kind: value.Vector, Length: int(dt.Len())}, nil
		}
		return listOf(dt.Elem())
	case arrow.ListLikeType:
		return listOf(dt.Elem())
	}
	return value.Type{}, errs.New(errs.InvalidArgument, "the Arrow type %s has no counterpart", dt).WithID("T0116").
		WithHint("convert the column in the source")
}

func listOf(elem arrow.DataType) (value.Type, error) {
	t, err := TypeOf(elem)
	if err != nil {
		return value.Type{}, err
	}
	return value.ArrayOf(t), nil
}

// TypeOfField returns the type that ArrowField recorded in f, or else TypeOf its Arrow type.
func TypeOfField(f arrow.Field) (value.Type, error) {
	if text, ok := f.Metadata.GetValue(typeKey); ok {
		if t, err := value.ParseType(text); err == nil {
			return t, nil
		}
	}
	return TypeOf(f.Type)
}

var scalarTypes = map[value.Kind]arrow.DataType{
	value.Bool: arrow.FixedWidthTypes.Boolean, value.Int32: arrow.PrimitiveTypes.Int32, value.Int64: arrow.PrimitiveTypes.Int64,
	value.Float32: arrow.PrimitiveTypes.Float32, value.Float64: arrow.PrimitiveTypes.Float64,
	value.String: arrow.BinaryTypes.String, value.Bytes: arrow.BinaryTypes.Binary,
	value.UnixTimestamp: arrow.FixedWidthTypes.Timestamp_us, value.Date: arrow.FixedWidthTypes.Date32,
	value.Decimal: arrow.BinaryTypes.String, value.Json: arrow.BinaryTypes.String,
}

// ArrowType returns the Arrow type that t is written as: UnixTimestamp as timestamp[us, UTC], Date as date32, Uuid as
// the extension arrow.uuid, Decimal and Json as utf8 text, Array and Set as list, Vector as a list of fixed size.
func ArrowType(t value.Type) arrow.DataType {
	switch t.Kind {
	case value.Uuid:
		return extensions.NewUUIDType()
	case value.Array, value.Set:
		return arrow.ListOf(ArrowType(*t.Elem))
	case value.Vector:
		return arrow.FixedSizeListOf(int32(t.Length), arrow.PrimitiveTypes.Float32)
	case value.Map:
		return arrow.MapOf(arrow.BinaryTypes.String, ArrowType(*t.Elem))
	case value.Struct:
		fields := make([]arrow.Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = ArrowField(f)
		}
		return arrow.StructOf(fields...)
	}
	return scalarTypes[t.Kind]
}

// ArrowField returns the nullable Arrow field for f. Its metadata says the type where Arrow's cannot (Decimal, Json,
// Set), so that TypeOfField reads it back.
func ArrowField(f value.Field) arrow.Field {
	out := arrow.Field{Name: f.Name, Type: ArrowType(f.Type), Nullable: true}
	if back, err := TypeOf(out.Type); err != nil || !back.Equal(f.Type) {
		out.Metadata = arrow.NewMetadata([]string{typeKey}, []string{f.Type.String()})
	}
	return out
}

// SchemaOf returns the Arrow schema for fields.
func SchemaOf(fields []value.Field) *arrow.Schema {
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		out[i] = ArrowField(f)
	}
	return arrow.NewSchema(out, nil)
}
