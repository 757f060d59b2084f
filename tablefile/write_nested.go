package tablefile

import (
	"bytes"
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// A nestedColumn has the library encode a column, whose levels it knows to make, as a file of its own in memory, one for
// each row group. The pages of that file become ours, with checksums.
type nestedColumn struct {
	schema *arrow.Schema // of this column alone
	stored value.Type
	props  *parquet.WriterProperties
	file   bytes.Buffer
	w      *pqarrow.FileWriter // nil between row groups
}

func (n *nestedColumn) append(c *value.Column, lo, hi int, _ *pageScratch) (err error) {
	defer recovered(&err)
	if n.w == nil {
		n.file.Reset()
		if n.w, err = pqarrow.NewFileWriter(n.schema, &n.file, n.props, pqarrow.DefaultWriterProps()); err != nil {
			return err
		}
	}
	rows, err := storedColumn(c.Slice(lo, hi), n.stored)
	if err != nil {
		return err
	}
	items := arrowvalue.ToArray(rows)
	defer items.Release()
	rec := array.NewRecordBatch(n.schema, []arrow.Array{items}, int64(hi-lo))
	defer rec.Release()
	return n.w.WriteBuffered(rec)
}

func (n *nestedColumn) finish(*pageScratch) (out []chunkDone, err error) {
	defer recovered(&err)
	err = n.w.Close()
	n.w = nil
	if err != nil {
		return nil, err
	}
	r, err := file.NewParquetReader(bytes.NewReader(n.file.Bytes()))
	if err != nil {
		return nil, err
	}
	group := r.MetaData().RowGroup(0)
	for leaf := range group.NumColumns() {
		chunk, err := group.ColumnChunk(leaf)
		if err != nil {
			return nil, err
		}
		start := chunkStart(chunk)
		done, err := chunkOf(n.file.Bytes()[start : start+chunk.TotalCompressedSize()])
		if err != nil {
			return nil, err
		}
		stats, err := chunk.Statistics()
		if err == nil && stats != nil {
			done.stats, err = stats.Encode()
		}
		if err != nil {
			return nil, err
		}
		out = append(out, done)
	}
	return out, nil
}

// chunkOf takes the pages of a column chunk.
func chunkOf(b []byte) (chunkDone, error) {
	done := newChunkDone()
	for len(b) > 0 {
		h, ok := readPageHeader(b)
		if !ok || h.size > len(b)-h.length || h.kind != pageData && h.kind != pageDictionary {
			return done, errors.New("the library wrote a page of another kind")
		}
		done.add(h, b[h.length:h.length+h.size])
		b = b[h.length+h.size:]
	}
	return done, nil
}

// recovered turns a panic of the library, which in a goroutine would end the process, into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = errs.New(errs.Internal, "it cannot be encoded: %v", p)
	}
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

// storedField returns the Arrow field of a column that is stored as another type; it says which type it has.
func storedField(f value.Field, stored value.Type) arrow.Field {
	out := arrowvalue.ArrowField(value.Field{Name: f.Name, Type: stored})
	if !stored.Equal(f.Type) {
		out = arrowvalue.WithType(out, f.Type)
	}
	return out
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
