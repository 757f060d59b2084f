package value_test

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// mixedColumns returns the schema and columns of rows with fields features: of ten, four Float64, two Int64, and each
// one Float32, Bool, UnixTimestamp and String; a tenth of the values is null.
func mixedColumns(fields, rows int) (*value.Schema, []*value.Column) {
	kinds := []value.Kind{
		value.Float64, value.Int64, value.Float64, value.Float32, value.Float64, value.String,
		value.Int64, value.Bool, value.Float64, value.UnixTimestamp,
	}
	s := &value.Schema{ID: 1}
	cols := make([]*value.Column, fields)
	for j := range cols {
		k := kinds[j%len(kinds)]
		s.Fields = append(s.Fields, value.Field{Name: fmt.Sprintf("f%d", j), Type: value.Scalar(k)})
		cols[j] = value.NewColumn(value.Scalar(k), rows)
		for i := range rows {
			switch n := int64(i*31 + j*7); {
			case (i+j)%10 == 0:
				cols[j].Append(value.Value{})
			case k == value.Float64:
				cols[j].Append(value.OfFloat64(float64(n) / 3))
			case k == value.Float32:
				cols[j].Append(value.OfFloat32(float32(n) / 3))
			case k == value.Bool:
				cols[j].Append(value.OfBool(n%2 == 0))
			case k == value.String:
				cols[j].Append(value.OfString(fmt.Sprintf("cat_%04d", n%10000)))
			case k == value.UnixTimestamp:
				cols[j].Append(value.OfInstant(eventtime.Instant(1773309600000000 + n)))
			default:
				cols[j].Append(value.OfInt64(n))
			}
		}
	}
	return s, cols
}

func keyColumns(rows int) []*value.Column {
	users, shops := value.NewColumn(value.Scalar(value.String), rows), value.NewColumn(value.Scalar(value.Int64), rows)
	for i := range rows {
		users.Append(value.OfString(fmt.Sprintf("user_%06d", i)))
		shops.Append(value.OfInt64(int64(i)))
	}
	return []*value.Column{shops, users}
}

func TestAppendFromAndAppendKeyRowAllocateNothing(t *testing.T) {
	const rows = 100
	s, cols := mixedColumns(50, rows)
	e := value.NewRowEncoder(s)
	keys := keyColumns(rows)
	var row, key []byte
	encode := func() {
		for i := range rows {
			var err error
			if row, err = e.AppendFrom(row[:0], value.Version{Event: 1}, cols, i); err != nil {
				t.Fatal(err)
			}
			if key, err = value.AppendKeyRow(key[:0], keys, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	encode() // grows the buffers
	if n := testing.AllocsPerRun(10, encode); n > 0 {
		t.Fatalf("%v allocations for %d rows, want 0", n, rows)
	}
}

func BenchmarkAppendFrom(b *testing.B) {
	const rows = 1000
	s, cols := mixedColumns(50, rows)
	e := value.NewRowEncoder(s)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = dst[:0]
		for i := range rows {
			dst, _ = e.AppendFrom(dst, value.Version{Event: 1}, cols, i)
		}
	}
	b.SetBytes(int64(len(dst)))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}

func BenchmarkDecodeRow(b *testing.B) {
	s, cols := mixedColumns(50, 3)
	row, err := value.NewRowEncoder(s).AppendFrom(nil, value.Version{Event: 1}, cols, 1)
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]value.Value, len(s.Fields))
	b.ReportAllocs()
	for b.Loop() {
		if err := value.DecodeRow(s, row, dst); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendKeyRow(b *testing.B) {
	const rows = 1000
	cols := keyColumns(rows)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		for i := range rows {
			dst, _ = value.AppendKeyRow(dst[:0], cols, i)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
