package offline

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Manifest says exactly what a snapshot reads, in reading order. Two snapshots with equal manifests have equal rows.
type Manifest struct {
	Files []File `json:"files"`
}

// A File is one file of a manifest.
type File struct {
	Path     string            `json:"path"`
	Size     int64             `json:"size"`
	Modified eventtime.Instant `json:"modified"`
	Tag      string            `json:"tag,omitempty"` // of an object: its entity tag or generation
}

// A Snapshot is an open, immutable view of a source. Close releases files.
type Snapshot interface {
	pit.Table
	Manifest() Manifest
	// Sequence names the arrival-sequence column of rows that Append wrote, or is empty when there are none.
	Sequence() string
	Close() error
}

// A Driver reads and extends histories. Implementations are safe for concurrent use.
type Driver interface {
	// Columns returns the columns that a source has, after its field mapping, with the closest types of ours. Errors:
	// NotFound when nothing is there, InvalidArgument when it cannot be read; both name the file.
	Columns(ctx context.Context, s *feature.Source) ([]value.Field, error)
	// Open takes a snapshot whose columns are those asked for, by their names after field mapping, converted to the
	// types asked for. Timestamps obey the source's zone and unit. A pinned manifest (nil: the present state) makes
	// Open read exactly those files and fail with FailedPrecondition if one changed or vanished.
	Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *Manifest) (Snapshot, error)
	// Append adds rows to a source, atomically and durably, so that later snapshots read them after older rows. The id
	// makes it idempotent: a second Append with the same id does nothing. Column names are after field mapping.
	Append(ctx context.Context, s *feature.Source, id string, rows *value.Batch) error
	// Code classifies this driver's raw errors.
	Code(err error) errs.Code
	Close() error
}
