package tablefile_test

import (
	"testing"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// nestedRow returns the item of row i of a column of a nested type: null, empty, or with up to four parts, some null.
func nestedRow(t value.Type, i int) value.Value {
	if i%7 == 0 {
		return value.Value{}
	}
	part := func(k int) value.Value {
		if (i+k)%5 == 0 {
			return value.Value{}
		}
		return value.OfInt64(int64(i * k))
	}
	switch t.Kind {
	case value.Vector:
		return value.OfList(value.Vector, []value.Value{value.OfFloat32(float32(i)), value.OfFloat32(-1), value.OfFloat32(0.5)})
	case value.Struct:
		return value.OfList(value.Struct, []value.Value{part(1), value.OfList(value.Array, []value.Value{part(2), part(3)})})
	}
	parts := make([]value.Value, i%5)
	for k := range parts {
		parts[k] = part(k)
	}
	return value.OfList(value.Array, parts)
}

func TestNestedColumnsStandBesideFlatOnesInEveryRowGroup(t *testing.T) {
	t.Parallel()
	const rows = 1<<17 + 1000
	int64s := value.Scalar(value.Int64)
	b := &value.Batch{}
	for _, f := range []value.Field{
		{Name: "list", Type: value.ArrayOf(int64s)},
		{Name: "vector", Type: value.Type{Kind: value.Vector, Length: 3}},
		{Name: "struct", Type: value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "a", Type: int64s}, {Name: "b", Type: value.ArrayOf(int64s)}}}},
	} {
		c := value.NewColumn(f.Type, rows)
		for i := range rows {
			c.Append(nestedRow(f.Type, i))
		}
		b.Add(f.Name, c)
	}
	flat := value.NewColumn(int64s, rows)
	for i := range rows {
		flat.Append(value.OfInt64(int64(i)))
	}
	b.Add("flat", flat)
	var parts []*value.Batch
	for _, span := range [][2]int{{0, 1}, {1, 70_000}, {70_000, rows}} {
		few := &value.Batch{}
		for i, c := range b.Columns {
			few.Add(b.Names[i], c.Slice(span[0], span[1]))
		}
		parts = append(parts, few)
	}
	text := encode(t, tablefile.Parquet, parts...)
	got, err := read("t.parquet", text, nil, wanted(b.Fields())...)
	if err != nil {
		t.Fatal(err)
	}
	library := byLibrary(t, text)
	for i, c := range b.Columns {
		for r := range rows {
			want := c.At(r)
			if g, l := got.Columns[i].At(r), library.Columns[i].At(r); !g.Identical(want) || !l.Identical(want) {
				t.Fatalf("%s, row %d: got %v, by the library %v, want %v", b.Names[i], r, g, l, want)
			}
		}
	}
}
