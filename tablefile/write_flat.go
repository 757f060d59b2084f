package tablefile

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/parallel"
	"github.com/truepoint/truepoint/value"
)

// parquetMagic begins and ends every file.
const parquetMagic = "PAR1"

// A flatWriter writes tables of flat columns. Columns are encoded in parallel, into memory, and written when their row
// group is whole; the library describes them in the footer.
type flatWriter struct {
	to      io.Writer
	at      int64 // bytes written
	meta    *metadata.FileMetaDataBuilder
	groups  int
	rows    int // of the present row group
	fields  []value.Field
	chunks  []flatChunk // of the present row group
	done    []chunkDone
	scratch sync.Pool // of *pageScratch
}

func newFlatWriter(to io.Writer, fields []value.Field, schema *arrow.Schema, props *parquet.WriterProperties) (*flatWriter, error) {
	sc, err := pqarrow.ToParquet(schema, props, pqarrow.DefaultWriterProps())
	if err != nil {
		return nil, schemaError(err)
	}
	noted, err := schemaNote(schema)
	if err != nil {
		return nil, schemaError(err)
	}
	about := metadata.NewKeyValueMetadata()
	if err := about.Append("ARROW:schema", noted); err != nil {
		return nil, schemaError(err)
	}
	f := &flatWriter{
		to: to, meta: metadata.NewFileMetadataBuilder(sc, props, about), fields: fields,
		chunks: make([]flatChunk, len(fields)), done: make([]chunkDone, len(fields)),
	}
	f.scratch.New = func() any { return new(pageScratch) }
	for i, field := range fields {
		f.chunks[i] = flatChunk{items: itemsOf(field.Type.Kind), done: newChunkDone()}
	}
	return f, f.put([]byte(parquetMagic))
}

// schemaNote returns a schema as Arrow's readers expect it in the metadata of a Parquet file.
func schemaNote(schema *arrow.Schema) (string, error) {
	var b bytes.Buffer
	if err := ipc.NewWriter(&b, ipc.WithSchema(schema)).Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// put writes bytes to the file.
func (f *flatWriter) put(b []byte) error {
	n, err := f.to.Write(b)
	f.at += int64(n)
	return err
}

func (f *flatWriter) write(columns []*value.Column, rows int) error {
	for lo := 0; lo < rows; {
		hi := min(rows, lo+groupRows-f.rows)
		err := f.each(func(c int, s *pageScratch) error { return f.chunks[c].append(columns[c], lo, hi, s) })
		if err != nil {
			return err
		}
		f.rows += hi - lo
		lo = hi
		if f.rows == groupRows {
			if err := f.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush writes the present row group.
func (f *flatWriter) flush() error {
	err := f.each(func(c int, s *pageScratch) error {
		f.done[c] = f.chunks[c].finish(s)
		return nil
	})
	if err != nil {
		return err
	}
	group := f.meta.AppendRowGroup()
	for c := range f.done {
		done := &f.done[c]
		if err := done.describe(group.NextColumnChunk(), f.at); err != nil {
			return err
		}
		if err := f.put(done.dictionary); err != nil {
			return err
		}
		for _, page := range done.pages {
			if err := f.put(page); err != nil {
				return err
			}
		}
		*done = chunkDone{}
	}
	group.SetNumRows(f.rows)
	err = group.Finish(0, int16(f.groups))
	f.groups, f.rows = f.groups+1, 0
	return err
}

func (f *flatWriter) close() error {
	if f.rows > 0 {
		if err := f.flush(); err != nil {
			return err
		}
	}
	footer, err := f.meta.Finish()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := footer.WriteTo(&b, nil); err != nil {
		return err
	}
	end := binary.LittleEndian.AppendUint32(b.Bytes(), uint32(b.Len()))
	return f.put(append(end, parquetMagic...))
}

// each calls work for every column, in parallel, and returns the error of the first that failed.
func (f *flatWriter) each(work func(column int, s *pageScratch) error) error {
	return parallel.Each(len(f.fields), runtime.GOMAXPROCS(0), func(c int) error {
		s := f.scratch.Get().(*pageScratch)
		defer f.scratch.Put(s)
		if err := work(c, s); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "column %q", f.fields[c].Name)
		}
		return nil
	})
}
