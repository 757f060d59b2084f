package apply

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// MakeOptions tunes Make. The zero value means its defaults.
type MakeOptions struct {
	// Infer returns the columns of a source, by their names in the source. It is asked for sources of views and
	// entities that leave types open. Nil: what the registry holds stays, and an entity without it is a String.
	Infer func(ctx context.Context, source *feature.Source) ([]value.Field, error)
	// Message is what the commit says unless Apply is given a message.
	Message string
}

// Make returns the plan that leads from a state of the registry to the wanted definitions of the same project. Wanted
// is not changed; types that it leaves open are inferred, generations and schema ids that it holds are ignored. The
// plan of definitions that were just applied is empty. Errors: every fault of the wanted set (errs.List), DataLoss and
// FailedPrecondition of reading the state, those of Infer for a view without schema.
func Make(ctx context.Context, current registry.State, wanted *feature.Set, opt *MakeOptions) (*Plan, error) {
	if opt == nil {
		opt = new(MakeOptions)
	}
	if wanted.Project != "" && wanted.Project != current.Project {
		return nil, errs.New(errs.InvalidArgument, "definitions of project %q cannot be applied to project %q", wanted.Project, current.Project)
	}
	before := newPresent(current)
	w := clone(wanted, current.Project)
	if err := feature.Complete(w); err != nil {
		return nil, err
	}
	warnings, err := infer(ctx, w, before, opt.Infer)
	if err != nil {
		return nil, err
	}
	if err := feature.Complete(w); err != nil { // what was inferred tells of more
		return nil, err
	}
	if err := feature.Validate(w); err != nil {
		return nil, err
	}
	m := maker{before: before, after: w, assign: assignNew}
	plan, err := m.plan()
	if err != nil {
		return nil, err
	}
	plan.Message = opt.Message
	plan.Warnings = append(append(plan.Warnings, warnings...), warn(w)...)
	return plan, nil
}

// clone copies a set as deep as apply changes it.
func clone(s *feature.Set, project string) *feature.Set {
	out := &feature.Set{Project: project}
	for _, e := range s.Entities {
		c := *e
		c.Origin.Fields = cloneMap(c.Origin.Fields)
		out.Entities = append(out.Entities, &c)
	}
	for _, e := range s.Sources {
		c := *e
		out.Sources = append(out.Sources, &c)
	}
	for _, e := range s.Views {
		c := *e
		c.Schema = append([]feature.Field(nil), e.Schema...)
		c.Inputs = append([]value.Field(nil), e.Inputs...)
		c.Generation, c.Since, c.Schemas = 0, 0, nil
		out.Views = append(out.Views, &c)
	}
	for _, e := range s.OnDemand {
		c := *e
		c.Sources = append([]feature.OnDemandSource(nil), e.Sources...)
		c.Features = append([]feature.OnDemandFeature(nil), e.Features...)
		out.OnDemand = append(out.OnDemand, &c)
	}
	for _, e := range s.Services {
		c := *e
		out.Services = append(out.Services, &c)
	}
	out.Sort()
	return out
}

func cloneMap(m map[string]errs.Position) map[string]errs.Position {
	if m == nil {
		return nil
	}
	out := make(map[string]errs.Position, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// A maker compares two sets and writes the plan. assign gives a view that is new or differs its numbers and says whether
// a former generation is served again.
type maker struct {
	before *present
	after  *feature.Set
	assign func(p *present, u update) (restored bool)

	objects map[registry.ID]registry.Object // of after, without numbers
	changed map[registry.ID]bool            // objects of after that differ from before
	broken  map[string]bool                 // views of both sets whose change is breaking
	out     *Plan
}

// An update is a view that stands after, and before too unless it is new.
type update struct {
	view  *feature.View
	old   *feature.View // nil for a new view
	class Class
	same  bool // the fingerprint did not change
}

func assignNew(p *present, u update) bool {
	if u.old == nil || u.class == Breaking {
		p.next(u.view)
		return false
	}
	p.stay(u.view, u.old)
	return false
}

func (m *maker) plan() (*Plan, error) {
	m.out = &Plan{
		Format: PlanFormat, Project: m.before.state.Project, Base: m.before.state.Revision,
		Changes: []Change{}, Work: []Work{}, Warnings: []Warning{}, Put: []registry.Object{}, Remove: []registry.Object{},
	}
	if err := m.compare(); err != nil {
		return nil, err
	}
	if err := m.views(); err != nil {
		return nil, err
	}
	if err := m.others(); err != nil {
		return nil, err
	}
	if err := m.removals(); err != nil {
		return nil, err
	}
	sortChanges(m.out.Changes)
	return m.out, nil
}

// compare finds which objects declare something else than before.
func (m *maker) compare() error {
	objects, err := registry.EncodeSet(m.after)
	if err != nil {
		return err
	}
	m.objects = make(map[registry.ID]registry.Object, len(objects))
	m.changed = make(map[registry.ID]bool)
	m.broken = make(map[string]bool)
	for _, o := range objects {
		m.objects[o.ID()] = o
		if body, ok := m.before.bodies[o.ID()]; !ok || !registry.SameDeclared(body, o.Body) {
			m.changed[o.ID()] = true
		}
	}
	return m.before.decode(m.after, m.objects)
}

// put plans to store an object. body is the one of before, nil for none.
func (m *maker) put(c Change, o registry.Object) error {
	if c.Action == Update {
		lines, err := diff(m.before.bodies[o.ID()], o.Body)
		if err != nil {
			return err
		}
		c.Lines = lines
	}
	m.out.Changes = append(m.out.Changes, c)
	m.out.Put = append(m.out.Put, o)
	return nil
}

// remember plans to keep the generation that v is about to leave.
func (m *maker) remember(v *feature.View) error {
	o, err := registry.EncodeGeneration(v)
	if err == nil {
		m.out.Put = append(m.out.Put, o)
	}
	return err
}
