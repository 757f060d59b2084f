package arrowvalue

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// A reader returns item i of an array, which is not null, as a value of one type.
type reader func(i int) (value.Value, error)

// newReader returns a reader of arr's items as values of type want. Errors: InvalidArgument when there is no conversion.
func newReader(arr arrow.Array, want value.Type, opt *Options) (reader, error) {
	switch a := arr.(type) {
	case *array.Dictionary:
		read, err := newReader(a.Dictionary(), want, opt)
		return func(i int) (value.Value, error) {
			if at := a.GetValueIndex(i); a.Dictionary().IsValid(at) {
				return read(at)
			}
			return value.Value{}, nil
		}, err
	case array.ExtensionArray:
		storage, err := extension(a, want, opt)
		return storage, err
	}
	have, err := TypeOf(arr.DataType())
	if err != nil {
		return nil, err
	}
	if want.Kind == value.Json && have.Nested() {
		return nestedAsJSON(arr, have, opt)
	}
	switch {
	case want.Kind == value.Struct && have.Kind == value.Struct:
		return structReader(arr.(*array.Struct), want, opt)
	case want.Kind == value.Map && have.Kind == value.Map:
		return mapReader(arr.(*array.Map), want, opt)
	case isList(want) && isList(have):
		return listReader(arr.(array.ListLike), want, opt)
	case want.Nested() || have.Nested():
		return nil, noConversion(have, want)
	}
	return scalarReader(arr, want, opt)
}

func isList(t value.Type) bool {
	return t.Kind == value.Array || t.Kind == value.Set || t.Kind == value.Vector
}

func noConversion(have, want value.Type) error {
	return errs.New(errs.InvalidArgument, "%s cannot be read as %s", have, want).WithID("T0116").
		WithHint("declare the type that the data has, or convert it in the source")
}

// extension reads the storage of an extension array; UUIDs become Uuid first.
func extension(a array.ExtensionArray, want value.Type, opt *Options) (reader, error) {
	dt := a.DataType().(arrow.ExtensionType)
	if dt.ExtensionName() != "arrow.uuid" || want.Kind == value.Uuid || want.Kind == value.Bytes {
		return newReader(a.Storage(), want, opt)
	}
	read, err := newReader(a.Storage(), value.Scalar(value.Uuid), opt)
	return func(i int) (value.Value, error) {
		v, err := read(i)
		if err != nil {
			return v, err
		}
		return value.Convert(v, want)
	}, err
}

// scalarReader reads a scalar in the array's own kind and converts it.
func scalarReader(arr arrow.Array, want value.Type, opt *Options) (reader, error) {
	own, kind := ownReader(arr, opt)
	switch {
	case own == nil:
		return nil, errs.New(errs.InvalidArgument, "the Arrow type %s cannot be read", arr.DataType()).WithID("T0116")
	case want.Kind == value.UnixTimestamp && (kind == value.Int32 || kind == value.Int64):
		return func(i int) (value.Value, error) {
			v, err := own(i)
			if err != nil {
				return v, err
			}
			return opt.fromNumber(v.Int())
		}, nil
	case want.Kind == value.UnixTimestamp && kind == value.String:
		return func(i int) (value.Value, error) {
			v, err := own(i)
			if err != nil {
				return v, err
			}
			t, err := eventtime.Parse(v.Text(), opt.Location)
			return value.OfInstant(t), err
		}, nil
	case want.Kind == value.Json && kind == value.String:
		return func(i int) (value.Value, error) {
			v, err := own(i)
			if err == nil {
				err = jsonvalue.Valid([]byte(v.Text()))
			}
			return value.OfText(value.Json, v.Text()), err
		}, nil
	case arr.DataType().ID() == arrow.NULL:
		return own, nil
	case kind == want.Kind:
		return own, nil
	case !value.Convertible(kind, want.Kind):
		return nil, noConversion(value.Scalar(kind), want)
	}
	return func(i int) (value.Value, error) {
		v, err := own(i)
		if err != nil {
			return v, err
		}
		return value.Convert(v, want)
	}, nil
}

// listReader reads lists of every layout as Array, Set or Vector.
func listReader(a array.ListLike, want value.Type, opt *Options) (reader, error) {
	elem := value.Scalar(value.Float32)
	if want.Kind != value.Vector {
		elem = *want.Elem
	}
	items := a.ListValues()
	read, err := newReader(items, elem, opt)
	if err != nil {
		return nil, err
	}
	return func(i int) (value.Value, error) {
		start, end := a.ValueOffsets(i)
		if end-start > value.ElementsMax {
			return value.Value{}, tooMany(end - start)
		}
		parts := make([]value.Value, end-start)
		for j := range parts {
			at := int(start) + j
			if items.IsNull(at) {
				continue
			}
			var err error
			if parts[j], err = read(at); err != nil {
				return value.Value{}, errs.Wrap(err, errs.CodeOf(err), "element %d", j)
			}
		}
		return value.Convert(value.OfList(value.Array, parts), want)
	}, nil
}

func tooMany(n int64) error {
	return errs.New(errs.OutOfRange, "%d elements are more than the %d that a value can have", n, value.ElementsMax).WithID("T0116")
}

// mapReader reads maps with string keys; of a key that occurs twice the row is refused.
func mapReader(a *array.Map, want value.Type, opt *Options) (reader, error) {
	keys, err := newReader(a.Keys(), value.Scalar(value.String), opt)
	if err != nil {
		return nil, err
	}
	items, err := newReader(a.Items(), *want.Elem, opt)
	if err != nil {
		return nil, err
	}
	return func(i int) (value.Value, error) {
		start, end := a.ValueOffsets(i)
		if end-start > value.ElementsMax {
			return value.Value{}, tooMany(end - start)
		}
		entries := make([][2]value.Value, end-start)
		for j := range entries {
			at := int(start) + j
			var err error
			if entries[j][0], err = keys(at); err == nil && a.Items().IsValid(at) {
				entries[j][1], err = items(at)
			}
			if err != nil {
				return value.Value{}, errs.Wrap(err, errs.CodeOf(err), "entry %d", j)
			}
		}
		return makeMap(entries)
	}, nil
}

func makeMap(entries [][2]value.Value) (value.Value, error) {
	slices.SortFunc(entries, func(a, b [2]value.Value) int { return value.Compare(a[0], b[0]) })
	parts := make([]value.Value, 0, 2*len(entries))
	for j, e := range entries {
		if j > 0 && e[0].Text() == entries[j-1][0].Text() {
			return value.Value{}, errs.New(errs.InvalidArgument, "the map key %.64q is repeated", e[0].Text()).WithID("T0116")
		}
		parts = append(parts, e[0], e[1])
	}
	return value.OfList(value.Map, parts), nil
}

// structReader reads structs by the names of their fields: a field that the data lacks is null, one that the type
// lacks is an error.
func structReader(a *array.Struct, want value.Type, opt *Options) (reader, error) {
	dt := a.DataType().(*arrow.StructType)
	reads := make([]reader, len(want.Fields))
	columns := make([]arrow.Array, len(want.Fields))
	for at, f := range dt.Fields() {
		i := slices.IndexFunc(want.Fields, func(w value.Field) bool { return w.Name == f.Name })
		if i < 0 {
			return nil, errs.New(errs.InvalidArgument, "the data has a field %q that %s lacks", f.Name, want).WithID("T0116")
		}
		var err error
		columns[i] = a.Field(at)
		if reads[i], err = newReader(columns[i], want.Fields[i].Type, opt); err != nil {
			return nil, err
		}
	}
	return func(i int) (value.Value, error) {
		parts := make([]value.Value, len(reads))
		for j, read := range reads {
			if read == nil || columns[j].IsNull(i) {
				continue
			}
			var err error
			if parts[j], err = read(i); err != nil {
				return value.Value{}, errs.Wrap(err, errs.CodeOf(err), "field %q", want.Fields[j].Name)
			}
		}
		return value.OfList(value.Struct, parts), nil
	}, nil
}

// nestedAsJSON reads a nested value and writes it as JSON text, times as RFC 3339.
func nestedAsJSON(arr arrow.Array, have value.Type, opt *Options) (reader, error) {
	read, err := newReader(arr, have, opt)
	return func(i int) (value.Value, error) {
		v, err := read(i)
		return value.OfText(value.Json, string(jsonvalue.AppendOwnTyped(nil, v, have))), err
	}, err
}

// cloneText returns a String that shares no memory with an array. Errors: InvalidArgument for invalid UTF-8.
func cloneText(s string) (value.Value, error) {
	if !utf8.ValidString(s) {
		return value.Value{}, notUTF8()
	}
	return value.OfString(strings.Clone(s)), nil
}
