package online

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Each reads as Read does, for a caller that is done with each row at once: it calls row for every key of every read, in
// order, instead of keeping Cells and Rows. Keys of one read must be distinct. cells are those of Read.Cells, nil for a row
// that was not found or is deleted; they and info are valid during the call only. A read that fails midway has Err set and
// may have been shown rows before; the caller must not use them.
//
// Errors: those of Read. Besides the driver's memory it costs at most one allocation a row.
func (s *Store) Each(ctx context.Context, reads []*Read, row func(read, key int, info *RowInfo, cells []value.Value)) error {
	items := make([]TableKeys, len(reads))
	for n, r := range reads {
		r.Err = nil
		items[n] = TableKeys{Table: r.Table, Keys: r.Keys, Rows: make([][]byte, len(r.Keys))}
	}
	if err := s.fetch(ctx, items, reads); err != nil {
		return err
	}
	var first error
	var info RowInfo // of all rows, because the caller's function makes it escape
	for n, r := range reads {
		d := decoder{use: r.Use}
		for i, packed := range items[n].Rows {
			info = RowInfo{Event: eventtime.None, Created: eventtime.None}
			cells, err := d.row(packed, &info)
			if err != nil {
				r.Err = err
				if first == nil {
					first = err
				}
				break
			}
			row(n, i, &info, cells)
		}
	}
	return first
}
