// Package sink is the one way by which rows enter online stores: materialize, push and, later, streams build Rows and
// write them to a Sink. onlinesink encodes and sends them to an online store.
package sink

import (
	"context"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// Rows are rows of one view, column by column; all slices have one item per row.
type Rows struct {
	Use      *feature.Use // the view with its keys and all its fields
	Encoded  [][]byte     // the entity keys, encoded in the order of Use.Keys
	Event    []eventtime.Instant
	Created  []eventtime.Instant // None where there is none
	Deleted  []bool              // nil: no row is a tombstone
	Fields   []*value.Column     // Fields[i] holds Use.Fields[i]
	Snapshot eventtime.Instant   // the instant at which the writer read its source, or the push arrived
}

// Outcome counts what a write did. Superseded is −1 where the store cannot tell.
type Outcome struct {
	Written    int64
	Superseded int64
	// Newest is the greatest event time of the rows that went to the store and are no tombstones, superseded ones
	// included, because then the store holds a newer one; None without any.
	Newest eventtime.Instant
}

// A Sink writes rows. Write is idempotent and order-free; on error an unknown subset has been written and the same call
// may be repeated. Rows are not retained.
type Sink interface {
	Write(ctx context.Context, table string, rows *Rows) (Outcome, error)
}
