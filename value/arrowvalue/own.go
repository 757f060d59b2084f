package arrowvalue

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// ownReader returns a reader of a scalar array in the kind that TypeOf gives it; nil for an array that it does not know.
func ownReader(arr arrow.Array, opt *Options) (reader, value.Kind) {
	kind := scalarKinds[arr.DataType().ID()]
	switch a := arr.(type) {
	case *array.Null:
		return func(int) (value.Value, error) { return value.Value{}, nil }, kind
	case *array.Boolean:
		return func(i int) (value.Value, error) { return value.OfBool(a.Value(i)), nil }, kind
	case array.StringLike:
		return func(i int) (value.Value, error) { return cloneText(a.Value(i)) }, kind
	case interface{ Value(i int) []byte }:
		return func(i int) (value.Value, error) { return value.OfBytes(a.Value(i)), nil }, kind
	case *array.Timestamp:
		return timestampReader(a, opt), kind
	case *array.Date32:
		return func(i int) (value.Value, error) { return value.OfDate(int32(a.Value(i))), nil }, kind
	case *array.Date64:
		return func(i int) (value.Value, error) { return dateOfMillis(int64(a.Value(i))) }, kind
	}
	if read := decimalReader(arr); read != nil {
		return read, kind
	}
	return numberReader(arr), kind
}

// numberReader reads integers and floats.
func numberReader(arr arrow.Array) reader {
	switch a := arr.(type) {
	case *array.Int8:
		return func(i int) (value.Value, error) { return value.OfInt32(int32(a.Value(i))), nil }
	case *array.Int16:
		return func(i int) (value.Value, error) { return value.OfInt32(int32(a.Value(i))), nil }
	case *array.Int32:
		return func(i int) (value.Value, error) { return value.OfInt32(a.Value(i)), nil }
	case *array.Int64:
		return func(i int) (value.Value, error) { return value.OfInt64(a.Value(i)), nil }
	case *array.Uint8:
		return func(i int) (value.Value, error) { return value.OfInt32(int32(a.Value(i))), nil }
	case *array.Uint16:
		return func(i int) (value.Value, error) { return value.OfInt32(int32(a.Value(i))), nil }
	case *array.Uint32:
		return func(i int) (value.Value, error) { return value.OfInt64(int64(a.Value(i))), nil }
	case *array.Uint64:
		return func(i int) (value.Value, error) {
			n := a.Value(i)
			if n > math.MaxInt64 {
				return value.Value{}, errs.New(errs.OutOfRange, "%d does not fit into Int64", n).WithID("T0116")
			}
			return value.OfInt64(int64(n)), nil
		}
	case *array.Float16:
		return func(i int) (value.Value, error) { return value.OfFloat32(a.Value(i).Float32()), nil }
	case *array.Float32:
		return func(i int) (value.Value, error) { return value.OfFloat32(a.Value(i)), nil }
	case *array.Float64:
		return func(i int) (value.Value, error) { return value.OfFloat64(a.Value(i)), nil }
	}
	return nil
}

// timestampReader reads single timestamps as timestamps does.
func timestampReader(a *array.Timestamp, opt *Options) reader {
	dt := a.DataType().(*arrow.TimestampType)
	unit, local := unitOf(dt.Unit), localizer(dt, opt)
	return func(i int) (value.Value, error) {
		t, err := eventtime.FromUnit(int64(a.Value(i)), unit)
		if err == nil && local != nil {
			t, err = local.Instant(t)
		}
		return value.OfInstant(t), err
	}
}

// dateOfMillis reads a date64, which must be a whole day.
func dateOfMillis(n int64) (value.Value, error) {
	t, err := eventtime.FromUnit(n, eventtime.Milliseconds)
	if err != nil {
		return value.Value{}, err
	}
	return value.Convert(value.OfInstant(t), value.Scalar(value.Date))
}

// decimalReader reads decimals of every width as exact text, with as many digits after the point as the scale says.
func decimalReader(arr arrow.Array) reader {
	dt, ok := arr.DataType().(arrow.DecimalType)
	if !ok {
		return nil
	}
	scale := dt.GetScale()
	text := func(s string) (value.Value, error) { return value.ParseDecimal(s) }
	switch a := arr.(type) {
	case *array.Decimal32:
		return func(i int) (value.Value, error) { return text(a.Value(i).ToString(scale)) }
	case *array.Decimal64:
		return func(i int) (value.Value, error) { return text(a.Value(i).ToString(scale)) }
	case *array.Decimal128:
		return func(i int) (value.Value, error) { return text(a.Value(i).ToString(scale)) }
	case *array.Decimal256:
		return func(i int) (value.Value, error) { return text(a.Value(i).ToString(scale)) }
	}
	return nil
}
