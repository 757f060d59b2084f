package protovalue_test

import (
	"bytes"
	"regexp"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/api/truepoint/v1"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
	"github.com/truepoint/truepoint/value/valuetest"
)

// lengths are those of Vectors, which stand in their values alone: where all are null, they are not known.
var lengths = regexp.MustCompile(`\([0-9]+\)`)

func column(t value.Type, values []value.Value) *value.Column {
	c := value.NewColumn(t, len(values))
	for _, v := range values {
		c.Append(v)
	}
	return c
}

func TestColumnRoundTripKeepsTypeAndEveryBit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := valuetest.DrawType(t, 2)
		n := rapid.IntRange(1, 5).Draw(t, "rows")
		values := valuetest.DrawParts(t, n, func(int) value.Type { return typ })
		b := protovalue.AppendColumn(nil, &typ, n, column(typ, values))
		m := &truepointv1.Values{}
		if err := proto.Unmarshal(b, m); err != nil {
			t.Fatal(err)
		}
		if again, err := (proto.MarshalOptions{Deterministic: true}).Marshal(m); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%s %v\n got %x\nprotobuf writes %x, %v", typ, values, b, again, err)
		}
		got, err := protovalue.FromColumn(m)
		if err != nil {
			t.Fatalf("%s %v: %v", typ, values, err)
		}
		if got.Len() != n {
			t.Fatalf("%s: got %d values, want %d", typ, got.Len(), n)
		}
		for i, v := range values {
			if !got.At(i).Identical(v) {
				t.Fatalf("%s: value %d is %v, want %v", typ, i, got.At(i), v)
			}
		}
		if got, want := lengths.ReplaceAllString(got.Type.String(), ""), lengths.ReplaceAllString(typ.String(), ""); got != want {
			t.Fatalf("got type %s, want %s", got, want)
		}
	})
}

func TestColumnOfFloatsIsTheArrayItself(t *testing.T) {
	t.Parallel()
	typ := value.Scalar(value.Float64)
	b := protovalue.AppendColumn(nil, &typ, 2, column(typ, []value.Value{value.OfFloat64(1), value.OfFloat64(2)}))
	want := []byte{1 << 3, 5, 7<<3 | 2, 16, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40}
	if !bytes.Equal(b, want) {
		t.Errorf("got %x, want %x", b, want)
	}
}

func TestFromColumnRefusesListsThatDoNotFit(t *testing.T) {
	t.Parallel()
	texts := &truepointv1.Values{Kind: truepointv1.Kind_KIND_STRING, Texts: []string{"b", "a"}}
	deep := texts
	for range 20 {
		deep = &truepointv1.Values{Kind: truepointv1.Kind_KIND_STRUCT, Fields: []string{"a"}, Parts: []*truepointv1.Values{deep}}
	}
	for name, m := range map[string]*truepointv1.Values{
		"nothing":                    nil,
		"no kind":                    {Longs: []int64{1}},
		"a kind of the future":       {Kind: 99},
		"a list of another kind":     {Kind: truepointv1.Kind_KIND_INT64, Ints: []int32{1}},
		"too many nulls":             {Kind: truepointv1.Kind_KIND_INT64, Longs: []int64{1}, Nulls: []bool{false, true}},
		"a time of year 31690":       {Kind: truepointv1.Kind_KIND_UNIX_TIMESTAMP, Longs: []int64{1e18}},
		"a date of year 5874":        {Kind: truepointv1.Kind_KIND_DATE, Ints: []int32{1 << 30}},
		"a UUID of 3 bytes":          {Kind: truepointv1.Kind_KIND_UUID, Blobs: [][]byte{{1, 2, 3}}},
		"a decimal with letters":     {Kind: truepointv1.Kind_KIND_DECIMAL, Texts: []string{"x"}},
		"JSON that is none":          {Kind: truepointv1.Kind_KIND_JSON, Texts: []string{"{"}},
		"an array without elements":  {Kind: truepointv1.Kind_KIND_ARRAY, Ends: []uint32{1}},
		"an array that goes back":    {Kind: truepointv1.Kind_KIND_ARRAY, Ends: []uint32{2, 1}, Parts: []*truepointv1.Values{texts}},
		"an array that ends late":    {Kind: truepointv1.Kind_KIND_ARRAY, Ends: []uint32{3}, Parts: []*truepointv1.Values{texts}},
		"an array that ends early":   {Kind: truepointv1.Kind_KIND_ARRAY, Ends: []uint32{1}, Parts: []*truepointv1.Values{texts}},
		"a null array with elements": {Kind: truepointv1.Kind_KIND_ARRAY, Ends: []uint32{2}, Nulls: []bool{true}, Parts: []*truepointv1.Values{texts}},
		"a vector of texts":          {Kind: truepointv1.Kind_KIND_VECTOR, Ends: []uint32{2}, Parts: []*truepointv1.Values{texts}},
		"keys that descend":          {Kind: truepointv1.Kind_KIND_MAP, Ends: []uint32{2}, Parts: []*truepointv1.Values{texts, texts}},
		"a map without values":       {Kind: truepointv1.Kind_KIND_MAP, Ends: []uint32{2}, Parts: []*truepointv1.Values{texts}},
		"a struct without fields":    {Kind: truepointv1.Kind_KIND_STRUCT},
		"a struct without names":     {Kind: truepointv1.Kind_KIND_STRUCT, Parts: []*truepointv1.Values{texts}},
		"values that are too deep":   deep,
	} {
		if c, err := protovalue.FromColumn(m); errs.CodeOf(err) != errs.InvalidArgument && errs.CodeOf(err) != errs.OutOfRange {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
}

func FuzzFromColumn(f *testing.F) {
	for _, m := range []*truepointv1.Values{
		{Kind: truepointv1.Kind_KIND_INT64, Longs: []int64{1, 2}, Nulls: []bool{false, true}},
		{Kind: truepointv1.Kind_KIND_ARRAY, Ends: []uint32{0, 1}, Parts: []*truepointv1.Values{{Kind: truepointv1.Kind_KIND_STRING, Texts: []string{"a"}}}},
		{Kind: truepointv1.Kind_KIND_STRUCT, Fields: []string{"a"}, Parts: []*truepointv1.Values{{Kind: truepointv1.Kind_KIND_BOOL, Bools: []bool{true}}}},
	} {
		b, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &truepointv1.Values{}
		if proto.Unmarshal(b, m) != nil {
			return
		}
		c, err := protovalue.FromColumn(m)
		if err != nil {
			return
		}
		again := &truepointv1.Values{}
		if err := proto.Unmarshal(protovalue.AppendColumn(nil, &c.Type, c.Len(), c), again); err != nil {
			t.Fatal(err)
		}
		d, err := protovalue.FromColumn(again)
		if err != nil {
			t.Fatalf("%v: %v", again, err)
		}
		for i := range c.Len() {
			if !d.At(i).Identical(c.At(i)) {
				t.Fatalf("value %d of %v became %v", i, c.At(i), d.At(i))
			}
		}
	})
}
