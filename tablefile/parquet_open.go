package tablefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// A parquetFile is what the footer of a file says.
type parquetFile struct {
	meta    *metadata.FileMetaData
	shapes  []shape
	arrow   *arrow.Schema   // nil where a column has a type that Arrow cannot hold
	first   []int64         // first[g] is the number of rows before row group g
	chunks  map[int64]int64 // position of each column chunk → its length
	scratch sync.Pool       // *scratch
}

// plausibleRows bounds the rows of a row group by the size of the file, so that a damaged count cannot ask for more
// memory than the machine has: run-length encoding reaches about 50,000 rows a byte, real files a few hundred.
const (
	plausibleRowsFree    = 1 << 22
	plausibleRowsPerByte = 1 << 12
)

func (f *File) openParquet(ctx context.Context, r io.ReaderAt) error {
	if f.src.Size() == 0 {
		return errs.New(errs.InvalidArgument, "%s is empty, not even a Parquet file without rows", f.src.Name()).WithID("T0514").
			WithHint("write the file again, or delete it")
	}
	size := f.src.Size()
	r, err := fetch(ctx, r, [][2]int64{{0, 4}, {size - footerBytes, size}})
	if err != nil {
		return err
	}
	rd, err := openReader(r, size, nil, memory.NewGoAllocator())
	if err == nil {
		err = checkMagic(r)
	}
	if err == nil {
		err = checkArrowSchema(rd.MetaData().KeyValueMetadata())
	}
	switch errs.CodeOf(err) {
	case errs.FailedPrecondition, errs.Unavailable, errs.PermissionDenied, errs.Canceled, errs.DeadlineExceeded:
		return err // of the source: the file may be sound
	}
	if err != nil {
		return errs.Wrap(err, errs.DataLoss, "%s is not a whole Parquet file", f.src.Name()).WithID("T0512").
			WithHint("restore the file from where it came, or give it the extension of its format")
	}
	p := &parquetFile{meta: rd.MetaData(), chunks: map[int64]int64{}}
	p.scratch.New = func() any { return new(scratch) }
	f.parquet = p
	if sc, err := pqarrow.FromParquet(p.meta.Schema, nil, p.meta.KeyValueMetadata()); err == nil {
		p.arrow = sc
	}
	p.shapes = shapesOf(p.meta.Schema)
	for _, s := range p.shapes {
		f.names = append(f.names, s.name)
	}
	return f.checkGroups()
}

// checkMagic compares the first bytes with what every Parquet file begins with; the reader looks at the last ones only.
func checkMagic(r io.ReaderAt) error {
	var first [4]byte
	if _, err := r.ReadAt(first[:], 0); err != nil {
		return err
	}
	if string(first[:]) != "PAR1" {
		return fmt.Errorf("it begins with %q instead of %q", first, "PAR1")
	}
	return nil
}

// openReader returns a reader of the bytes of r, with its page buffers from pages. meta may be nil: then the footer is read.
func openReader(r io.ReaderAt, size int64, meta *metadata.FileMetaData, pages memory.Allocator) (*file.Reader, error) {
	options := []file.ReadOption{file.WithReadProps(parquet.NewReaderProperties(pages))}
	if meta != nil {
		options = append(options, file.WithMetadata(meta))
	}
	return file.NewParquetReader(io.NewSectionReader(r, 0, size), options...)
}

// fields returns the columns that have a counterpart among our types.
func (p *parquetFile) fields() []value.Field {
	var out []value.Field
	for _, s := range p.shapes {
		if t, err := p.typeOf(&s); err == nil {
			out = append(out, value.Field{Name: s.name, Type: t})
		}
	}
	return out
}

// typeOf returns the closest type of a column: the one that we noted when we wrote it, else that of its storage.
func (p *parquetFile) typeOf(s *shape) (value.Type, error) {
	if p.arrow != nil && s.field < p.arrow.NumFields() {
		return arrowvalue.TypeOfField(p.arrow.Field(s.field))
	}
	if s.flat == flatNone {
		return value.Type{}, errs.New(errs.InvalidArgument, "its Parquet type has no counterpart").WithID("T0116").
			WithHint("convert the column in the source")
	}
	return s.natural, nil
}

// checkGroups verifies what the footer says against the size of the file: the reader believes it and would allocate
// whatever a damaged one asks for.
func (f *File) checkGroups() error {
	p, size := f.parquet, f.src.Size()
	limit := plausibleRowsFree + min(size, math.MaxInt64/plausibleRowsPerByte/2)*plausibleRowsPerByte
	var total int64
	for g := range p.meta.NumRowGroups() {
		group := p.meta.RowGroup(g)
		rows := group.NumRows()
		if rows < 0 || rows > limit || rows > math.MaxInt32 {
			return f.damaged(g, "", errs.New(errs.DataLoss, "it claims %d rows", rows))
		}
		if group.NumColumns() != p.meta.Schema.NumColumns() {
			return f.damaged(g, "", errs.New(errs.DataLoss, "it has %d columns, the schema %d", group.NumColumns(), p.meta.Schema.NumColumns()))
		}
		for c := range group.NumColumns() {
			if err := p.addChunk(group, c, size); err != nil {
				return f.damaged(g, p.meta.Schema.Column(c).Path(), err)
			}
		}
		p.first = append(p.first, total)
		total += rows
	}
	if total != p.meta.NumRows {
		return errs.New(errs.DataLoss, "%s is damaged: its row groups have %d rows, its footer says %d", f.src.Name(), total, p.meta.NumRows).WithID("T0512")
	}
	return nil
}

// addChunk notes where a column chunk lies. Errors: what makes it unreadable.
func (p *parquetFile) addChunk(group *metadata.RowGroupMetaData, c int, size int64) error {
	chunk, err := group.ColumnChunk(c)
	if err != nil {
		return err
	}
	if chunk.CryptoMetadata() != nil {
		return errs.New(errs.Unimplemented, "it is encrypted, which cannot be read").WithHint("write the file without encryption")
	}
	start := chunkStart(chunk)
	length := chunk.TotalCompressedSize()
	if start < 0 || length < 0 || start > size || length > size-start {
		return errors.New("its bytes lie outside the file")
	}
	if chunk.FilePath() != "" {
		return errors.New("its data is in another file")
	}
	p.chunks[start] = length
	return nil
}

// damaged returns a DataLoss error that names file, row group and column; an Unimplemented cause keeps its code.
func (f *File) damaged(group int, column string, cause error) error {
	code := errs.DataLoss
	if errs.CodeOf(cause) == errs.Unimplemented {
		code = errs.Unimplemented
	}
	if column == "" {
		return errs.Wrap(cause, code, "%s, row group %d", f.src.Name(), group).WithID("T0512").
			WithHint("restore the file from where it came")
	}
	return errs.Wrap(cause, code, "%s, row group %d, column %q", f.src.Name(), group, column).WithID("T0512").
		WithHint("restore the file from where it came")
}

// A shape is how one column of the schema is stored.
type shape struct {
	name     string
	field    int   // index of the top-level field
	leaves   []int // indices of its leaf columns
	optional bool
	flat     flatKind   // flatNone: only the general reader can decode it
	natural  value.Type // of a flat column: the type without any conversion
}

// flatKind is the storage of a column that needs no record assembly.
type flatKind uint8

const (
	flatNone flatKind = iota
	flatInt32
	flatInt64
	flatMillis
	flatMicros
	flatNanos
	flatInt96
	flatFloat32
	flatFloat64
	flatBool
	flatText
	flatBytes
)

// shapesOf returns the top-level columns of a schema in order.
func shapesOf(s *schema.Schema) []shape {
	root := s.Root()
	shapes := make([]shape, root.NumFields())
	index := make(map[schema.Node]int, len(shapes))
	for i := range shapes {
		shapes[i] = shape{name: root.Field(i).Name(), field: i}
		index[root.Field(i)] = i
	}
	for c := range s.NumColumns() {
		i := index[s.ColumnRoot(c)]
		shapes[i].leaves = append(shapes[i].leaves, c)
		col := s.Column(c)
		if col.SchemaNode() == root.Field(i) && col.MaxRepetitionLevel() == 0 && col.MaxDefinitionLevel() <= 1 {
			shapes[i].optional = col.MaxDefinitionLevel() == 1
			shapes[i].flat, shapes[i].natural = flatOf(col)
		}
	}
	return shapes
}

// flatOf returns how a flat leaf is read. Unsigned integers of 32 and 64 bits, decimals, times of day and fixed-length
// bytes are left to the general reader.
func flatOf(col *schema.Column) (flatKind, value.Type) {
	logical := col.LogicalType()
	if logical == nil {
		logical = schema.NoLogicalType{}
	}
	scalar := value.Scalar
	switch col.PhysicalType() {
	case parquet.Types.Boolean:
		return flatBool, scalar(value.Bool)
	case parquet.Types.Int32:
		switch l := logical.(type) {
		case schema.NoLogicalType:
			return flatInt32, scalar(value.Int32)
		case schema.IntLogicalType:
			if l.IsSigned() || l.BitWidth() < 32 {
				return flatInt32, scalar(value.Int32)
			}
		case schema.DateLogicalType:
			return flatInt32, scalar(value.Date)
		}
	case parquet.Types.Int64:
		return flatOfInt64(logical)
	case parquet.Types.Int96:
		return flatInt96, scalar(value.UnixTimestamp)
	case parquet.Types.Float:
		return flatFloat32, scalar(value.Float32)
	case parquet.Types.Double:
		return flatFloat64, scalar(value.Float64)
	case parquet.Types.ByteArray:
		switch logical.(type) {
		case schema.StringLogicalType, schema.EnumLogicalType:
			return flatText, scalar(value.String)
		case schema.NoLogicalType:
			return flatBytes, scalar(value.Bytes)
		}
	}
	return flatNone, value.Type{}
}

func flatOfInt64(logical schema.LogicalType) (flatKind, value.Type) {
	switch l := logical.(type) {
	case schema.NoLogicalType:
		return flatInt64, value.Scalar(value.Int64)
	case schema.IntLogicalType:
		if l.IsSigned() {
			return flatInt64, value.Scalar(value.Int64)
		}
	case schema.TimestampLogicalType:
		unit := map[schema.TimeUnitType]flatKind{
			schema.TimeUnitMillis: flatMillis, schema.TimeUnitMicros: flatMicros, schema.TimeUnitNanos: flatNanos,
		}
		return unit[l.TimeUnit()], value.Scalar(value.UnixTimestamp)
	}
	return flatNone, value.Type{}
}
