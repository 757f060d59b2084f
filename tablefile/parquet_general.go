package tablefile

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// readGeneral decodes a column of any shape through Arrow.
func (p *parquetPart) readGeneral(ctx context.Context, rd *file.Reader, w *want, dst *value.Column) error {
	fr, err := pqarrow.NewFileReader(rd, pqarrow.ArrowReadProperties{}, memory.NewGoAllocator())
	if err != nil {
		return p.file.damaged(p.group, w.File, err)
	}
	table, err := fr.ReadRowGroups(ctx, w.shape.leaves, []int{p.group})
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return p.file.damaged(p.group, w.File, err)
	}
	defer table.Release()
	if table.NumCols() != 1 || table.NumRows() != int64(p.rows) {
		return p.file.damaged(p.group, w.File, errs.New(errs.DataLoss, "%d rows were decoded instead of %d", table.NumRows(), p.rows))
	}
	return p.fromChunks(table.Column(0).Data().Chunks(), w, dst)
}

// fromChunks converts the arrays of one column, which follow one another.
func (p *parquetPart) fromChunks(chunks []arrow.Array, w *want, dst *value.Column) error {
	f := p.file
	opt := arrowvalue.Options{
		Location: f.opt.Location, Unit: f.opt.Unit, Times: w.Moment, Column: w.File, FirstRow: f.parquet.first[p.group],
	}
	dst.Type = w.Type
	dst.Resize(0)
	for _, c := range chunks {
		next := dst
		if len(chunks) > 1 {
			next = value.NewColumn(w.Type, c.Len())
		}
		if err := arrowvalue.ToColumn(next, c, opt); err != nil {
			return errs.Wrap(err, errs.CodeOf(err), "%s", f.src.Name())
		}
		if next != dst {
			for i := range next.Len() {
				dst.Append(next.At(i))
			}
		}
		opt.FirstRow += int64(c.Len())
	}
	return nil
}
