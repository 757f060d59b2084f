package online

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Fetch reads the rows of reads as they are stored, with one call of the driver for all of them, for a caller that looks at
// each by itself: it fills Packed, which Unpack reads. Keys of one read must be distinct.
//
// Errors: if the driver fails, its classified error, which every read carries in Err.
func (s *Store) Fetch(ctx context.Context, reads []*Read) error {
	items := make([]TableKeys, len(reads))
	for n, r := range reads {
		r.Err, r.decoder.use = nil, r.Use
		items[n] = TableKeys{Table: r.Table, Keys: r.Keys, Rows: make([][]byte, len(r.Keys)), Room: r.Room}
	}
	if err := s.fetch(ctx, items, reads); err != nil {
		return err
	}
	for n, r := range reads {
		r.Packed = items[n].Rows
	}
	return nil
}

// Unpack fills info for a key that Fetch has read, and returns its cells: those of Cells, nil for a row that was not found or
// is deleted. They are valid until the next call. It costs at most one allocation a row.
//
// Errors: those of Read about rows that cannot be understood. The first one stays in Err, and the caller must then use no row
// of this read.
func (r *Read) Unpack(key int, info *RowInfo) ([]value.Value, error) {
	*info = RowInfo{Event: eventtime.None, Created: eventtime.None}
	cells, err := r.decoder.row(r.Packed[key], info)
	if err != nil && r.Err == nil {
		r.Err = err
	}
	return cells, err
}
