package state

import (
	"context"

	"github.com/truepoint/truepoint/errs"
)

// A Record is a value under a key. Version grows with every write; 0 means that the record does not exist.
type Record struct {
	Key     string
	Value   []byte
	Version int64
}

// A Driver keeps records. Implementations are safe for concurrent use by many processes, and durable where the medium
// is. Keys are slash-separated paths, at most 512 bytes.
type Driver interface {
	// Get returns a record; one that does not exist has Version 0 and is not an error.
	Get(ctx context.Context, key string) (Record, error)
	// CompareAndSwap stores value if the record's version is expected (0: must not exist) and returns the new version.
	// Versions of a key grow for ever, also over a Delete. Errors: Aborted when the version differs.
	CompareAndSwap(ctx context.Context, key string, expected int64, value []byte) (int64, error)
	// Delete removes a record if its version is expected. Errors: Aborted when it differs.
	Delete(ctx context.Context, key string, expected int64) error
	// List returns the records whose keys start with prefix, in order of key.
	List(ctx context.Context, prefix string) ([]Record, error)
	// Code classifies this driver's raw errors.
	Code(err error) errs.Code
	Close() error
}
