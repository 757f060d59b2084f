package tablefile

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/value"
)

// A flatWriter encodes the columns of a row group in parallel, into memory, and closes them one after the other: the
// library's column writers share the file below them when they are closed, and closing them in parallel makes a damaged
// file without an error.
type flatWriter struct {
	w       *file.Writer
	columns int
	group   file.BufferedRowGroupWriter // nil between row groups
	rows    int                         // of group
	levels  []int16                     // ones: definition levels of rows that are not null
}

func newFlatWriter(to io.Writer, schema *arrow.Schema, props *parquet.WriterProperties) (*flatWriter, error) {
	sc, err := pqarrow.ToParquet(schema, props, pqarrow.DefaultWriterProps())
	if err != nil {
		return nil, schemaError(err)
	}
	meta := make(metadata.KeyValueMetadata, 0)
	noted, err := schemaNote(schema)
	if err != nil {
		return nil, schemaError(err)
	}
	if err := meta.Append("ARROW:schema", noted); err != nil {
		return nil, schemaError(err)
	}
	w, err := file.NewParquetWriterWithError(to, sc.Root(), file.WithWriterProps(props), file.WithWriteMetadata(meta))
	if err != nil {
		return nil, err
	}
	f := &flatWriter{w: w, columns: schema.NumFields(), levels: make([]int16, groupRows)}
	for i := range f.levels {
		f.levels[i] = 1
	}
	return f, nil
}

// schemaNote returns a schema as Arrow's readers expect it in the metadata of a Parquet file.
func schemaNote(schema *arrow.Schema) (string, error) {
	var b bytes.Buffer
	if err := ipc.NewWriter(&b, ipc.WithSchema(schema)).Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func (f *flatWriter) write(columns []*value.Column, rows int) error {
	for lo := 0; lo < rows; {
		hi := min(rows, lo+groupRows-f.rows)
		if err := f.append(columns, lo, hi); err != nil {
			return err
		}
		lo = hi
	}
	return nil
}

// append writes rows lo ≤ i < hi to the present row group, which has room for them, and closes it once it is full.
func (f *flatWriter) append(columns []*value.Column, lo, hi int) (err error) {
	if f.group == nil {
		if f.group, err = f.w.AppendBufferedRowGroupChecked(); err != nil {
			return err
		}
	}
	err = f.each(func(c int) error {
		to, err := f.group.Column(c)
		if err != nil {
			return err
		}
		return f.encode(to, columns[c].Slice(lo, hi))
	})
	if err != nil {
		return err
	}
	if f.rows += hi - lo; f.rows == groupRows {
		return f.flush()
	}
	return nil
}

// flush closes the present row group.
func (f *flatWriter) flush() error {
	if f.group == nil {
		return nil
	}
	err := f.group.Close()
	f.group, f.rows = nil, 0
	return err
}

func (f *flatWriter) close() error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.w.Close()
}

// each calls work for every column, from as many goroutines as there are processors, and returns the first error.
func (f *flatWriter) each(work func(column int) error) error {
	errs := make([]error, f.columns)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(f.columns, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for c := int(next.Add(1)) - 1; c < f.columns; c = int(next.Add(1)) - 1 {
				errs[c] = guarded(work, c)
			}
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// guarded turns a panic of the library, which in a goroutine would end the process, into an error.
func guarded(work func(int) error, column int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("column %d cannot be encoded: %v", column, p)
		}
	}()
	return work(column)
}
