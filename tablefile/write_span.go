package tablefile

import (
	"context"
	"math/bits"
	"unsafe"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/arrowvalue"
)

// encode writes a flat column of at most groupRows rows: without a detour where our storage is that of the file, else
// through Arrow.
func (f *flatWriter) encode(to file.ColumnChunkWriter, c *value.Column) (err error) {
	levels := f.levelsOf(c)
	switch w := to.(type) {
	case *file.Int64ColumnChunkWriter:
		_, err = w.WriteBatch(present(c, c.Ints), levels, nil)
	case *file.Float64ColumnChunkWriter:
		_, err = w.WriteBatch(present(c, c.Float64s), levels, nil)
	case *file.Float32ColumnChunkWriter:
		_, err = w.WriteBatch(present(c, c.Float32s), levels, nil)
	case *file.ByteArrayColumnChunkWriter:
		texts := present(c, c.Texts)
		items := make([]parquet.ByteArray, len(texts))
		for i, text := range texts {
			items[i] = unsafe.Slice(unsafe.StringData(text), len(text)) // the writer only reads them
		}
		_, err = w.WriteBatch(items, levels, nil)
	default:
		rows := arrowvalue.ToArray(c)
		defer rows.Release()
		return pqarrow.WriteArrowToColumn(pqarrow.NewArrowWriteContext(context.Background(), nil), to, rows, levels, nil, true)
	}
	return err
}

// levelsOf returns the definition levels of a column.
func (f *flatWriter) levelsOf(c *value.Column) []int16 {
	if !c.HasNulls() {
		return f.levels[:c.Len()]
	}
	out := make([]int16, c.Len())
	copy(out, f.levels)
	for i, w := range c.Nulls {
		for ; w != 0; w &= w - 1 {
			if row := i<<6 + bits.TrailingZeros64(w); row < len(out) {
				out[row] = 0
			}
		}
	}
	return out
}

// present returns the items of a column that are not null.
func present[T any](c *value.Column, items []T) []T {
	if !c.HasNulls() {
		return items
	}
	out := make([]T, 0, len(items))
	for i := 0; i < len(items); i += 64 {
		few := items[i:min(i+64, len(items))]
		if i>>6 >= len(c.Nulls) || c.Nulls[i>>6] == 0 {
			out = append(out, few...)
			continue
		}
		for k, x := range few {
			if !c.Null(i + k) {
				out = append(out, x)
			}
		}
	}
	return out
}
