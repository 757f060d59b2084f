package protovalue

import (
	"slices"

	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// depthMax bounds how deep values may be nested.
const depthMax = 16

// FromColumn returns the column that m says, with the type that it says: a Vector is as long as its first value, and a
// list has as many values as the list of its kind is long. Errors: InvalidArgument for a kind that is missing or unknown,
// lists of different lengths or of another kind, and for items that are no values of it.
func FromColumn(m *truepointv1.Values) (*value.Column, error) { return fromColumn(m, 0) }

func fromColumn(m *truepointv1.Values, depth int) (*value.Column, error) {
	if depth > depthMax {
		return nil, errs.New(errs.InvalidArgument, "values are nested deeper than %d", depthMax).WithID("T0115")
	}
	kind := value.Kind(m.GetKind())
	if m.GetKind() <= 0 || m.GetKind() > truepointv1.Kind_KIND_VECTOR {
		return nil, errs.New(errs.InvalidArgument, "values have no kind that is known: %d", m.GetKind()).WithID("T0115").
			WithHint("set kind to that of the list that is given, such as KIND_INT64")
	}
	t := value.Scalar(kind)
	var parts []*value.Column
	for _, p := range m.GetParts() {
		c, err := fromColumn(p, depth+1)
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
	}
	if t.Nested() {
		var err error
		if t, err = nestedType(m, kind, parts); err != nil {
			return nil, err
		}
	}
	n := rowsOf(m, kind, parts)
	if err := checkLists(m, kind, n); err != nil {
		return nil, err
	}
	out := value.NewColumn(t, n)
	for i := range n {
		if len(m.GetNulls()) > 0 && m.Nulls[i] {
			out.Append(value.Value{})
			continue
		}
		v, err := item(m, &t, parts, i)
		if err != nil {
			return nil, errs.Wrap(err, errs.CodeOf(err), "value %d", i+1)
		}
		out.Append(v)
	}
	return out, nil
}

// A listLength is the length of one list of a Values, and the kinds that use it.
type listLength struct {
	name   string
	length int
	kinds  []value.Kind
}

func listLengths(m *truepointv1.Values) []listLength {
	return []listLength{
		{"bools", len(m.GetBools()), []value.Kind{value.Bool}},
		{"ints", len(m.GetInts()), []value.Kind{value.Int32, value.Date}},
		{"longs", len(m.GetLongs()), []value.Kind{value.Int64, value.UnixTimestamp}},
		{"floats", len(m.GetFloats()), []value.Kind{value.Float32}},
		{"doubles", len(m.GetDoubles()), []value.Kind{value.Float64}},
		{"texts", len(m.GetTexts()), []value.Kind{value.String, value.Decimal, value.Json}},
		{"blobs", len(m.GetBlobs()), []value.Kind{value.Bytes, value.Uuid}},
		{"ends", len(m.GetEnds()), []value.Kind{value.Array, value.Set, value.Vector, value.Map}},
	}
}

// rowsOf returns how many values m has.
func rowsOf(m *truepointv1.Values, kind value.Kind, parts []*value.Column) int {
	if kind == value.Struct {
		return parts[0].Len()
	}
	for _, l := range listLengths(m) {
		if slices.Contains(l.kinds, kind) {
			return l.length
		}
	}
	return 0
}

// checkLists refuses lists that the kind does not use, and lists of other lengths.
func checkLists(m *truepointv1.Values, kind value.Kind, n int) error {
	for _, l := range listLengths(m) {
		if l.length > 0 && !slices.Contains(l.kinds, kind) {
			return errs.New(errs.InvalidArgument, "values of kind %s have %s", kind, l.name).WithID("T0115")
		}
	}
	if len(m.GetNulls()) > 0 && len(m.GetNulls()) != n {
		return errs.New(errs.InvalidArgument, "%d values have %d nulls", n, len(m.GetNulls())).WithID("T0115").
			WithHint("leave nulls empty, or give one item per value")
	}
	return nil
}

// nestedType returns the type of nested values, and checks that their parts fit together.
func nestedType(m *truepointv1.Values, kind value.Kind, parts []*value.Column) (value.Type, error) {
	wrong := func(format string, args ...any) (value.Type, error) {
		return value.Type{}, errs.New(errs.InvalidArgument, "values of kind "+kind.String()+" "+format, args...).WithID("T0115")
	}
	t := value.Type{Kind: kind}
	if kind == value.Struct {
		if len(parts) == 0 || len(m.GetFields()) != len(parts) {
			return wrong("have %d parts and %d fields", len(parts), len(m.GetFields()))
		}
		for i, p := range parts {
			if p.Len() != parts[0].Len() {
				return wrong("have parts of %d and %d values", parts[0].Len(), p.Len())
			}
			t.Fields = append(t.Fields, value.Field{Name: m.Fields[i], Type: p.Type})
		}
		return t, nil
	}
	want := 1
	if kind == value.Map {
		want = 2
	}
	if len(parts) != want {
		return wrong("have %d parts, expected %d", len(parts), want)
	}
	last := uint32(0)
	for i, end := range m.GetEnds() {
		if kind == value.Vector && t.Length == 0 {
			t.Length = int(end)
		}
		null := i < len(m.GetNulls()) && m.Nulls[i]
		if end < last || null && end != last || kind == value.Vector && !null && end-last != uint32(t.Length) {
			return wrong("have the end %d after %d", end, last)
		}
		last = end
	}
	elem := &parts[want-1].Type
	switch {
	case parts[0].Len() != int(last) || parts[want-1].Len() != int(last):
		return wrong("end at %d and have parts of %d values", last, parts[want-1].Len())
	case elem.Nested(), kind == value.Vector && (elem.Kind != value.Float32 || parts[0].HasNulls()):
		return wrong("cannot hold %s", elem)
	case kind == value.Map && (parts[0].Type.Kind != value.String || parts[0].HasNulls()):
		return wrong("cannot have keys of %s", parts[0].Type)
	case kind != value.Vector:
		t.Elem = elem
	}
	return t, nil
}

// item returns value i, which is not null.
func item(m *truepointv1.Values, t *value.Type, parts []*value.Column, i int) (value.Value, error) {
	switch t.Kind {
	case value.Bool:
		return value.OfBool(m.Bools[i]), nil
	case value.Int32:
		return value.OfInt32(m.Ints[i]), nil
	case value.Date:
		_, err := value.Convert(value.OfDate(m.Ints[i]), value.Scalar(value.UnixTimestamp)) // which knows the range of days
		return value.OfDate(m.Ints[i]), err
	case value.Int64:
		return value.OfInt64(m.Longs[i]), nil
	case value.UnixTimestamp:
		at, err := eventtime.FromUnit(m.Longs[i], eventtime.Microseconds)
		return value.OfInstant(at), err
	case value.Float32:
		return value.OfFloat32(m.Floats[i]), nil
	case value.Float64:
		return value.OfFloat64(m.Doubles[i]), nil
	case value.String:
		return value.OfString(m.Texts[i]), nil
	case value.Decimal:
		return value.ParseDecimal(m.Texts[i])
	case value.Json:
		return value.OfText(value.Json, m.Texts[i]), jsonvalue.Valid([]byte(m.Texts[i]))
	case value.Bytes:
		return value.OfBytes(m.Blobs[i]), nil
	case value.Uuid:
		return value.Convert(value.OfBytes(m.Blobs[i]), *t)
	case value.Struct:
		fields := make([]value.Value, len(parts))
		for f, p := range parts {
			fields[f] = p.At(i)
		}
		return value.OfList(value.Struct, fields), nil
	}
	return nested(m, t, parts, i)
}

// nested returns value i of kind Array, Set, Vector or Map.
func nested(m *truepointv1.Values, t *value.Type, parts []*value.Column, i int) (value.Value, error) {
	from := uint32(0)
	if i > 0 {
		from = m.Ends[i-1]
	}
	var items []value.Value
	for at := int(from); at < int(m.Ends[i]); at++ {
		if t.Kind == value.Map {
			key := parts[0].At(at)
			if n := len(items); n > 0 && items[n-2].Text() >= key.Text() {
				return value.Value{}, errs.New(errs.InvalidArgument, "the keys of a map are not in ascending order").WithID("T0115")
			}
			items = append(items, key)
		}
		items = append(items, parts[len(parts)-1].At(at))
	}
	if t.Kind == value.Set {
		return value.MakeSet(*t.Elem, items), nil
	}
	return value.OfList(t.Kind, items), nil
}
