package tablefile

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/value"
)

const (
	// groupRows is the number of rows of the row groups that we write: parts small enough to decode in parallel.
	groupRows = 1 << 17
	// parquetMagic begins and ends every file.
	parquetMagic = "PAR1"
)

// A parquetEncoder writes Snappy Parquet with the Arrow schema in its metadata, so that types survive. Columns are encoded
// in parallel, into memory, and written when their row group is whole. The library makes the schema and the footer.
type parquetEncoder struct {
	to      io.Writer
	at      int64 // bytes written
	meta    *metadata.FileMetaDataBuilder
	groups  int
	rows    int // of the present row group
	fields  []value.Field
	columns []columnWriter
	done    [][]chunkDone // per column
	scratch sync.Pool     // of *pageScratch
}

// A columnWriter makes the column chunks of one column, row group after row group.
type columnWriter interface {
	// append adds the rows lo ≤ i < hi of c. Errors: InvalidArgument for an item that a file cannot have.
	append(c *value.Column, lo, hi int, s *pageScratch) error
	// finish ends the row group and returns its column chunks, as many as the column has leaves.
	finish(s *pageScratch) ([]chunkDone, error)
}

func newParquetEncoder(w io.Writer, fields []value.Field) (*parquetEncoder, error) {
	props := parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithMaxRowGroupLength(groupRows),
		parquet.WithDataPageSize(pageBytes), parquet.WithDictionaryDefault(false), parquet.WithCreatedBy("truepoint"))
	e := &parquetEncoder{to: w, fields: fields, done: make([][]chunkDone, len(fields))}
	e.scratch.New = func() any { return new(pageScratch) }
	columns := make([]arrow.Field, len(fields))
	for i, f := range fields {
		stored := storedType(f.Type)
		columns[i] = storedField(f, stored)
		if stored.Nested() {
			e.columns = append(e.columns, &nestedColumn{schema: arrow.NewSchema(columns[i:i+1], nil), stored: stored, props: props})
			continue
		}
		e.columns = append(e.columns, &flatColumn{items: itemsOf(stored.Kind), done: newChunkDone()})
	}
	empty, err := emptyFile(arrow.NewSchema(columns, nil), props)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "a Parquet file cannot have this schema")
	}
	e.meta = metadata.NewFileMetadataBuilder(empty.Schema, props, empty.KeyValueMetadata())
	return e, e.put([]byte(parquetMagic))
}

// emptyFile returns what the footer of a file without rows says.
func emptyFile(schema *arrow.Schema, props *parquet.WriterProperties) (*metadata.FileMetaData, error) {
	var b bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &b, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	r, err := file.NewParquetReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		return nil, err
	}
	return r.MetaData(), nil
}

// put writes bytes to the file.
func (e *parquetEncoder) put(b []byte) error {
	n, err := e.to.Write(b)
	e.at += int64(n)
	return err
}

func (e *parquetEncoder) write(b *value.Batch) error {
	for lo := 0; lo < b.Rows; {
		hi := min(b.Rows, lo+groupRows-e.rows)
		err := e.each(func(i int, s *pageScratch) error { return e.columns[i].append(b.Columns[i], lo, hi, s) })
		if err != nil {
			return err
		}
		e.rows += hi - lo
		lo = hi
		if e.rows == groupRows {
			if err := e.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the present row group.
func (e *parquetEncoder) flush() error {
	err := e.each(func(i int, s *pageScratch) (err error) {
		e.done[i], err = e.columns[i].finish(s)
		return err
	})
	if err != nil {
		return err
	}
	group := e.meta.AppendRowGroup()
	for i, chunks := range e.done {
		for k := range chunks {
			if err := e.putChunk(&chunks[k], group.NextColumnChunk()); err != nil {
				return err
			}
		}
		e.done[i] = nil
	}
	group.SetNumRows(e.rows)
	err = group.Finish(0, int16(e.groups))
	e.groups, e.rows = e.groups+1, 0
	return err
}

// putChunk writes a column chunk and describes it.
func (e *parquetEncoder) putChunk(chunk *chunkDone, to *metadata.ColumnChunkMetaDataBuilder) error {
	if err := chunk.describe(to, e.at); err != nil {
		return err
	}
	pages := chunk.pages
	if chunk.dictionary != nil {
		pages = append([][]byte{chunk.dictionary}, pages...)
	}
	for _, page := range pages {
		if err := e.put(page); err != nil {
			return err
		}
		buffers.Free(page)
	}
	return nil
}

func (e *parquetEncoder) close() error {
	if e.rows > 0 {
		if err := e.flush(); err != nil {
			return err
		}
	}
	footer, err := e.meta.Finish()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := footer.WriteTo(&b, nil); err != nil {
		return err
	}
	end := binary.LittleEndian.AppendUint32(b.Bytes(), uint32(b.Len()))
	return e.put(append(end, parquetMagic...))
}

// each calls work for every column, in parallel, and returns the error of the first that failed.
func (e *parquetEncoder) each(work func(column int, s *pageScratch) error) error {
	return parallel.Each(len(e.fields), runtime.GOMAXPROCS(0), func(i int) error {
		s := e.scratch.Get().(*pageScratch)
		defer e.scratch.Put(s)
		if err := work(i, s); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "column %q", e.fields[i].Name)
		}
		return nil
	})
}
