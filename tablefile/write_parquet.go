package tablefile

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// groupRows is the number of rows of the row groups that we write: parts small enough to decode in parallel.
const groupRows = 1 << 17

// A parquetEncoder writes Snappy Parquet with the Arrow schema in its metadata, so that types survive.
type parquetEncoder struct {
	w      *pqarrow.FileWriter
	schema *arrow.Schema
	stored []value.Type // how each column is stored
}

// unclosed hides the Close method of the file below: its owner closes it.
type unclosed struct{ io.Writer }

func newParquetEncoder(w io.Writer, fields []value.Field) (*parquetEncoder, error) {
	options := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithMaxRowGroupLength(groupRows),
		parquet.WithDataPageSize(128 << 10), parquet.WithDictionaryDefault(false), parquet.WithCreatedBy("truepoint"),
	}
	for _, f := range fields {
		if f.Type.Kind == value.String { // for numbers a dictionary costs more than it saves
			options = append(options, parquet.WithDictionaryFor(f.Name, true))
		}
	}
	e := &parquetEncoder{}
	columns := make([]arrow.Field, len(fields))
	for i, f := range fields {
		t := storedType(f.Type)
		columns[i] = arrowvalue.ArrowField(value.Field{Name: f.Name, Type: t})
		if !t.Equal(f.Type) {
			columns[i] = arrowvalue.WithType(columns[i], f.Type)
		}
		e.stored = append(e.stored, t)
	}
	e.schema = arrow.NewSchema(columns, nil)
	fw, err := pqarrow.NewFileWriter(e.schema, unclosed{w}, parquet.NewWriterProperties(options...), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "a Parquet file cannot have this schema")
	}
	e.w = fw
	return e, nil
}

// storedType returns t with every Vector as an Array: the library cannot write a list of fixed length that is null.
func storedType(t value.Type) value.Type {
	switch t.Kind {
	case value.Vector:
		return value.ArrayOf(value.Scalar(value.Float32))
	case value.Array, value.Set, value.Map:
		elem := storedType(*t.Elem)
		t.Elem = &elem
	case value.Struct:
		fields := make([]value.Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = value.Field{Name: f.Name, Type: storedType(f.Type)}
		}
		t.Fields = fields
	}
	return t
}

func (e *parquetEncoder) write(b *value.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	arrays := make([]arrow.Array, len(b.Columns))
	for i, c := range b.Columns {
		stored, err := storedColumn(c, e.stored[i])
		if err != nil {
			return err
		}
		arrays[i] = arrowvalue.ToArray(stored)
		defer arrays[i].Release()
	}
	rec := array.NewRecordBatch(e.schema, arrays, int64(b.Rows))
	defer rec.Release()
	return e.w.WriteBuffered(rec)
}

// storedColumn returns c as a column of type t.
func storedColumn(c *value.Column, t value.Type) (*value.Column, error) {
	if t.Equal(c.Type) {
		return c, nil
	}
	out := value.NewColumn(t, c.Len())
	for r := range c.Len() {
		v, err := value.Convert(c.At(r), t)
		if err != nil {
			return nil, err
		}
		out.Append(v)
	}
	return out, nil
}

func (e *parquetEncoder) close() error { return e.w.Close() }
