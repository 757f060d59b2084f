package offline

import (
	"context"
	"time"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

// A Query is one SELECT of a user over sources.
type Query struct {
	Text     string
	Sources  []*feature.Source // those that it may name as tables; their columns have the names of the data
	Location *time.Location    // of times without a zone; nil: UTC
}

// A Querier is an optional ability of a Driver: to run a SELECT over sources whose histories are no tables of an engine by
// themselves. It can reach these sources and nothing else.
type Querier interface {
	// Query returns all rows, in the order of the engine. Errors: InvalidArgument for what is not one SELECT, and for columns of
	// types without an equal; NotFound for tables and Unimplemented for sources that the engine does not know; PermissionDenied
	// for what it may not reach; FailedPrecondition if a source changed meanwhile.
	Query(ctx context.Context, q *Query) (*value.Batch, error)
}
