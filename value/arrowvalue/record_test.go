package arrowvalue_test

import (
	"bytes"
	"context"
	"math"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// everyType returns a batch with a column of each type: null, an edge, a plain value.
func everyType() *value.Batch {
	nan := math.Float64frombits(0x7FF8000000000001)
	list := func(k value.Kind, parts ...value.Value) value.Value { return value.OfList(k, parts) }
	scalar := value.Scalar
	b := &value.Batch{}
	add := func(name string, t value.Type, values ...value.Value) {
		c := value.NewColumn(t, len(values))
		for _, v := range values {
			c.Append(v)
		}
		b.Add(name, c)
	}
	var null value.Value
	add("bool", scalar(value.Bool), null, value.OfBool(true), value.OfBool(false))
	add("int32", scalar(value.Int32), null, value.OfInt32(math.MinInt32), value.OfInt32(7))
	add("int64", scalar(value.Int64), null, value.OfInt64(1<<53+1), value.OfInt64(7))
	add("float32", scalar(value.Float32), null, value.OfFloat32(math.Float32frombits(0x7FC00001)), value.OfFloat32(0.1))
	add("float64", scalar(value.Float64), null, value.OfFloat64(nan), value.OfFloat64(math.Copysign(0, -1)))
	add("string", scalar(value.String), null, value.OfString(""), value.OfString("e\u0301\x00"))
	add("bytes", scalar(value.Bytes), null, value.OfBytes(nil), value.OfBytes([]byte{0xff, 0}))
	add("timestamp", scalar(value.UnixTimestamp), null, value.OfInstant(-62135596800*1e6), value.OfInstant(-1))
	add("date", scalar(value.Date), null, value.OfDate(-719162), value.OfDate(1))
	add("uuid", scalar(value.Uuid), null, value.OfUuid([16]byte{}), value.OfUuid([16]byte{15: 1}))
	add("decimal", scalar(value.Decimal), null, value.OfText(value.Decimal, "-0.10"), value.OfText(value.Decimal, "12345678901234567890123456789012345678901234567890"))
	add("json", scalar(value.Json), null, value.OfText(value.Json, `{"a": 1.0}`), value.OfText(value.Json, `null`))
	add("array", value.ArrayOf(scalar(value.Int64)), null, list(value.Array), list(value.Array, value.OfInt64(1), null))
	add("set", value.SetOf(scalar(value.String)), null, list(value.Set), list(value.Set, value.OfString("a"), value.OfString("b")))
	add("map", value.MapOf(scalar(value.Float64)), null, list(value.Map), list(value.Map, value.OfString("a"), null, value.OfString("b"), value.OfFloat64(1)))
	add("vector", value.Type{Kind: value.Vector, Length: 2}, null, list(value.Vector, value.OfFloat32(1), value.OfFloat32(2)), list(value.Vector, value.OfFloat32(-1), value.OfFloat32(0)))
	pair := value.Type{Kind: value.Struct, Fields: []value.Field{{Name: "d", Type: scalar(value.Decimal)}, {Name: "s", Type: value.SetOf(scalar(value.Int64))}}}
	add("struct", pair, null, list(value.Struct, null, null), list(value.Struct, value.OfText(value.Decimal, "1.50"), list(value.Set, value.OfInt64(1))))
	return b
}

func sameBatch(t *testing.T, got, want *value.Batch) {
	t.Helper()
	if got.Rows != want.Rows || len(got.Columns) != len(want.Columns) {
		t.Fatalf("got %d rows of %d columns, want %d of %d", got.Rows, len(got.Columns), want.Rows, len(want.Columns))
	}
	for j, w := range want.Columns {
		g := got.Columns[j]
		if got.Names[j] != want.Names[j] || !g.Type.Equal(w.Type) {
			t.Fatalf("column %d is %s %s, want %s %s", j, got.Names[j], g.Type, want.Names[j], w.Type)
		}
		for i := range want.Rows {
			if !g.At(i).Identical(w.At(i)) {
				t.Fatalf("column %s row %d: got %v, want %v", want.Names[j], i, g.At(i), w.At(i))
			}
		}
	}
}

func TestRecordRoundTripKeepsEveryTypeBitForBit(t *testing.T) {
	t.Parallel()
	want := everyType()
	rec := arrowvalue.ToRecord(want)
	defer rec.Release()
	got, err := arrowvalue.FromRecord(rec, arrowvalue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sameBatch(t, got, want)
}

func TestBadInput_77_parquet_keeps_every_value_bit_for_bit(t *testing.T) {
	t.Parallel()
	want := everyType()
	var buffer bytes.Buffer
	rec := arrowvalue.ToRecord(want)
	defer rec.Release()
	w, err := pqarrow.NewFileWriter(rec.Schema(), &buffer, parquet.NewWriterProperties(), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sameBatch(t, readParquet(t, buffer.Bytes()), want)
}

func readParquet(t *testing.T, data []byte) *value.Batch {
	t.Helper()
	f, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: 1024}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	records, err := r.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer records.Release()
	if !records.Next() {
		t.Fatalf("no record: %v", records.Err())
	}
	got, err := arrowvalue.FromRecord(records.RecordBatch(), arrowvalue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestBadInput_75_int96_is_read_as_utc(t *testing.T) {
	t.Parallel()
	const at = 1_700_000_000_123_456
	nanos := ints(t, &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}, at*1000+999)
	schema := arrow.NewSchema([]arrow.Field{{Name: "t", Type: nanos.DataType(), Nullable: true}}, nil)
	var buffer bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &buffer, nil, pqarrow.NewArrowWriterProperties(pqarrow.WithDeprecatedInt96Timestamps(true)))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(array.NewRecordBatch(schema, []arrow.Array{nanos}, 1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := readParquet(t, buffer.Bytes()).Columns[0].At(0); !got.Identical(value.OfInstant(at)) {
		t.Fatalf("got %s, want %s", got.Instant(), value.OfInstant(at).Instant())
	}
}

func TestDuplicateColumnIsAnError(t *testing.T) {
	t.Parallel()
	a := ints(t, arrow.PrimitiveTypes.Int64, 1)
	f := arrow.Field{Name: "a", Type: a.DataType()}
	rec := array.NewRecordBatch(arrow.NewSchema([]arrow.Field{f, f}, nil), []arrow.Array{a, a}, 1)
	if _, err := arrowvalue.FromRecord(rec, arrowvalue.Options{}); err == nil {
		t.Fatal("a repeated column name was accepted")
	}
}

func BenchmarkToColumn(b *testing.B) {
	const rows = 1 << 16
	numbers, texts := array.NewInt64Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator)
	floats := array.NewFloat64Builder(memory.DefaultAllocator)
	for i := range rows {
		numbers.Append(int64(i))
		floats.Append(float64(i) / 3)
		texts.Append("user_0001"[:5+i%5])
	}
	count := numbers.NewArray()
	stamps := array.MakeFromData(array.NewData(&arrow.TimestampType{Unit: arrow.Nanosecond}, rows, count.Data().Buffers(), nil, 0, 0))
	for name, c := range map[string]struct {
		arr  arrow.Array
		want value.Kind
	}{
		"Int64": {count, value.Int64}, "Float64ToFloat32": {floats.NewArray(), value.Float32},
		"TimestampNanos": {stamps, value.UnixTimestamp}, "String": {texts.NewArray(), value.String},
	} {
		b.Run(name, func(b *testing.B) {
			col := value.NewColumn(value.Scalar(c.want), rows)
			for b.Loop() {
				if err := arrowvalue.ToColumn(col, c.arr, arrowvalue.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
