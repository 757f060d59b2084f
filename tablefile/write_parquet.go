package tablefile

import (
	"io"
	"slices"

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

// A parquetEncoder writes Snappy Parquet with the Arrow schema in its metadata, so that types survive. The writer below
// it is made with the first rows, which tell the library where a dictionary pays.
type parquetEncoder struct {
	to     io.Writer
	fields []value.Field
	schema *arrow.Schema
	stored []value.Type // how each column is stored
	w      recordWriter // nil before the first rows
}

// A recordWriter is one of two ways to write rows: page by page where all columns are flat, and by the library where one
// is nested, because it knows the levels of nested columns.
type recordWriter interface {
	write(columns []*value.Column, rows int) error
	close() error
}

// unclosed hides the Close method of the file below: its owner closes it.
type unclosed struct{ io.Writer }

func newParquetEncoder(w io.Writer, fields []value.Field) (*parquetEncoder, error) {
	e := &parquetEncoder{to: unclosed{w}, fields: fields}
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
	if _, err := pqarrow.ToParquet(e.schema, nil, pqarrow.DefaultWriterProps()); err != nil {
		return nil, schemaError(err)
	}
	return e, nil
}

func schemaError(err error) error {
	return errs.Wrap(err, errs.Internal, "a Parquet file cannot have this schema")
}

// start makes the writer; b holds the first rows, or nothing.
func (e *parquetEncoder) start(b *value.Batch) (err error) {
	options := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithMaxRowGroupLength(groupRows),
		parquet.WithDataPageSize(pageBytes), parquet.WithDictionaryDefault(false), parquet.WithCreatedBy("truepoint"),
	}
	if !slices.ContainsFunc(e.stored, value.Type.Nested) {
		e.w, err = newFlatWriter(e.to, e.fields, e.schema, parquet.NewWriterProperties(options...))
		return err
	}
	for i, f := range e.fields {
		if f.Type.Kind == value.String && b != nil && repeats(b.Columns[i].Texts) {
			options = append(options, parquet.WithDictionaryFor(f.Name, true))
		}
	}
	props := parquet.NewWriterProperties(options...)
	fw, err := pqarrow.NewFileWriter(e.schema, e.to, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return schemaError(err)
	}
	e.w = &nestedWriter{fw, e.schema}
	return nil
}

// repeats reports whether a dictionary of texts pays: at most half of the first ones are different. For numbers it
// costs more than it saves.
func repeats(texts []string) bool {
	texts = texts[:min(len(texts), repeatsSample)]
	seen := make(map[string]struct{}, len(texts))
	for _, t := range texts {
		seen[t] = struct{}{}
	}
	return 2*len(seen) <= len(texts)
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
	if e.w == nil {
		if err := e.start(b); err != nil {
			return err
		}
	}
	columns := make([]*value.Column, len(b.Columns))
	for i, c := range b.Columns {
		var err error
		if columns[i], err = storedColumn(c, e.stored[i]); err != nil {
			return err
		}
	}
	return e.w.write(columns, b.Rows)
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

func (e *parquetEncoder) close() error {
	if e.w == nil {
		if err := e.start(nil); err != nil {
			return err
		}
	}
	return e.w.close()
}

// A nestedWriter leaves all to the library, which writes one column after the other.
type nestedWriter struct {
	w      *pqarrow.FileWriter
	schema *arrow.Schema
}

func (n *nestedWriter) write(columns []*value.Column, rows int) error {
	arrays := make([]arrow.Array, len(columns))
	for i, c := range columns {
		arrays[i] = arrowvalue.ToArray(c)
		defer arrays[i].Release()
	}
	rec := array.NewRecordBatch(n.schema, arrays, int64(rows))
	defer rec.Release()
	return n.w.WriteBuffered(rec)
}

func (n *nestedWriter) close() error { return n.w.Close() }
