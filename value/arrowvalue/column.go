package arrowvalue

import (
	"math"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Options say how a source's arrays are to be read. The zero value reads naive times as UTC and refuses numbers as
// times.
type Options struct {
	Location *time.Location // zone of naive timestamps and time texts; nil is UTC
	Unit     eventtime.Unit // what numbers count that are read as UnixTimestamp; "" means not declared
	Times    bool           // the column holds event or created times: numbers are read by eventtime.MomentFromUnit
	Column   string         // name of the column, for errors
	FirstRow int64          // rows of the source before this array, for errors
}

// ToColumn replaces the rows of dst by those of arr, as values of dst.Type. The column shares no memory with arr. A
// float64 for a declared Float32 is rounded to the nearest; everything else that loses information is an error.
//
// Errors: with column and row, counted from 1: OutOfRange for a value that does not fit (overflow, a uint64 above
// 2^63−1, a fraction, a time outside the years 0001 to 9999 or not plausible), InvalidArgument for a text that does not
// say a value, for invalid UTF-8 and for a local time that does not exist; InvalidArgument with the column alone when
// the types have no conversion. dst then holds no meaning.
func ToColumn(dst *value.Column, arr arrow.Array, opt Options) error {
	dst.Resize(arr.Len())
	if done, err := fast(dst, arr, &opt); done || err != nil {
		return err
	}
	read, err := newReader(arr, dst.Type, &opt)
	if err != nil {
		return errs.Wrap(err, errs.CodeOf(err), "column %q", opt.Column)
	}
	for i := range arr.Len() {
		if arr.IsNull(i) {
			dst.SetNull(i)
			continue
		}
		v, err := read(i)
		if err != nil {
			return opt.rowError(i, err)
		}
		dst.Set(i, v)
	}
	return nil
}

func (o *Options) rowError(i int, err error) error {
	return errs.Wrap(err, errs.CodeOf(err), "row %d of column %q", o.FirstRow+int64(i)+1, o.Column)
}

// fast fills dst without a call per value where both sides are of fixed width, or both texts. done is false where the
// general way is needed.
func fast(dst *value.Column, arr arrow.Array, opt *Options) (done bool, err error) {
	switch a := arr.(type) {
	case *array.Int64:
		done = dst.Type.Kind == value.Int64 && copied(dst.Ints, a.Int64Values())
	case *array.Int32:
		done = (dst.Type.Kind == value.Int64 || dst.Type.Kind == value.Int32) && widened(dst.Ints, a.Int32Values())
	case *array.Int16:
		done = (dst.Type.Kind == value.Int64 || dst.Type.Kind == value.Int32) && widened(dst.Ints, a.Int16Values())
	case *array.Int8:
		done = (dst.Type.Kind == value.Int64 || dst.Type.Kind == value.Int32) && widened(dst.Ints, a.Int8Values())
	case *array.Float64:
		switch dst.Type.Kind {
		case value.Float64:
			done = copied(dst.Float64s, a.Float64Values())
		case value.Float32:
			return narrowed(dst, a, opt)
		}
	case *array.Float32:
		done = dst.Type.Kind == value.Float32 && copied(dst.Float32s, a.Float32Values())
	case *array.Date32:
		done = dst.Type.Kind == value.Date && widened(dst.Ints, a.Date32Values())
	case *array.Timestamp:
		if dst.Type.Kind == value.UnixTimestamp {
			return true, timestamps(dst, a, opt)
		}
	case array.StringLike:
		if dst.Type.Kind == value.String {
			return true, texts(dst, a, opt)
		}
	}
	if done {
		copyNulls(dst, arr)
	}
	return done, nil
}

func copied[T any](dst, src []T) bool {
	copy(dst, src)
	return true
}

func widened[T ~int8 | ~int16 | ~int32](dst []int64, src []T) bool {
	for i, n := range src {
		dst[i] = int64(n)
	}
	return true
}

// narrowed rounds float64 to float32.
func narrowed(dst *value.Column, a *array.Float64, opt *Options) (bool, error) {
	for i, f := range a.Float64Values() {
		dst.Float32s[i] = float32(f)
		if math.IsInf(float64(dst.Float32s[i]), 0) && !math.IsInf(f, 0) && a.IsValid(i) {
			_, err := value.Convert(value.OfFloat64(f), dst.Type)
			return true, opt.rowError(i, err)
		}
	}
	copyNulls(dst, a)
	return true, nil
}

// copyNulls marks the nulls of arr in dst and zeroes their items.
func copyNulls(dst *value.Column, arr arrow.Array) {
	if arr.NullN() == 0 {
		return
	}
	valid, offset := arr.NullBitmapBytes(), arr.Data().Offset()
	for i := range arr.Len() {
		if len(valid) > 0 && bitutil.BitIsSet(valid, offset+i) {
			continue
		}
		dst.SetNull(i)
		switch {
		case dst.Ints != nil:
			dst.Ints[i] = 0
		case dst.Float32s != nil:
			dst.Float32s[i] = 0
		case dst.Float64s != nil:
			dst.Float64s[i] = 0
		}
	}
}
