package online

import (
	"context"

	"github.com/truepoint/truepoint/errs"
)

// An Expirer is a Driver that can remove single cells. It is an optional ability, for those that collect garbage: deletes
// are tombstones, which keep older rows out. Drivers whose backend forgets cells by itself (Keeper) need not have it.
type Expirer interface {
	// Expire removes each of cells whose stored row is still Row, byte for byte and atomically per cell, and returns how
	// many there were. So a row that was written meanwhile stays. Keys are in ascending order without duplicates. On error
	// an unknown subset has been removed; after a crash removed cells may be back, as they were. Arguments are not retained.
	// Errors: Unimplemented, also for no cells, from a driver that wraps one without the ability.
	Expire(ctx context.Context, table string, cells []Cell) (removed int64, err error)
}

// Expire removes cells that are still what the caller has seen; see Expirer. able is false if the driver cannot: then
// nothing was done. Errors: InvalidArgument for keys out of order or a malformed row; otherwise the driver's, classified.
func (s *Store) Expire(ctx context.Context, table string, cells []Cell) (removed int64, able bool, err error) {
	d, able := s.driver.(Expirer)
	if !able {
		return 0, false, nil
	}
	if err := CheckCells(table, cells); err != nil {
		return 0, true, err
	}
	if removed, err = d.Expire(ctx, table, cells); errs.CodeOf(err) == errs.Unimplemented {
		return 0, false, nil
	}
	return removed, true, s.fail(err, "remove rows of online table %q", table)
}
