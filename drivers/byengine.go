package drivers

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// anySQL is the type of sources that lie in the SQL engine of the configuration, whichever it is.
const anySQL = "sql"

// A byEngine is an offline store of two places: sources of the engine's type lie in the engine, all others in files. It
// joins in the engine what lies there whole.
type byEngine struct {
	offline.Driver // of files
	engine         interface {
		offline.Driver
		offline.Joiner
	}
	kind string // of sources in the engine
}

var _ offline.Joiner = (*byEngine)(nil)

func (b *byEngine) in(s *feature.Source) bool { return s.Type == b.kind || s.Type == anySQL }

func (b *byEngine) of(s *feature.Source) offline.Driver {
	if b.in(s) {
		return b.engine
	}
	return b.Driver
}

// Columns implements offline.Driver.
func (b *byEngine) Columns(ctx context.Context, s *feature.Source) ([]value.Field, error) {
	return b.of(s).Columns(ctx, s)
}

// Open implements offline.Driver.
func (b *byEngine) Open(ctx context.Context, s *feature.Source, columns []value.Field, pinned *offline.Manifest) (offline.Snapshot, error) {
	return b.of(s).Open(ctx, s, columns, pinned)
}

// Append implements offline.Driver.
func (b *byEngine) Append(ctx context.Context, s *feature.Source, id string, rows *value.Batch) error {
	return b.of(s).Append(ctx, s, id, rows)
}

// Join implements offline.Joiner.
func (b *byEngine) Join(ctx context.Context, j *offline.Join) (*offline.Joined, error) {
	if err := b.whole(j); err != nil {
		return nil, err
	}
	return b.engine.Join(ctx, j)
}

// Script implements offline.Joiner.
func (b *byEngine) Script(ctx context.Context, j *offline.Join) (string, error) {
	if err := b.whole(j); err != nil {
		return "", err
	}
	return b.engine.Script(ctx, j)
}

// whole refuses a join with a history outside the engine.
func (b *byEngine) whole(j *offline.Join) error {
	for _, s := range slices.Concat(j.Sources, j.WindowSources) {
		if !b.in(s) {
			return errs.New(errs.Unimplemented, "source %q has type %s and lies outside the SQL engine, so that the join runs here", s.Name, s.Type).
				WithID("T0564")
		}
	}
	return nil
}

// Code implements offline.Driver.
func (b *byEngine) Code(err error) errs.Code {
	if c := b.engine.Code(err); c != errs.Unknown {
		return c
	}
	return b.Driver.Code(err)
}

// Close implements offline.Driver.
func (b *byEngine) Close() error { return errs.Join(b.engine.Close(), b.Driver.Close()) }
