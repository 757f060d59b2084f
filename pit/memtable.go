package pit

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/value"
)

// MemTable returns a table in memory with one part per batch, in that order. It keeps the batches, which must not change
// and must agree in their columns.
func MemTable(batches ...*value.Batch) Table {
	t := &memTable{}
	for _, b := range batches {
		t.parts = append(t.parts, memPart{b})
	}
	return t
}

type memTable struct{ parts []Part }

func (t *memTable) Parts() []Part { return t.parts }

type memPart struct{ rows *value.Batch }

func (p memPart) Rows() int { return p.rows.Rows }

func (p memPart) Read(ctx context.Context, columns []string, dst []*value.Column) error {
	for i, name := range columns {
		if err := ctx.Err(); err != nil {
			return err
		}
		src := p.rows.Column(name)
		if src == nil {
			return errs.New(errs.InvalidArgument, "table in memory has no column %q", name).WithID("T0301")
		}
		copyColumn(dst[i], src)
	}
	return nil
}

// copyColumn makes dst a copy of src, in the storage of dst where there is room.
func copyColumn(dst, src *value.Column) {
	dst.Type = src.Type
	dst.Resize(src.Len())
	copy(dst.Ints, src.Ints)
	copy(dst.Float32s, src.Float32s)
	copy(dst.Float64s, src.Float64s)
	copy(dst.Texts, src.Texts)
	copy(dst.Values, src.Values)
	dst.Nulls = append(dst.Nulls, src.Nulls...)
}
