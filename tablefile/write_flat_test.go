package tablefile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// drawFlat draws a table with a column of every flat type: few or many different items, short and long texts, and the
// numbers at which bounds are hard.
func drawFlat(t *rapid.T) *value.Batch {
	rows := rapid.SampledFrom([]int{1, 2, 63, 700, 4096, 4097, 20_000}).Draw(t, "rows")
	distinct := rapid.SampledFrom([]int{1, 2, 300, 1 << 30}).Draw(t, "distinct")
	nulls := rapid.SampledFrom([]int{0, 3, 60, 100}).Draw(t, "nulls in percent")
	long := rapid.SampledFrom([]int{0, 0, 0, 5000}).Draw(t, "bytes of every 50th text")
	seed := rapid.Uint64().Draw(t, "seed")
	random := func() int { seed = seed*6364136223846793005 + 1442695040888963407; return int(seed >> 33) }
	b := &value.Batch{}
	for _, k := range scalarKinds {
		c := value.NewColumn(value.Scalar(k), 0)
		c.Resize(rows)
		for i := range rows {
			x := random() % distinct
			if random()%100 < nulls {
				c.SetNull(i)
				continue
			}
			set(c, i, x)
			if long > 0 && k == value.String && i%50 == 0 {
				c.Texts[i] += strings.Repeat("x", long)
			}
		}
		b.Add(k.String(), c)
	}
	return b
}

// set stores an item that follows from x.
func set(c *value.Column, i, x int) {
	specials := []float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.SmallestNonzeroFloat64}
	switch c.Type.Kind {
	case value.Bool:
		c.Ints[i] = int64(x & 1)
	case value.UnixTimestamp, value.Date:
		c.Ints[i] = int64(x%1_000_000 - 1000)
	case value.Int32:
		c.Ints[i] = int64(int32(x * 2654435761))
	case value.Int64:
		c.Ints[i] = int64(x) * -0x61c8864680b583eb >> 2
	case value.Float32:
		c.Float32s[i] = float32(specials[x%len(specials)])
		if x%3 == 0 {
			c.Float32s[i] = math.Float32frombits(uint32(x) * 2654435761)
		}
	case value.Float64:
		c.Float64s[i] = specials[x%len(specials)]
		if x%3 == 0 {
			c.Float64s[i] = math.Float64frombits(uint64(x) * 11400714819323198485)
		}
	case value.Uuid:
		c.Texts[i] = fmt.Sprintf("%016x", uint64(x)*11400714819323198485)
	case value.Bytes:
		c.Texts[i] = string([]byte{byte(x), byte(x >> 8), 255}[:x%4])
	default:
		c.Texts[i] = fmt.Sprint(x)
	}
}

// cut divides a batch in drawn places.
func cut(t *rapid.T, b *value.Batch) (out []*value.Batch) {
	for lo := 0; lo < b.Rows; {
		hi := min(b.Rows, lo+rapid.SampledFrom([]int{1, 63, 64, 5000, 1 << 20}).Draw(t, "rows of a batch"))
		few := &value.Batch{}
		for i, c := range b.Columns {
			few.Add(b.Names[i], c.Slice(lo, hi))
		}
		out, lo = append(out, few), hi
	}
	return out
}

// byLibrary reads a file with the library alone.
func byLibrary(t rapid.TB, text string) *value.Batch {
	table, err := pqarrow.ReadTable(context.Background(), strings.NewReader(text), nil, pqarrow.ArrowReadProperties{}, memory.NewGoAllocator())
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	records := array.NewTableReader(table, 0)
	defer records.Release()
	var out *value.Batch
	for records.Next() {
		few, err := arrowvalue.FromRecord(records.RecordBatch(), arrowvalue.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if out == nil {
			out = few
			continue
		}
		for i, c := range out.Columns {
			for r := range few.Rows {
				c.Append(few.Columns[i].At(r))
			}
		}
		out.Rows += few.Rows
	}
	return out
}

// statistics returns what the footer says of the items of every column chunk.
func statistics(t rapid.TB, text string) (out []string) {
	r, err := file.NewParquetReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for g := range r.NumRowGroups() {
		for c := range r.MetaData().Schema.NumColumns() {
			chunk, err := r.MetaData().RowGroup(g).ColumnChunk(c)
			if err != nil {
				t.Fatal(err)
			}
			s, err := chunk.Statistics()
			if err != nil {
				t.Fatal(err)
			}
			line := fmt.Sprintf("%v: %d values, %d nulls, ", chunk.PathInSchema(), s.NumValues(), s.NullCount())
			if s.HasMinMax() {
				line += fmt.Sprintf("%x to %x", s.EncodeMin(), s.EncodeMax())
			}
			out = append(out, line)
		}
	}
	return out
}

// libraryFile writes a batch with the library alone.
func libraryFile(t rapid.TB, b *value.Batch) string {
	rec := arrowvalue.ToRecord(b)
	defer rec.Release()
	var out bytes.Buffer
	w, err := pqarrow.NewFileWriter(rec.Schema(), &out, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(rec); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestFlatColumnsAreReadAndDescribedAsTheLibraryWouldWriteThem reads what we wrote with the library and with our own
// reader, and compares the statistics with those that the library makes of the same rows.
func TestFlatColumnsAreReadAndDescribedAsTheLibraryWouldWriteThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawFlat(t)
		text := encode(t, tablefile.Parquet, cut(t, want)...)
		compare(t, byLibrary(t, text), want)
		got, err := read("t.parquet", text, nil, wanted(want.Fields())...)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, got, want)
		ours, theirs := statistics(t, text), statistics(t, libraryFile(t, want))
		for i := range theirs {
			if i >= len(ours) || ours[i] != theirs[i] {
				t.Fatalf("got statistics\n%s\nwant\n%s", strings.Join(ours, "\n"), theirs[i])
			}
		}
	})
}

// A shortFile has room for so many bytes.
type shortFile struct{ room int }

func (f *shortFile) Write(b []byte) (int, error) {
	n := min(len(b), f.room)
	if f.room -= n; n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func TestFileThatIsFullIsAnErrorWhereverItEnds(t *testing.T) {
	t.Parallel()
	c, s := value.NewColumn(value.Scalar(value.Int64), 0), value.NewColumn(value.Scalar(value.String), 0)
	for i := range 10 {
		c.Append(value.OfInt64(int64(i)))
		s.Append(value.OfString("same"))
	}
	b := &value.Batch{}
	b.Add("number", c)
	b.Add("text", s)
	write := func(room int) error {
		w, err := tablefile.NewWriter(&shortFile{room}, tablefile.Parquet, b.Fields())
		if err != nil {
			return err
		}
		failed := w.Write(b)
		closed := w.Close()
		if failed != nil && closed == nil {
			t.Fatalf("room for %d bytes: closed after %v", room, failed)
		}
		return closed
	}
	size := len(encode(t, tablefile.Parquet, b))
	if err := write(size); err != nil {
		t.Fatal(err)
	}
	for room := range size {
		if err := write(room); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("room for %d of %d bytes: got %v", room, size, err)
		}
	}
}
