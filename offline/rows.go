package offline

import (
	"context"

	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A RowReader reads a table from its first row on, in runs of rows that need not be those of its parts. It holds one part
// and is for one goroutine.
type RowReader struct {
	table  pit.Table
	fields []value.Field
	next   int // part
	part   []*value.Column
	at     int // rows of the part that are given
}

// NewRowReader returns a reader of columns of a table.
func NewRowReader(t pit.Table, fields []value.Field) *RowReader {
	return &RowReader{table: t, fields: fields}
}

// Read returns the next n rows, which there must be, in memory of their own. Errors: those of the parts.
func (r *RowReader) Read(ctx context.Context, n int) (*value.Batch, error) {
	names := make([]string, len(r.fields))
	out := &value.Batch{}
	for i, f := range r.fields {
		names[i] = f.Name
		out.Add(f.Name, value.NewColumn(f.Type, n))
	}
	if r.part == nil {
		for _, f := range r.fields {
			r.part = append(r.part, value.NewColumn(f.Type, 0))
		}
	}
	for out.Rows < n {
		have := 0
		if r.next > 0 {
			have = r.table.Parts()[r.next-1].Rows() - r.at
		}
		if have == 0 {
			if err := r.table.Parts()[r.next].Read(ctx, names, r.part); err != nil {
				return nil, err
			}
			r.next, r.at = r.next+1, 0
			continue
		}
		take := min(have, n-out.Rows)
		for i, c := range out.Columns {
			c.AppendRange(r.part[i], r.at, r.at+take)
		}
		r.at, out.Rows = r.at+take, out.Rows+take
	}
	return out, nil
}
