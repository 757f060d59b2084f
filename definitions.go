package truepoint

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/serving"
)

// Definitions returns the applied definitions and their revision, read from the registry now; an empty set at revision
// 0 where nothing was applied.
func (s *Store) Definitions(ctx context.Context) (*feature.Set, registry.Revision, error) {
	return s.DefinitionsAt(ctx, registry.Newest)
}

// DefinitionsAt returns the definitions of a revision. Errors: NotFound for one that does not exist.
func (s *Store) DefinitionsAt(ctx context.Context, at registry.Revision) (*feature.Set, registry.Revision, error) {
	stored, err := s.opt.Registry.Read(ctx, s.opt.Project, at)
	if err != nil {
		return nil, 0, s.registryError(err, "read the registry")
	}
	set, err := registry.DecodeSet(stored)
	if err != nil {
		return nil, 0, err
	}
	set.Project = s.opt.Project
	return set, stored.Revision, nil
}

// Older returns the views that are answered in an older form until their newest generation has been completed, in order
// of name. It asks the registry and the state now.
func (s *Store) Older(ctx context.Context) ([]*serving.Older, error) {
	c, err := serving.Load(ctx, s.opt.Registry, s.ledger, s.opt.Project)
	if err != nil {
		return nil, err
	}
	return c.AllOlder(), nil
}

// History returns what was committed, newest first, at most limit entries (0: all).
func (s *Store) History(ctx context.Context, limit int) ([]registry.Entry, error) {
	entries, err := s.opt.Registry.History(ctx, s.opt.Project, limit)
	if err != nil {
		return nil, s.registryError(err, "read the registry's history")
	}
	return entries, nil
}

// Projects returns the names of the projects in the registry, in order.
func (s *Store) Projects(ctx context.Context) ([]string, error) {
	names, err := s.opt.Registry.Projects(ctx)
	if err != nil {
		return nil, s.registryError(err, "list the projects of the registry")
	}
	return names, nil
}

func (s *Store) registryError(err error, doing string) error {
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = s.opt.Registry.Code(err)
	}
	return errs.Wrap(err, code, "%s", doing)
}
