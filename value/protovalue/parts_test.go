package protovalue_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/protovalue"
	"github.com/truepoint/truepoint/value/valuetest"
)

// partsOf returns values as they stand in rows, with bytes behind each that belong to others.
func partsOf(t rapid.TB, typ *value.Type, values []value.Value) [][]byte {
	t.Helper()
	out := make([][]byte, len(values))
	for i, v := range values {
		if v.IsNull() {
			continue
		}
		b, err := value.AppendPart(nil, typ, v)
		if err != nil {
			t.Fatalf("%s %v: %v", typ, v, err)
		}
		if len(b) == 0 {
			t.Fatalf("%s %v has no bytes, as a null", typ, v)
		}
		out[i] = append(b, "behind"...)[:len(b)]
	}
	return out
}

func TestPartsAreWrittenAsTheirValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := valuetest.DrawType(t, 2)
		n := rapid.IntRange(0, 5).Draw(t, "rows")
		values := valuetest.DrawParts(t, n, func(int) value.Type { return typ })
		parts := partsOf(t, &typ, values)
		got, want := protovalue.AppendParts([]byte("x"), &typ, parts), protovalue.AppendColumn([]byte("x"), &typ, n, column(typ, values))
		if !bytes.Equal(got, want) {
			t.Fatalf("%s %v as a column:\n got %x\nwant %x", typ, values, got, want)
		}
		for i, v := range values {
			if got, want := protovalue.AppendFeastPart(nil, parts[i], &typ), protovalue.AppendFeast(nil, v, &typ); !bytes.Equal(got, want) {
				t.Fatalf("%s %v as Feast's value:\n got %x\nwant %x", typ, v, got, want)
			}
		}
	})
}

func TestPartsOfScalarsAndListsCostNoMemory(t *testing.T) {
	vector := value.Type{Kind: value.Vector, Length: 2}
	for _, c := range []struct {
		t value.Type
		v value.Value
	}{
		{value.Scalar(value.Float64), value.OfFloat64(0.5)},
		{value.Scalar(value.String), value.OfString("a text")},
		{value.Scalar(value.Uuid), value.OfUuid([16]byte{1})},
		{vector, value.OfList(value.Vector, []value.Value{value.OfFloat32(1), value.OfFloat32(2)})},
		{value.ArrayOf(value.Scalar(value.String)), value.OfList(value.Array, []value.Value{value.OfString("a"), {}})},
	} {
		parts, buffer := partsOf(t, &c.t, []value.Value{c.v, {}}), make([]byte, 0, 256)
		if n := testing.AllocsPerRun(20, func() { protovalue.AppendParts(buffer, &c.t, parts) }); n != 0 {
			t.Errorf("%s: %v allocations", c.t, n)
		}
	}
}
