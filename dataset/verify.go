package dataset

import (
	"context"
	"maps"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// An Env is what verification and explanation work on.
type Env struct {
	Offline offline.Driver
	Files   Files
	// MemoryMax bounds the rows that Verify makes at once, as historical.Request.MemoryMax does.
	MemoryMax int64
	// Definitions returns the definitions of a revision, or NotFound.
	Definitions func(context.Context, registry.Revision) (*feature.Set, registry.Revision, error)
}

// A Verification is what came of making a set again.
type Verification struct {
	Dataset   string
	Revision  registry.Revision
	Identical bool         // the files are those that were saved, and every cell came out the same
	Rows      int64        // that were made again; 0 where the set could not be
	Cells     int64        // that were compared: rows times features
	Different int64        // of Cells
	Features  []Changed    // features with different cells, in order of the set
	First     []Difference // the first different cells by column and row, at most Shown
	Causes    []Cause      // what is not as it was; nothing of it need have changed a cell
	Notes     []string     // what is worth knowing and changes nothing
}

// Shown is how many different cells a Verification names.
const Shown = 20

// A Changed is a feature with different cells.
type Changed struct {
	Column    string
	Ref       string
	Different int64
	Why       string // from the causes
}

// A Difference is a cell that came out otherwise.
type Difference struct {
	Column string
	Path   string // file of the set
	Row    int64  // in it, from 1
	Saved  value.Value
	Now    value.Value
}

// A Cause is something that is not as it was when the set was made.
type Cause struct {
	Kind    CauseKind
	Subject string // path, source or view
	Text    string
}

// A CauseKind says what changed.
type CauseKind string

// The causes. SetFile: a file of the set changed or vanished. SourceFile: a source has no longer what its snapshot
// read. Definitions: the revision, or a view in it, is not the recorded one. Program: everything is as it was and a
// value is not, which is a fault.
const (
	SetFile     CauseKind = "set_file"
	SourceFile  CauseKind = "source_file"
	Definitions CauseKind = "definitions"
	Program     CauseKind = "program"
)

// Verify makes a set again, with the definitions of its revision, from the recorded snapshots and the spine's columns of
// its own files, and compares it with these files cell by cell. A file that changed or vanished is no error but a cause.
// Rows are made and compared chunk by chunk: memory does not grow with the set.
//
// Errors: those of the stores; those of the join that no cause explains.
func Verify(ctx context.Context, env *Env, m *Manifest) (v *Verification, err error) {
	v = &Verification{Dataset: m.Name, Revision: m.Revision}
	if err := v.sums(ctx, env, m); err != nil {
		return nil, err
	}
	set, err := v.definitions(ctx, env, m)
	if err != nil {
		return nil, err
	}
	saved, err := m.open(ctx, env.Files)
	if err != nil {
		return v, v.explained(err)
	}
	defer func() { err = errs.Join(err, saved.Close()) }()
	p := &pinned{Driver: env.Offline, sources: m.Sources, changed: map[string]error{}}
	req, err := m.request()
	if err != nil {
		return nil, err
	}
	req.SpineTable, req.MemoryMax = &table{fields: m.spine(), parts: saved.parts}, env.MemoryMax
	c := newComparison(m, saved, set)
	_, err = historical.Stream(ctx, historical.Source{Set: set, Revision: m.Revision, Offline: p}, req, func(made *historical.Result) error {
		return c.run(ctx, made.Batch)
	})
	for _, name := range slices.Sorted(maps.Keys(p.changed)) {
		v.Causes = append(v.Causes, Cause{SourceFile, name, p.changed[name].Error()})
	}
	if err != nil {
		return v, v.explained(err)
	}
	later, err := p.later(ctx, set)
	if err != nil {
		return nil, err
	}
	v.Notes = append(v.Notes, later...)
	for _, name := range p.free {
		v.Notes = append(v.Notes, "source "+name+" has no recorded snapshot: its present rows were used")
	}
	v.finish(c, set, p.free)
	return v, nil
}

// explained returns nil for an error that a cause, such as a missing file, accounts for.
func (v *Verification) explained(err error) error {
	code := errs.CodeOf(err)
	if len(v.Causes) == 0 || code == errs.Canceled || code == errs.DeadlineExceeded || code == errs.Unavailable {
		return err
	}
	v.Notes = append(v.Notes, "the set could not be made again: "+err.Error())
	return nil
}

// sums compares the files of the set with their checksums.
func (v *Verification) sums(ctx context.Context, env *Env, m *Manifest) error {
	for i := range m.Files {
		f := &m.Files[i]
		bytes, sum, err := env.Files.Sum(ctx, f.Path)
		switch {
		case errs.CodeOf(err) == errs.NotFound:
			v.Causes = append(v.Causes, Cause{SetFile, f.Path, "the file is gone"})
		case err != nil:
			return err
		case sum != f.SHA256 || bytes != f.Bytes:
			v.Causes = append(v.Causes, Cause{SetFile, f.Path, "not the file that was saved: its checksum is another"})
		}
	}
	return nil
}

// definitions returns the definitions of the set's revision, or the newest where the registry has no such revision.
func (v *Verification) definitions(ctx context.Context, env *Env, m *Manifest) (*feature.Set, error) {
	newest, _, err := env.Definitions(ctx, registry.Newest)
	if err != nil {
		return nil, err
	}
	set, _, err := env.Definitions(ctx, m.Revision)
	if errs.CodeOf(err) == errs.NotFound {
		v.Causes = append(v.Causes, Cause{Definitions, m.Name, "the registry has no longer the set's revision; the newest definitions were used"})
		set, err = newest, nil
	}
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range m.Features {
		f := &m.Features[i]
		if seen[f.View()] {
			continue
		}
		seen[f.View()] = true
		switch now := fingerprint(set, f.View()); {
		case now != f.Fingerprint:
			v.Causes = append(v.Causes, Cause{Definitions, f.View(), "the view's definition at this revision is not the one that made the set"})
		case fingerprint(newest, f.View()) != now:
			v.Notes = append(v.Notes, "view "+f.View()+" was changed after the set's revision: a new set would use the new definition")
		}
	}
	return set, nil
}
