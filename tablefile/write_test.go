package tablefile_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// many returns batches of flat columns, some with nulls, that together pass two row groups at odd places.
func many(rng *rand.Rand) []*value.Batch {
	var out []*value.Batch
	for _, rows := range []int{1, 70_001, 0, 131_072, 130_999, 63} {
		b := &value.Batch{}
		for i, k := range []value.Kind{
			value.Int64, value.Float64, value.String, value.UnixTimestamp, value.Int32, value.Bool, value.Float32, value.String, value.Date, value.Uuid,
		} {
			t := value.Scalar(k)
			c := value.NewColumn(t, rows)
			for range rows {
				c.Append(flat(rng, t, i))
			}
			b.Add(fmt.Sprint("c", i), c)
		}
		out = append(out, b)
	}
	return out
}

// flat draws a value of column i; odd columns have nulls, column 7 few different texts.
func flat(rng *rand.Rand, t value.Type, i int) value.Value {
	if i%2 == 1 && rng.IntN(3) == 0 {
		return value.Value{}
	}
	n := rng.Int64N(1 << 20)
	switch {
	case i == 7:
		n %= 5
	case t.Kind == value.Bool:
		return value.OfBool(n%2 == 0)
	case t.Kind == value.UnixTimestamp || t.Kind == value.Date || t.Kind == value.Uuid:
		c := value.NewColumn(t, 0)
		c.Resize(1)
		if c.Ints != nil {
			c.Ints[0] = n
		} else {
			c.Texts[0] = fmt.Sprintf("%016d", n)
		}
		return c.At(0)
	}
	v, err := value.Convert(value.OfInt64(n), t)
	if t.Kind == value.String {
		return value.OfString(fmt.Sprint("text ", n))
	}
	if err != nil {
		panic(err)
	}
	return v
}

func TestParquetColumnsEncodedInParallelKeepEveryRow(t *testing.T) {
	t.Parallel()
	batches := many(rand.New(rand.NewPCG(1, 2)))
	text := encode(t, tablefile.Parquet, batches...)
	got, err := read("t.parquet", text, nil, wanted(batches[0].Fields())...)
	if err != nil {
		t.Fatal(err)
	}
	library := byLibrary(t, text)
	at := 0
	for _, b := range batches {
		for c, want := range b.Columns {
			for r := range b.Rows {
				g, l := got.Columns[c].At(at+r), library.Columns[c].At(at+r)
				if !g.Identical(want.At(r)) || !l.Identical(want.At(r)) {
					t.Fatalf("column %d, row %d: got %#v, by the library %#v, want %#v", c, at+r, g, l, want.At(r))
				}
			}
		}
		at += b.Rows
	}
	if got.Rows != at || library.Rows != at {
		t.Fatalf("got %d rows, by the library %d, want %d", got.Rows, library.Rows, at)
	}
}

func TestArrowKeepsEveryTypeAndValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawBatch(t, drawType)
		r, err := ipc.NewFileReader(bytes.NewReader([]byte(encode(t, tablefile.Arrow, want))))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if want.Rows == 0 {
			if r.NumRecords() != 0 || r.Schema().NumFields() != len(want.Columns) {
				t.Fatalf("got %d records of %d columns, want none of %d", r.NumRecords(), r.Schema().NumFields(), len(want.Columns))
			}
			return
		}
		rec, err := r.RecordBatch(0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := arrowvalue.FromRecord(rec, arrowvalue.Options{})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, got, want)
	})
}

func TestArrowFilesAreRefusedAsInput(t *testing.T) {
	t.Parallel()
	if _, err := read("t.feather", "ARROW1", nil); errs.CodeOf(err) != errs.Unimplemented {
		t.Fatalf("got %v, want Unimplemented", err)
	}
}
