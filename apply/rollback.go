package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
)

// MakeRollback returns the plan whose commit says again what revision to says. It has the classes of any other plan.
// A view whose definition goes back over a breaking change or its deletion goes back to its former generation, so that the
// table of then serves again at once. Errors: NotFound for a revision that does not exist, DataLoss, those of the driver.
func MakeRollback(ctx context.Context, reg registry.Driver, project string, to registry.Revision) (*Plan, error) {
	now, then, err := readTwo(ctx, reg, project, registry.Newest, to)
	if err != nil {
		return nil, err
	}
	target, err := registry.DecodeSet(then)
	if err != nil {
		return nil, err
	}
	m := maker{before: newPresent(now), after: clone(target, project), assign: assignFormer(target)}
	plan, err := m.plan()
	if err != nil {
		return nil, err
	}
	plan.Message = fmt.Sprintf("rollback to revision %d", then.Revision)
	plan.Warnings = append(plan.Warnings, warn(m.after)...)
	return plan, nil
}

// assignFormer numbers views as they were in target: a view whose values change goes back to its generation of then,
// also where the way back is additive, and so does a view that was deleted, because that table has the rows. Schemas that
// the generation got later stay known, because rows may have been written with them.
func assignFormer(target *feature.Set) func(*present, update) bool {
	return func(p *present, u update) bool {
		then, _ := target.View(u.view.Name)
		if u.old != nil && (u.same || then.Generation == u.old.Generation) {
			p.stay(u.view, u.old)
			return false
		}
		former, known := p.generation(u.view.Name, then.Generation)
		if !known {
			return assignNew(p, u)
		}
		p.stay(u.view, former)
		return true
	}
}

// Rollback makes and applies the rollback to a revision.
func Rollback(ctx context.Context, reg registry.Driver, p Target, opt Options) (registry.Revision, error) {
	plan, err := MakeRollback(ctx, reg, p.Project, p.Revision)
	if err != nil {
		return 0, err
	}
	return Apply(ctx, reg, plan, opt)
}

// A Target names a revision of a project.
type Target struct {
	Project  string
	Revision registry.Revision
}

// Diff returns the changes that lead from revision a of a project to revision b, by kind and name. Errors: NotFound for
// a revision that does not exist, DataLoss, those of the driver.
func Diff(ctx context.Context, reg registry.Driver, project string, a, b registry.Revision) ([]Change, error) {
	from, to, err := readTwo(ctx, reg, project, a, b)
	if err != nil {
		return nil, err
	}
	target, err := registry.DecodeSet(to)
	if err != nil {
		return nil, err
	}
	m := maker{before: newPresent(from), after: clone(target, project), assign: func(_ *present, u update) bool {
		then, _ := target.View(u.view.Name)
		u.view.Generation, u.view.Since, u.view.Schemas = then.Generation, then.Since, then.Schemas
		return false
	}}
	plan, err := m.plan()
	if err != nil {
		return nil, err
	}
	return plan.Changes, nil
}

func readTwo(ctx context.Context, reg registry.Driver, project string, a, b registry.Revision) (from, to registry.State, err error) {
	if from, err = reg.Read(ctx, project, a); err == nil {
		to, err = reg.Read(ctx, project, b)
	}
	if err != nil {
		return from, to, wrap(err, reg.Code(err), "read the registry of project "+project)
	}
	return from, to, nil
}

// MakeDelete returns the plan that deletes one definition. Errors: NotFound with a suggestion; FailedPrecondition while
// something refers to it, naming all that does.
func MakeDelete(current registry.State, kind, name string) (*Plan, error) {
	set, err := registry.DecodeSet(current)
	if err != nil {
		return nil, err
	}
	before := newPresent(current)
	if _, ok := before.bodies[registry.ID{Kind: kind, Name: name}]; !ok || kindRank(kind) < 0 {
		return nil, before.missing(kind, name)
	}
	if by := referrers(set, kind, name); len(by) > 0 {
		return nil, errs.New(errs.FailedPrecondition, "%s %s is used by %s", kind, name, strings.Join(by, ", ")).
			WithID("T0417").WithHint("change or delete what uses it first")
	}
	after := clone(set, current.Project)
	switch kind {
	case feature.KindEntity:
		after.Entities = slices.DeleteFunc(after.Entities, func(e *feature.Entity) bool { return e.Name == name })
	case feature.KindSource:
		after.Sources = slices.DeleteFunc(after.Sources, func(e *feature.Source) bool { return e.Name == name })
	case feature.KindView:
		after.Views = slices.DeleteFunc(after.Views, func(e *feature.View) bool { return e.Name == name })
	case feature.KindOnDemand:
		after.OnDemand = slices.DeleteFunc(after.OnDemand, func(e *feature.OnDemandView) bool { return e.Name == name })
	case feature.KindService:
		after.Services = slices.DeleteFunc(after.Services, func(e *feature.Service) bool { return e.Name == name })
	}
	m := maker{before: before, after: after, assign: assignNew}
	plan, err := m.plan()
	if err != nil {
		return nil, err
	}
	plan.Message = "delete " + kind + " " + name
	return plan, nil
}

func (p *present) missing(kind, name string) error {
	var names []string
	for _, o := range p.state.Objects {
		if o.Kind == kind {
			names = append(names, o.Name)
		}
	}
	return errs.New(errs.NotFound, "no %s %q in project %q", kind, name, p.state.Project).WithID("T0418").
		WithHint("%s", errs.DidYouMean(name, names))
}

// referrers returns "Kind name" of everything that stops working without a definition, in order.
func referrers(s *feature.Set, kind, name string) []string {
	var out []string
	for _, src := range s.Sources {
		if kind == feature.KindSource && src.BatchSource == name {
			out = append(out, feature.KindSource+" "+src.Name)
		}
	}
	for _, v := range s.Views {
		if kind == feature.KindSource && v.Source == name || kind == feature.KindEntity && slices.Contains(v.Entities, name) {
			out = append(out, feature.KindView+" "+v.Name)
		}
	}
	isView := kind == feature.KindView || kind == feature.KindOnDemand
	for _, v := range s.OnDemand {
		if slices.ContainsFunc(v.Sources, func(src feature.OnDemandSource) bool {
			return isView && src.View == name || kind == feature.KindSource && src.Schema == nil && src.Request == name
		}) {
			out = append(out, feature.KindOnDemand+" "+v.Name)
		}
	}
	for _, svc := range s.Services {
		if isView && slices.ContainsFunc(svc.Features, func(p feature.Projection) bool { return p.View == name }) {
			out = append(out, feature.KindService+" "+svc.Name)
		}
	}
	return out
}
