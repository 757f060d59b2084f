package tablefile

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/value"
)

// A held is a file in memory.
type held struct{ *bytes.Reader }

func (held) Name() string { return "x.parquet" }

func (h held) Acquire(context.Context) (io.ReaderAt, func() error, error) {
	return h.Reader, func() error { return nil }, nil
}

// drawParquet writes a file of one row group with the columns of a foreign writer: every storage that pages are decoded
// for, with and without nulls, in drawn versions, encodings, codecs and sizes of pages.
func drawParquet(t *rapid.T) []byte {
	rows := rapid.IntRange(1, 3000).Draw(t, "rows")
	distinct := rapid.SampledFrom([]int{1, 3, 200, 1 << 20}).Draw(t, "distinct")
	nulls := rapid.SampledFrom([]int{0, 2, 50, 100}).Draw(t, "nulls in percent")
	seed := rapid.Uint64().Draw(t, "seed")
	random := func() int { seed = seed*6364136223846793005 + 1442695040888963407; return int(seed >> 33) }
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "i32", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: "i64", Type: arrow.PrimitiveTypes.Int64},
		{Name: "ms", Type: arrow.FixedWidthTypes.Timestamp_ms, Nullable: true},
		{Name: "f32", Type: arrow.PrimitiveTypes.Float32},
		{Name: "f64", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "text", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "blob", Type: arrow.BinaryTypes.Binary},
	}, nil)
	b := array.NewRecordBuilder(memory.NewGoAllocator(), schema)
	defer b.Release()
	for range rows {
		for c, f := range schema.Fields() {
			x := random() % distinct
			if f.Nullable && random()%100 < nulls {
				b.Field(c).AppendNull()
				continue
			}
			switch to := b.Field(c).(type) {
			case *array.Int32Builder:
				to.Append(int32(-x))
			case *array.Int64Builder:
				to.Append(int64(x) << 33)
			case *array.TimestampBuilder:
				to.Append(arrow.Timestamp(x))
			case *array.Float32Builder:
				to.Append(math.Float32frombits(uint32(x)*2654435761 | 1))
			case *array.Float64Builder:
				to.Append(math.Float64frombits(uint64(x)*11400714819323198485 | 1))
			case *array.StringBuilder:
				to.Append(fmt.Sprint("é", x))
			case *array.BinaryBuilder:
				to.Append([]byte{byte(x), byte(x >> 8), 255}[:x%4])
			}
		}
	}
	props := parquet.NewWriterProperties(
		parquet.WithDataPageVersion(rapid.SampledFrom([]parquet.DataPageVersion{parquet.DataPageV1, parquet.DataPageV2}).Draw(t, "version")),
		parquet.WithCompression(rapid.SampledFrom([]compress.Compression{compress.Codecs.Snappy, compress.Codecs.Uncompressed, compress.Codecs.Zstd, compress.Codecs.Gzip}).Draw(t, "codec")),
		parquet.WithDictionaryDefault(rapid.Bool().Draw(t, "dictionary")),
		parquet.WithDictionaryPageSizeLimit(rapid.SampledFrom([]int64{64, 1 << 20}).Draw(t, "dictionary bytes")),
		parquet.WithDataPageSize(rapid.SampledFrom([]int64{200, 1 << 20}).Draw(t, "page bytes")),
		parquet.WithBatchSize(64))
	var out bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &out, props, pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	rec := b.NewRecordBatch()
	defer rec.Release()
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestPagesAreDecodedAsTheLibraryDecodesThem compares decodePages, all rows and drawn ones, with decodeChunk.
func TestPagesAreDecodedAsTheLibraryDecodesThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, err := Open(context.Background(), held{bytes.NewReader(drawParquet(t))}, Parquet, nil)
		if err != nil {
			t.Fatal(err)
		}
		var columns []Column
		fields, err := f.Fields()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range fields {
			columns = append(columns, Column{Name: c.Name, File: c.Name, Type: c.Type})
		}
		parts, err := f.Select(columns)
		if err != nil {
			t.Fatal(err)
		}
		p := parts[0].(*parquetPart)
		picked := make([]uint64, (p.rows+63)/64)
		every := rapid.IntRange(1, 700).Draw(t, "one row in")
		for i := rapid.IntRange(0, p.rows).Draw(t, "from"); i < p.rows; i += every {
			picked[i>>6] |= 1 << (i & 63)
		}
		for _, c := range columns {
			want := value.NewColumn(c.Type, 0)
			compareWith(t, p, c.Name, nil, want)
			compareWith(t, p, c.Name, picked, want)
		}
	})
}

// compareWith decodes a column by pages and compares the picked rows with those of the library, which it leaves in want.
func compareWith(t *rapid.T, p *parquetPart, name string, picked []uint64, want *value.Column) {
	d := p.decoderOf(p.wants[name])
	defer d.close()
	rd := &chunkReader{raw: p.file.src.(held), part: p}
	library, err := rd.open()
	if err != nil {
		t.Fatal(err)
	}
	d.dst = want
	want.Resize(p.rows)
	if err := d.decodeChunk(library); err != nil {
		t.Fatal(err)
	}
	if picked != nil {
		want.Keep(picked)
	}
	got := value.NewColumn(want.Type, 0)
	got.Resize(want.Len())
	d.dst, d.picked = got, picked
	if err := d.decodePages(rd.raw); err != nil {
		t.Fatal(err)
	}
	for i := range want.Len() {
		if got.Null(i) != want.Null(i) || !got.At(i).Identical(want.At(i)) {
			t.Fatalf("%s, row %d: got %#v, want %#v", name, i, got.At(i), want.At(i))
		}
	}
}
