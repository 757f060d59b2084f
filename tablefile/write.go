package tablefile

import (
	"bufio"
	"io"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A Writer writes batches of one schema as a file of one format. It is not safe for concurrent use.
type Writer struct {
	fields []value.Field
	enc    encoder
	failed error // of enc: what is in the file then is not known
}

// An encoder is the writing side of one format.
type encoder interface {
	write(b *value.Batch) error
	close() error
}

// NewWriter returns a writer to w, which it does not close. UnixTimestamp is written as timestamp[us, UTC] to Parquet
// and as RFC 3339 to text; what JSON cannot say (NaN, ±Inf) becomes null there, so Parquet or CSV should carry it.
// Parquet and CSV read back every value with its type or text; the nulls of a CSV column are fields without quotes.
//
// Errors: InvalidArgument for names that occur twice or differ in case only, and for a table without columns.
func NewWriter(w io.Writer, format Format, fields []value.Field) (*Writer, error) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	if len(fields) == 0 {
		return nil, errs.New(errs.InvalidArgument, "a table file needs at least one column")
	}
	if err := checkNames("the table", names); err != nil {
		return nil, err
	}
	out := &Writer{fields: fields}
	switch format {
	case Parquet:
		enc, err := newParquetEncoder(w, fields)
		if err != nil {
			return nil, err
		}
		out.enc = enc
	case CSV:
		enc := &csvEncoder{w: bufio.NewWriterSize(w, 1<<16), fields: fields}
		enc.header()
		out.enc = enc
	case JSONLines:
		out.enc = &jsonEncoder{w: bufio.NewWriterSize(w, 1<<16), fields: fields}
	case Arrow:
		enc, err := newArrowEncoder(w, fields)
		if err != nil {
			return nil, err
		}
		out.enc = enc
	default:
		return nil, errs.New(errs.InvalidArgument, "unknown file format")
	}
	return out, nil
}

// Write appends the rows of b, whose columns must be those of the writer in order. b is not kept.
//
// Errors: those of the file; InvalidArgument for a text that a Parquet file cannot hold. The file is lost with them.
func (w *Writer) Write(b *value.Batch) error {
	if len(b.Columns) != len(w.fields) {
		return errs.New(errs.Internal, "a batch has %d columns, the file %d", len(b.Columns), len(w.fields))
	}
	for i, f := range w.fields {
		if b.Names[i] != f.Name || !b.Columns[i].Type.Equal(f.Type) || b.Columns[i].Len() != b.Rows {
			return errs.New(errs.Internal, "column %d of a batch is %q %s of %d rows, expected %q %s of %d", i, b.Names[i],
				b.Columns[i].Type, b.Columns[i].Len(), f.Name, f.Type, b.Rows)
		}
	}
	if w.failed == nil {
		w.failed = w.enc.write(b)
	}
	return w.failed
}

// Close finishes the file. Without it the file is not whole. After an error of Write or Close it returns that error.
func (w *Writer) Close() error {
	if w.failed == nil {
		w.failed = w.enc.close()
	}
	return w.failed
}
