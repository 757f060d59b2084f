package online

import (
	"context"
	"math"

	"github.com/truepoint/truepoint/eventtime"
)

// A Keep says for how long at least a store keeps what is written, counted from the write. Zero stands for ever.
type Keep struct {
	Rows, Tombstones eventtime.Duration
}

// Margins of KeepOf (design/semantics.md 6.7 and 7.7).
const (
	keepMargin      = eventtime.Day // for clocks, and for readers of a past asOf
	tombstonesLeast = 30 * eventtime.Day
)

// KeepOf returns what a view with this ttl needs: rows until the ttl and a day are over, tombstones at least 30 days; all
// for ever where the ttl is 0.
func KeepOf(ttl eventtime.TTL) Keep {
	if ttl <= 0 || ttl > math.MaxInt64-tombstonesLeast {
		return Keep{}
	}
	return Keep{Rows: ttl + keepMargin, Tombstones: max(ttl+keepMargin, tombstonesLeast)}
}

// AtLeast returns for how long a store keeps rows and tombstones that was told to keep all of them for setting, 0 for ever.
// A setting shorter than k counts as k: a store collects garbage and decides nothing.
func (k Keep) AtLeast(setting eventtime.Duration) Keep {
	if setting <= 0 || k.Rows == 0 {
		return Keep{}
	}
	return Keep{Rows: max(setting, k.Rows), Tombstones: max(setting, k.Tombstones)}
}

// A Keeper is a Driver whose backend can forget cells by itself. It is an optional ability: others keep all cells until
// they are told to drop them.
type Keeper interface {
	// PutFor is PutBatch for cells that need not be kept longer than keep says. What PutBatch writes is kept for ever.
	PutFor(ctx context.Context, table string, cells []Cell, keep Keep) (PutResult, error)
}

// PutFor writes by d, with its ability to forget where it has it.
func PutFor(ctx context.Context, d Driver, table string, cells []Cell, keep Keep) (PutResult, error) {
	if k, ok := d.(Keeper); ok {
		return k.PutFor(ctx, table, cells, keep)
	}
	return d.PutBatch(ctx, table, cells)
}
