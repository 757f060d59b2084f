package tablefile

import (
	"io"

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
type parquetEncoder struct{ w *pqarrow.FileWriter }

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
	fw, err := pqarrow.NewFileWriter(arrowvalue.SchemaOf(fields), unclosed{w}, parquet.NewWriterProperties(options...), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "a Parquet file cannot have this schema")
	}
	return &parquetEncoder{w: fw}, nil
}

func (e *parquetEncoder) write(b *value.Batch) error {
	if b.Rows == 0 {
		return nil
	}
	rec := arrowvalue.ToRecord(b)
	defer rec.Release()
	return e.w.WriteBuffered(rec)
}

func (e *parquetEncoder) close() error { return e.w.Close() }
