package dataset

import (
	"context"
	"fmt"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/value"
)

// A pinned driver opens the snapshots that a manifest recorded. Where one is no longer there it opens what is there now
// and remembers why. It serves one goroutine.
type pinned struct {
	offline.Driver
	sources []Source
	changed map[string]error // by source: why the snapshot cannot be read again
	free    []string         // sources without a recorded snapshot
}

func (p *pinned) Open(ctx context.Context, s *feature.Source, columns []value.Field, _ *offline.Manifest) (offline.Snapshot, error) {
	i := slices.IndexFunc(p.sources, func(r Source) bool { return r.Name == s.Name })
	if i < 0 {
		if !slices.Contains(p.free, s.Name) {
			p.free = append(p.free, s.Name)
		}
		return p.Driver.Open(ctx, s, columns, nil)
	}
	snapshot, err := p.Driver.Open(ctx, s, columns, &p.sources[i].Manifest)
	if errs.CodeOf(err) != errs.FailedPrecondition {
		return snapshot, err
	}
	p.changed[s.Name] = err
	return p.Driver.Open(ctx, s, columns, nil)
}

// later says which sources have files now that their snapshots do not have.
func (p *pinned) later(ctx context.Context, set *feature.Set) ([]string, error) {
	var out []string
	for _, r := range p.sources {
		s, ok := set.Source(r.Name)
		if !ok || p.changed[r.Name] != nil {
			continue
		}
		now, err := p.Driver.Open(ctx, s, nil, nil)
		if err != nil {
			return nil, errs.Wrap(err, errs.CodeOf(err), "look at source %q", r.Name)
		}
		files, rows := laterThan(r.Manifest.Files, now.Manifest().Files)
		if err := now.Close(); err != nil {
			return nil, err
		}
		if files > 0 {
			out = append(out, fmt.Sprintf("source %q has later files (%d), whose rows are left out", r.Name, files))
		}
		if rows > 0 {
			out = append(out, fmt.Sprintf("source %q has later rows (%d), which are left out", r.Name, rows))
		}
	}
	return out, nil
}

// laterThan returns how many files came since, and how many rows in tables that were there.
func laterThan(before, now []offline.File) (files int, rows int64) {
	for _, f := range now {
		i := slices.IndexFunc(before, func(o offline.File) bool { return o.Path == f.Path })
		if i < 0 {
			files++
			continue
		}
		rows += max(0, f.Size-before[i].Size) // of a file that was pinned it is the same
	}
	return files, rows
}
