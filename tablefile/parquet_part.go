package tablefile

import (
	"context"
	"io"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// A want is a column that a reader asked for, matched with the file.
type want struct {
	Column
	shape *shape // nil for an optional column that the file lacks
}

// A parquetPart is one row group.
type parquetPart struct {
	file  *File
	group int
	rows  int
	wants map[string]*want
}

func (f *File) selectParquet(columns []Column) ([]Part, error) {
	wants := make(map[string]*want, len(columns))
	for _, c := range columns {
		w := &want{Column: c}
		for i := range f.parquet.shapes {
			if f.parquet.shapes[i].name == c.File {
				w.shape = &f.parquet.shapes[i]
			}
		}
		if err := f.checkType(w); err != nil {
			return nil, err
		}
		wants[c.Name] = w
	}
	parts := make([]Part, f.parquet.meta.NumRowGroups())
	for g := range parts {
		parts[g] = &parquetPart{file: f, group: g, rows: int(f.parquet.meta.RowGroup(g).NumRows()), wants: wants}
	}
	return parts, nil
}

// checkType refuses a conversion that no value can pass, before any row is read.
func (f *File) checkType(w *want) error {
	if w.shape == nil {
		return nil
	}
	if w.shape.flat == flatNone {
		if _, err := f.parquet.typeOf(w.shape); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "%s, column %q", f.src.Name(), w.File)
		}
		return nil
	}
	from, to := w.shape.natural.Kind, w.Type.Kind
	counts := to == value.UnixTimestamp && (from == value.Int32 || from == value.Int64)
	if counts && f.opt.Unit == "" {
		return errs.New(errs.InvalidArgument, "%s: column %q holds numbers; as times they need a unit", f.src.Name(), w.File).WithID("T0104").
			WithHint("declare timestamp_unit: s, ms, us or ns")
	}
	if counts || value.Convertible(from, to) || general(w.shape.natural, w.Type) {
		return nil
	}
	return errs.New(errs.InvalidArgument, "%s: column %q has type %s, which cannot become %s", f.src.Name(), w.File, w.shape.natural, w.Type).
		WithID("T0113").WithHint("declare the type that the data has, or convert in the source")
}

// general reports whether a flat column must take the general reader, because its target keeps text in a form of its
// own that has to be checked.
func general(from, to value.Type) bool {
	return to.Kind == value.Json && (from.Kind == value.String || from.Kind == value.Bytes)
}

func (p *parquetPart) Rows() int { return p.rows }

// Read implements Part. Strings are made for picked rows only.
func (p *parquetPart) Read(ctx context.Context, names []string, picked []uint64, dst []*value.Column) (err error) {
	src := p.file.src
	r, release, err := src.Acquire(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if changed := release(); changed != nil {
			err = changed // what was decoded from other bytes means nothing
		}
	}()
	defer recoverInto(&err, src.Name(), "opening it again")
	if r, err = fetch(ctx, r, p.ranges(names)); err != nil {
		return err
	}
	rd := &chunkReader{raw: r, part: p}
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		w, ok := p.wants[name]
		if !ok {
			return errs.New(errs.Internal, "column %q was not asked for when %s was opened", name, src.Name())
		}
		if err := p.read(ctx, rd, request{w, picked}, dst[i]); err != nil {
			return err
		}
	}
	return nil
}

// A chunkReader reads the column chunks of a part: as they are, or with the library.
type chunkReader struct {
	raw     io.ReaderAt
	part    *parquetPart
	library *file.Reader // nil until it is needed
}

// open returns the library's reader.
func (r *chunkReader) open() (_ *file.Reader, err error) {
	if r.library == nil {
		f := r.part.file
		if r.library, err = openReader(&summedReader{r.raw, f.parquet.chunks}, f.src.Size(), f.parquet.meta, memory.NewGoAllocator()); err != nil {
			return nil, f.damaged(r.part.group, "", err)
		}
	}
	return r.library, nil
}

// general reports whether only the general reader can decode a column.
func (w *want) general() bool { return w.shape.flat == flatNone || general(w.shape.natural, w.Type) }

// A request is a column of which the picked rows are asked for, all if picked is nil.
type request struct {
	*want
	picked []uint64
}

// read decodes one column.
func (p *parquetPart) read(ctx context.Context, rd *chunkReader, w request, dst *value.Column) (err error) {
	defer func() {
		if bad := recover(); bad != nil {
			err = p.file.damaged(p.group, w.File, errs.New(errs.DataLoss, "the decoder failed: %v", bad))
		}
	}()
	if w.shape == nil {
		setAllNull(dst, w.Type, CountPicked(w.picked, p.rows))
		return nil
	}
	if w.general() {
		library, err := rd.open()
		if err != nil {
			return err
		}
		if err := p.readGeneral(ctx, library, w.want, dst); err != nil || w.picked == nil {
			return err
		}
		dst.Keep(w.picked)
		return nil
	}
	d := p.decoderOf(w.want)
	d.picked = w.picked
	defer d.close()
	return d.read(rd, dst)
}

// setAllNull makes dst a column of rows nulls.
func setAllNull(dst *value.Column, t value.Type, rows int) {
	dst.Type = t
	dst.Resize(rows)
	for i := range rows {
		dst.SetNull(i)
	}
}
