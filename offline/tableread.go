package offline

import (
	"context"
	"io"
	"os"
	"slices"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/tablefile"
	"github.com/truepoint/truepoint/value"
)

// TableOptions says how ReadTable reads a file. The zero value of every member means its default.
type TableOptions struct {
	Types     map[string]value.Type // types to convert columns to; others keep the type that they have
	Moments   []string              // columns with event or as-of times: numbers must lie between 1970 and 2100
	Location  *time.Location        // of times without a zone; default UTC
	Unit      eventtime.Unit        // of numbers that are read as UnixTimestamp
	Separator byte                  // of CSV fields; default ','
	RowsMax   int                   // more rows are ResourceExhausted; default no limit
	IfThere   bool                  // ignore members of Types that the file lacks, instead of an error
}

// A TableFile is a file that is open as a table, with all its columns in file order. It is read part by part, so that it
// may be larger than memory. It is safe for concurrent use until it is closed.
type TableFile struct {
	fields []value.Field
	parts  []pit.Part
	close  func() error
}

var _ pit.Table = (*TableFile)(nil)

// OpenTable opens a file, Parquet, CSV or JSON lines by its extension. Types of text files are inferred
// (tablefile.File.Fields says how) except for those in opt.Types.
//
// Errors: NotFound for a missing file, InvalidArgument for a column of opt.Types that the file lacks or that cannot have
// its type, ResourceExhausted for more rows than opt.RowsMax, DataLoss for a damaged file; all name the file. Those of
// its parts are InvalidArgument for a value that is not of its type, DataLoss, and FailedPrecondition for a file that
// changes meanwhile, with row and column.
func OpenTable(ctx context.Context, path string, opt *TableOptions) (*TableFile, error) {
	if _, err := tablefile.FormatOf(path); err != nil {
		return nil, err
	}
	src, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	t, err := OpenTableFrom(ctx, src, opt)
	if err != nil {
		return nil, errs.Join(err, src.file.Close())
	}
	t.close = src.file.Close
	return t, nil
}

// OpenTableFrom is OpenTable for the bytes of a file wherever it lies, whose name tells its format.
func OpenTableFrom(ctx context.Context, src tablefile.Source, opt *TableOptions) (*TableFile, error) {
	if opt == nil {
		opt = &TableOptions{}
	}
	format, err := tablefile.FormatOf(src.Name())
	if err != nil {
		return nil, err
	}
	f, err := tablefile.Open(ctx, src, format, &tablefile.Options{
		Location: opt.Location, Unit: opt.Unit, Separator: opt.Separator, Infer: true,
	})
	if err != nil {
		return nil, err
	}
	columns, err := opt.columns(f)
	if err != nil {
		return nil, err
	}
	parts, err := f.Select(columns)
	if err != nil {
		return nil, err
	}
	t := &TableFile{close: func() error { return nil }}
	for _, c := range columns {
		t.fields = append(t.fields, value.Field{Name: c.Name, Type: c.Type})
	}
	for _, p := range parts {
		t.parts = append(t.parts, filePart{p})
	}
	if rows := t.Rows(); opt.RowsMax > 0 && rows > int64(opt.RowsMax) {
		return nil, errs.New(errs.ResourceExhausted, "the table has %d rows, more than %d", rows, opt.RowsMax).WithID("T0516").
			WithHint("split the file")
	}
	return t, nil
}

// A filePart is a part of a file that is read as it is.
type filePart struct{ tablefile.Part }

func (p filePart) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	return p.Part.Read(ctx, columns, nil, dst)
}

// Fields returns the columns. The caller must not change them.
func (t *TableFile) Fields() []value.Field { return t.fields }

// Parts implements pit.Table.
func (t *TableFile) Parts() []pit.Part { return t.parts }

// Rows returns the number of rows.
func (t *TableFile) Rows() int64 {
	var rows int64
	for _, p := range t.parts {
		rows += int64(p.Rows())
	}
	return rows
}

// Close closes the file.
func (t *TableFile) Close() error { return t.close() }

// ReadAll reads the parts one after the other into one batch.
func (t *TableFile) ReadAll(ctx context.Context) (*value.Batch, error) {
	names := make([]string, len(t.fields))
	one := make([]*value.Column, len(t.fields))
	b := &value.Batch{}
	for i, f := range t.fields {
		names[i], one[i] = f.Name, value.NewColumn(f.Type, 0)
		b.Add(f.Name, value.NewColumn(f.Type, int(t.Rows())))
	}
	for _, p := range t.parts {
		if err := p.Read(ctx, names, one); err != nil {
			return nil, err
		}
		for i, c := range b.Columns {
			c.AppendRange(one[i], 0, one[i].Len())
		}
		b.Rows += p.Rows()
	}
	return b, nil
}

// ReadTable reads a whole file into memory. Errors: those of OpenTable and of its parts.
func ReadTable(ctx context.Context, path string, opt *TableOptions) (b *value.Batch, err error) {
	t, err := OpenTable(ctx, path, opt)
	if err != nil {
		return nil, err
	}
	defer func() { err = errs.Join(err, t.Close()) }()
	return t.ReadAll(ctx)
}

// columns returns every column of a file with the type to read it as.
func (o *TableOptions) columns(f *tablefile.File) ([]tablefile.Column, error) {
	fields, err := f.Fields()
	if err != nil {
		return nil, err
	}
	var out []tablefile.Column
	for _, n := range f.Names() {
		c := tablefile.Column{Name: n, File: n, Moment: slices.Contains(o.Moments, n)}
		if i := slices.IndexFunc(fields, func(x value.Field) bool { return x.Name == n }); i >= 0 {
			c.Type = fields[i].Type
		}
		if t, asked := o.Types[n]; asked {
			c.Type = t
		}
		if c.Type.IsZero() {
			c.Type = value.Scalar(value.String) // Select says why the column cannot be read
		}
		out = append(out, c)
	}
	for _, n := range sortedKeys(o.Types) {
		if !o.IfThere && !slices.Contains(f.Names(), n) {
			out = append(out, tablefile.Column{Name: n, File: n, Type: o.Types[n]}) // Select says that it is missing
		}
	}
	return out, nil
}

// A plainFile is a file that is read once and then closed. It implements tablefile.Source.
type plainFile struct {
	file *os.File
	name string
	stat os.FileInfo
}

func openPlain(path string) (*plainFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fileError(err, "cannot read %s", path)
	}
	stat, err := file.Stat()
	if err == nil && !stat.Mode().IsRegular() {
		err = errs.New(errs.InvalidArgument, "%s is not a regular file", path).WithID("T0521")
	}
	if err != nil {
		file.Close()
		return nil, fileError(err, "cannot read %s", path)
	}
	return &plainFile{file: file, name: path, stat: stat}, nil
}

func (p *plainFile) Name() string { return p.name }
func (p *plainFile) Size() int64  { return p.stat.Size() }

func (p *plainFile) Acquire(context.Context) (io.ReaderAt, func() error, error) {
	return p.file, func() error {
		now, err := p.file.Stat()
		if err != nil || now.Size() != p.stat.Size() || !now.ModTime().Equal(p.stat.ModTime()) {
			return errs.New(errs.FailedPrecondition, "%s was written to while it was read", p.name).WithID("T0503").
				WithHint("run again once its writer is done")
		}
		return nil
	}, nil
}
