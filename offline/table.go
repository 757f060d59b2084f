package offline

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
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
}

// ReadTable reads a whole file, Parquet, CSV or JSON lines by its extension, with all its columns in file order. Types
// of text files are inferred (tablefile.File.Fields says how) except for those in opt.Types.
//
// Errors: NotFound for a missing file, InvalidArgument for a column of opt.Types that the file lacks and for a value
// that is not of its type, DataLoss for a damaged file, FailedPrecondition for one that changes meanwhile; all name
// the file, and row and column where there is one.
func ReadTable(ctx context.Context, path string, opt *TableOptions) (*value.Batch, error) {
	if _, err := tablefile.FormatOf(path); err != nil {
		return nil, err
	}
	src, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer src.file.Close()
	return ReadTableFrom(ctx, src, opt)
}

// ReadTableFrom is ReadTable for the bytes of a file wherever it lies, whose name tells its format.
func ReadTableFrom(ctx context.Context, src tablefile.Source, opt *TableOptions) (*value.Batch, error) {
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
	return readAll(ctx, f, columns, opt)
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
		if !slices.Contains(f.Names(), n) {
			out = append(out, tablefile.Column{Name: n, File: n, Type: o.Types[n]}) // Select says that it is missing
		}
	}
	return out, nil
}

// readAll reads the parts of a file one after the other into one batch.
func readAll(ctx context.Context, f *tablefile.File, columns []tablefile.Column, opt *TableOptions) (*value.Batch, error) {
	parts, err := f.Select(columns)
	if err != nil {
		return nil, err
	}
	rows := 0
	for _, p := range parts {
		rows += p.Rows()
	}
	if opt.RowsMax > 0 && rows > opt.RowsMax {
		return nil, errs.New(errs.ResourceExhausted, "the table has %d rows, more than %d", rows, opt.RowsMax).WithID("T0516").
			WithHint("split the file")
	}
	names := make([]string, len(columns))
	all := make([]*value.Column, len(columns))
	one := make([]*value.Column, len(columns))
	for i, c := range columns {
		names[i] = c.Name
		all[i] = value.NewColumn(c.Type, rows)
		one[i] = value.NewColumn(c.Type, 0)
	}
	for _, p := range parts {
		if err := p.Read(ctx, names, nil, one); err != nil {
			return nil, err
		}
		for i := range all {
			for r := range one[i].Len() {
				all[i].Append(one[i].At(r))
			}
		}
	}
	b := &value.Batch{Rows: rows}
	for i, n := range names {
		b.Add(n, all[i])
	}
	return b, nil
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

// WriteTable writes a batch as a file, Parquet, CSV or JSON lines by the extension of path. The file appears whole or
// not at all; one that is there is replaced. Errors: those of Create and TableWriter.Commit.
func WriteTable(path string, b *value.Batch) error {
	w, err := Create(path, b.Fields())
	if err != nil {
		return err
	}
	return w.WriteAll(b)
}

// WriteAll writes a batch as the whole table and commits it, or aborts.
func (w *TableWriter) WriteAll(b *value.Batch) error {
	defer w.Abort()
	if err := w.Write(b); err != nil {
		return err
	}
	return w.Commit()
}

// A TableWriter writes a file in several batches. The file appears with Commit, or never.
type TableWriter struct {
	name string
	to   Output
	enc  *tablefile.Writer
}

// An Output is a file in the making. It appears with Commit, or never; after Commit, Abort does nothing.
type Output interface {
	io.Writer
	Commit() error
	Abort()
}

// A localOutput is a file of the local file system in the making.
type localOutput struct {
	*tablefile.Atomic
	name string
}

func (o localOutput) Commit() error { return o.Atomic.Commit(o.name) }

// Create starts to write a table with these columns to path, whose directory must exist. Call Commit or Abort.
// Errors: InvalidArgument for an unknown extension and for columns that a file cannot have; those of the file system.
func Create(path string, fields []value.Field) (*TableWriter, error) {
	if _, err := tablefile.FormatOf(path); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errs.New(errs.InvalidArgument, "%s is not a regular file and cannot be replaced", path).WithID("T0521")
	}
	file, err := tablefile.CreateAtomic(filepath.Dir(path))
	if err != nil {
		return nil, fileError(err, "cannot write %s", path)
	}
	return CreateAt(path, localOutput{file, filepath.Base(path)}, fields)
}

// CreateAt is Create for a file wherever it lies, whose name tells its format. It takes over to.
func CreateAt(name string, to Output, fields []value.Field) (*TableWriter, error) {
	format, err := tablefile.FormatOf(name)
	w := &TableWriter{name: name, to: to}
	if err == nil {
		w.enc, err = tablefile.NewWriter(to, format, fields)
	}
	if err != nil {
		to.Abort()
		return nil, err
	}
	return w, nil
}

// Write appends the rows of a batch, which has the columns given to Create in order.
func (w *TableWriter) Write(b *value.Batch) error {
	return fileError(w.enc.Write(b), "writing %s", w.name)
}

// Commit makes the file durable and gives it its name.
func (w *TableWriter) Commit() error {
	if err := w.enc.Close(); err != nil {
		return fileError(err, "writing %s", w.name)
	}
	return fileError(w.to.Commit(), "writing %s", w.name)
}

// Abort drops what was written. After Commit it does nothing.
func (w *TableWriter) Abort() { w.to.Abort() }

// fileError wraps a raw error of the operating system; nil and our own errors pass.
func fileError(err error, format string, args ...any) error {
	if err == nil || errs.CodeOf(err) != errs.Unknown {
		return err
	}
	return tablefile.OSError(err, fmt.Sprintf(format, args...))
}
