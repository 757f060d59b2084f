package pit

import (
	"context"

	"github.com/truepoint/truepoint/value"
)

// A Table is one immutable snapshot of a source: the rows of its parts, in order, numbered from 0. Columns have the
// names and types with which it was opened, never those of the file.
type Table interface {
	// Parts returns the parts in order of position. The order is part of the meaning: it settles what no other rule
	// settles (semantics 4.4).
	Parts() []Part
}

// A Part is a run of rows that is decoded together, such as a Parquet row group. Parts may be read concurrently, each
// by one goroutine at a time.
type Part interface {
	// Rows returns the number of rows.
	Rows() int
	// Read decodes the named columns of all rows into dst[i] for columns[i]: it sets the type, then resizes; storage is
	// reused, except that strings must not share memory with it. The names of one call are distinct. Rows that are null
	// hold the zero item. Errors carry file, row and column. A file that changed since the snapshot is
	// FailedPrecondition. A long Read ends within 100 ms of the end of its context.
	Read(ctx context.Context, columns []string, dst []*value.Column) error
}

// A PickingPart is a Part that can spare the work for rows that nobody asks for. Where a Part is none, Read serves.
type PickingPart interface {
	Part
	// ReadPicked is Read for the rows i whose bit i&63 is set in picked[i>>6]; picked has a bit for every row. dst gets
	// those rows alone, in their order. Strings share memory with them only, so that they may be kept without keeping
	// the part.
	ReadPicked(ctx context.Context, columns []string, picked []uint64, dst []*value.Column) error
}

// A Layout says which columns of a Table play which role. Names are those of the Table.
type Layout struct {
	Keys     []string // join keys in order of name; empty for a view without entities
	Event    string   // UnixTimestamp
	Created  string   // UnixTimestamp; empty if there is none
	Deleted  string   // Bool; empty if there is none
	Sequence string   // Int64 arrival sequence of rows that we appended ourselves; compares before TieBreak; may be empty
	TieBreak []string
	Features []string
	// FeatureTypes[i] is the type of Features[i]. Nil means: as the first part delivers them, at the cost of one more
	// read; a table without parts then has untyped results.
	FeatureTypes []value.Type
}
