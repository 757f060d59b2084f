package online

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/value"
)

// Fetch reads the rows of reads as they are stored, with one call of the driver for all of them, for a caller that looks at
// each by itself: it fills Packed, which Unpack reads. Keys of one read must be distinct. A Read that has served before lends
// its memory to the next Fetch.
//
// Errors: if the driver fails, its classified error, which every read carries in Err.
func (s *Store) Fetch(ctx context.Context, reads []*Read) error {
	items := make([]TableKeys, len(reads))
	for n, r := range reads {
		r.Err = nil
		if r.decoder.use != r.Use {
			r.decoder = decoder{use: r.Use}
		}
		r.Packed = slices.Grow(r.Packed[:0], len(r.Keys))[:len(r.Keys)]
		clear(r.Packed)
		items[n] = TableKeys{Table: r.Table, Keys: r.Keys, Rows: r.Packed, Room: r.Room}
	}
	return s.fetch(ctx, items, reads)
}

// Forget lets go of the rows that Fetch found, and keeps memory for the next ones.
func (r *Read) Forget() {
	clear(r.Packed)
	clear(r.decoder.buf)
	clear(r.decoder.out)
	r.Keys, r.Room = nil, nil
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
