package tablefile_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// encode writes batches as one file.
func encode(t rapid.TB, format tablefile.Format, batches ...*value.Batch) string {
	var b bytes.Buffer
	w, err := tablefile.NewWriter(&b, format, batches[0].Fields())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range batches {
		if err := w.Write(x); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// drawBatch draws a table whose column types come from typeOf.
func drawBatch(t *rapid.T, typeOf func(*rapid.T) value.Type) *value.Batch {
	b := &value.Batch{}
	rows := rapid.IntRange(0, 20).Draw(t, "rows")
	for i := range rapid.IntRange(1, 4).Draw(t, "columns") {
		typ := typeOf(t)
		c := value.NewColumn(typ, rows)
		for range rows {
			c.Append(maybe(t, typ))
		}
		b.Add(fmt.Sprintf("column %d", i), c)
	}
	return b
}

// compare fails unless two tables are the same bit for bit.
func compare(t *rapid.T, got, want *value.Batch) {
	if got.Rows != want.Rows {
		t.Fatalf("got %d rows, want %d", got.Rows, want.Rows)
	}
	for i, c := range want.Columns {
		for r := range want.Rows {
			if !got.Columns[i].At(r).Identical(c.At(r)) {
				t.Fatalf("column %d %s, row %d: got %#v, want %#v", i, c.Type, r, got.Columns[i].At(r), c.At(r))
			}
		}
	}
}

func wanted(fields []value.Field) []tablefile.Column {
	var out []tablefile.Column
	for _, f := range fields {
		out = append(out, column(f.Name, f.Type))
	}
	return out
}

func TestParquetKeepsEveryTypeAndValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawBatch(t, drawType)
		f, err := open("t.parquet", encode(t, tablefile.Parquet, want), nil)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := f.Fields()
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want.Fields() {
			if i >= len(fields) || fields[i].Name != w.Name || !fields[i].Type.Equal(w.Type) {
				t.Fatalf("got fields %v, want %v", fields, want.Fields())
			}
		}
		got, err := readFile(f, wanted(fields))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, got, want)
	})
}

func TestCSVKeepsScalarsAndNulls(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawBatch(t, drawScalarType)
		canonicalNaNs(want)
		text := encode(t, tablefile.CSV, want)
		got, err := read("t.csv", text, &tablefile.Options{PartRows: 3}, wanted(want.Fields())...)
		if err != nil {
			t.Fatalf("%v\n%q", err, text)
		}
		compare(t, got, want)
	})
}

var nan = math.NaN()

// canonicalNaNs replaces NaNs by the one that text stands for.
func canonicalNaNs(b *value.Batch) {
	for _, c := range b.Columns {
		for i, f := range c.Float32s {
			if f != f {
				c.Float32s[i] = value.OfFloat32(float32(nan)).Float32()
			}
		}
		for i, f := range c.Float64s {
			if f != f {
				c.Float64s[i] = nan
			}
		}
	}
}

func TestJSONLinesKeepValuesThatJSONCanSay(t *testing.T) {
	t.Parallel()
	kinds := []value.Kind{value.Bool, value.Int32, value.Int64, value.String, value.Bytes, value.UnixTimestamp, value.Date, value.Uuid, value.Decimal, value.Json}
	rapid.Check(t, func(t *rapid.T) {
		want := drawBatch(t, func(t *rapid.T) value.Type {
			typ := value.Scalar(rapid.SampledFrom(kinds).Draw(t, "kind"))
			if rapid.Bool().Draw(t, "array") {
				return value.ArrayOf(typ)
			}
			return typ
		})
		text := encode(t, tablefile.JSONLines, want)
		got, err := read("t.jsonl", text, &tablefile.Options{PartRows: 3}, wanted(want.Fields())...)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		compare(t, got, want)
	})
}

func TestParquetRowGroupsKeepOrder(t *testing.T) {
	t.Parallel()
	const rows = 300_000
	n, s := value.NewColumn(value.Scalar(value.Int64), rows), value.NewColumn(value.Scalar(value.String), rows)
	for i := range rows {
		n.Append(value.OfInt64(int64(i)))
		if i%7 == 0 {
			s.Append(value.Value{})
			continue
		}
		s.Append(value.OfString(fmt.Sprint(i % 5000)))
	}
	b := &value.Batch{}
	b.Add("n", n)
	b.Add("s", s)
	text := encode(t, tablefile.Parquet, b)
	f, err := open("t.parquet", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := f.Select(wanted(b.Fields()))
	if err != nil || len(parts) < 2 {
		t.Fatalf("got %d parts and %v, want several", len(parts), err)
	}
	got, err := readFile(f, wanted(b.Fields()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if got.Columns[0].At(i).Int() != int64(i) || !got.Columns[1].At(i).Identical(s.At(i)) {
			t.Fatalf("row %d is %v, %v", i, got.Columns[0].At(i), got.Columns[1].At(i))
		}
	}
}
