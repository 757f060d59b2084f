package online

import (
	"context"

	"github.com/truepoint/truepoint/errs"
)

// A TableKeys asks for keys of one table. Tables are named by TableName and need not exist: then no key is found.
type TableKeys struct {
	Table string
	Keys  [][]byte
	Rows  [][]byte // filled by GetBatch: Rows[i] is the packed row of Keys[i], nil when missing; caller makes the slice
	Room  *Room    // where rows may lie; nil: nowhere
}

// A Cell is a packed row (value.AppendRow) under its entity key (value.AppendKey).
type Cell struct {
	Key []byte
	Row []byte
}

// Unknown is the count of a driver that merges without reading.
const Unknown = -1

// A PutResult counts what PutBatch did. Superseded cells lost against a newer or equal stored row; it is Unknown where
// the driver cannot tell, and Written then counts all cells.
type PutResult struct {
	Written    int64
	Superseded int64
}

// A Driver stores packed rows. Implementations are safe for concurrent use.
type Driver interface {
	// GetBatch fills Rows of every item, in as few round trips as the backend allows. A missing key leaves nil and is
	// not an error. Each row is read atomically. Keys and items are not retained; the rows belong to the caller, but for
	// those in its Room.
	GetBatch(ctx context.Context, items []TableKeys) error
	// PutBatch writes cells of one table. Keys are in ascending order without duplicates. Per cell and atomically, the
	// row that is greater by value.CompareRows stays. So a batch may be repeated, reordered and raced. On error an
	// unknown subset has been written. After nil the cells survive a crash. Arguments are not retained.
	PutBatch(ctx context.Context, table string, cells []Cell) (PutResult, error)
	// Scan calls yield for each cell of a table in ascending key order until yield returns false. The cell is valid
	// during the call only. Cells written meanwhile may or may not be seen.
	Scan(ctx context.Context, table string, yield func(Cell) bool) error
	// Tables returns the names of tables that hold cells, in order.
	Tables(ctx context.Context) ([]string, error)
	// Drop removes a table and all its cells. Dropping a table that does not exist is not an error.
	Drop(ctx context.Context, table string) error
	// Code classifies this driver's raw errors.
	Code(err error) errs.Code
	Close() error
}
