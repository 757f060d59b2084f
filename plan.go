package truepoint

import (
	"context"
	"errors"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// Plan returns the change that leads from the applied definitions to the wanted ones. Types that the wanted ones leave
// open are inferred from their sources. Errors: every fault of the wanted definitions; those of the registry and of
// the sources that were asked.
func (s *Store) Plan(ctx context.Context, wanted *feature.Set) (*apply.Plan, error) {
	state, err := s.opt.Registry.Read(ctx, s.opt.Project, registry.Newest)
	if err != nil {
		return nil, s.registryError(err, "read the registry")
	}
	return apply.Make(ctx, state, wanted, &apply.MakeOptions{Infer: s.Columns})
}

// Columns returns the columns of a source, for types that definitions leave open.
func (s *Store) Columns(ctx context.Context, source *feature.Source) ([]value.Field, error) {
	fields, err := s.opt.Offline.Columns(ctx, source)
	var coded *errs.Error
	if err == nil || errors.As(err, &coded) {
		return fields, err
	}
	return nil, errs.Wrap(err, s.opt.Offline.Code(err), "look at the columns of source %q", source.Name)
}

// Apply commits a plan as one revision. Now and Author of opt are filled where they are not set. Errors: see
// apply.Apply.
func (s *Store) Apply(ctx context.Context, p *apply.Plan, opt apply.Options) (registry.Revision, error) {
	rev, err := apply.Apply(ctx, s.opt.Registry, p, s.signed(opt))
	return rev, s.moved(ctx, err)
}

// PlanRollback returns the change that leads back to the definitions of a revision. Apply does it.
func (s *Store) PlanRollback(ctx context.Context, to registry.Revision) (*apply.Plan, error) {
	return apply.MakeRollback(ctx, s.opt.Registry, s.opt.Project, to)
}

// PlanDelete returns the change that deletes one definition. Apply does it. Errors: see apply.MakeDelete.
func (s *Store) PlanDelete(ctx context.Context, kind, name string) (*apply.Plan, error) {
	state, err := s.opt.Registry.Read(ctx, s.opt.Project, registry.Newest)
	if err != nil {
		return nil, s.registryError(err, "read the registry")
	}
	return apply.MakeDelete(state, kind, name)
}

// Rollback makes the definitions of a revision the present ones, as a new revision. A view whose generation goes back
// is served from its former table at once. Errors: see apply.Rollback.
func (s *Store) Rollback(ctx context.Context, to registry.Revision, opt apply.Options) (registry.Revision, error) {
	rev, err := apply.Rollback(ctx, s.opt.Registry, apply.Target{Project: s.opt.Project, Revision: to}, s.signed(opt))
	return rev, s.moved(ctx, err)
}

// Diff returns the changes between two revisions.
func (s *Store) Diff(ctx context.Context, a, b registry.Revision) ([]apply.Change, error) {
	return apply.Diff(ctx, s.opt.Registry, s.opt.Project, a, b)
}

func (s *Store) signed(opt apply.Options) apply.Options {
	if opt.Author == "" {
		opt.Author = s.opt.Holder
	}
	if opt.Now == 0 {
		opt.Now = s.opt.Clock()
	}
	return opt
}

// moved makes online reads of this store see a new revision.
func (s *Store) moved(ctx context.Context, err error) error {
	if err == nil {
		s.server.Moved(ctx)
	}
	return err
}
