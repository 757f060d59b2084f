package offline

import (
	"context"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

// A Join is a point-in-time join for an engine that has the histories.
type Join struct {
	Plan    *pit.Plan         // without tables; the layouts are those that the definitions declare
	Sources []*feature.Source // Sources[i] holds the history of Plan.Views[i]
	Settle  [][]value.Field   // the declared scalar fields of view i in schema order: they order rows that tie

	WindowSources []*feature.Source // WindowSources[i] holds the history of Plan.Windows[i]
	WindowSettle  [][]value.Field   // as Settle; of a source without declared fields, the columns that the windows read
}

// Joined is the answer of a join.
type Joined struct {
	*pit.Result
	// Read says what was read of each of Join.Sources, then of each of Join.WindowSources, as Snapshot.Manifest does. It has
	// no files where that would cost as much as the join.
	Read []Manifest
}

// Joiner is an optional ability of a Driver: to answer a whole join where its histories lie. Where a driver is none, or
// says Unimplemented, the histories are opened and joined here.
type Joiner interface {
	// Join answers as pit.Eval does, except that positions of rows are unknown (−1), that created times are told unasked,
	// that tied rows are ordered by Settle, and that sums, means and moments of floats may differ by a relative 1e-12. Errors: Unimplemented, before anything was
	// read, for a join that the engine would not answer bit for bit like pit; otherwise those of pit.Eval and of the driver.
	Join(ctx context.Context, j *Join) (*Joined, error)
	// Script returns the statements that Join would run, for people. Errors: as Join.
	Script(ctx context.Context, j *Join) (string, error)
}
