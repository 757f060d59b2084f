package serving

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
)

// A Catalog is what online reads are resolved against: the definitions of one revision, each view in the form whose
// table serves it now. It does not change; its plans are made on first use. Safe for concurrent use.
type Catalog struct {
	Project  string
	Revision registry.Revision
	Set      *feature.Set // as served: a view whose new generation is not complete yet stands in its older form
	Newest   *feature.Set // as applied
	serving  map[string]uint32
	older    []*Older // in order of view

	mu    sync.RWMutex
	plans map[string]*plan
}

// Load reads the newest definitions of a project and finds the generation that serves each view. Errors: those of the
// registry and of the state store.
func Load(ctx context.Context, reg registry.Driver, ledger *runs.Ledger, project string) (*Catalog, error) {
	stored, err := reg.Read(ctx, project, registry.Newest)
	if err != nil {
		return nil, registryError(reg, err)
	}
	set, err := registry.DecodeSet(stored)
	if err != nil {
		return nil, err
	}
	set.Project = project
	return NewCatalog(ctx, reg, ledger, Definitions{set, stored.Revision})
}

// Definitions are the definitions of one revision.
type Definitions struct {
	Set      *feature.Set
	Revision registry.Revision
}

// NewCatalog returns the catalog of definitions that have been read already.
func NewCatalog(ctx context.Context, reg registry.Driver, ledger *runs.Ledger, d Definitions) (*Catalog, error) {
	states, err := ledger.Views(ctx)
	if err != nil {
		return nil, err
	}
	c := &Catalog{Project: d.Set.Project, Revision: d.Revision, Set: d.Set, Newest: d.Set,
		serving: map[string]uint32{}, plans: map[string]*plan{}}
	for _, v := range d.Set.Views {
		c.serving[v.Name] = v.Generation
		if s, ok := states[v.Name]; ok {
			if g := s.Serving(v); g != v.Generation {
				c.serving[v.Name] = g
				c.older = append(c.older, &Older{View: v.Name, Generation: g, Waiting: v.Generation})
			}
		}
	}
	for _, o := range c.older {
		if err := o.find(ctx, reg, c.Project); err != nil {
			return nil, err
		}
	}
	if len(c.older) > 0 {
		c.Set = asServed(d.Set, c.older)
	}
	return c, nil
}

// Serving returns the generation of a view that answers online reads.
func (c *Catalog) Serving(view string) uint32 { return c.serving[view] }

// Table returns the online table that serves a view of Set.
func (c *Catalog) Table(v *feature.View) string { return v.TableAt(c.Project, c.serving[v.Name]) }

// asServed returns a copy of set in which each view of older stands as it was last defined in the generation that serves
// it, with the entities and the source that it had then, under names of their own.
func asServed(set *feature.Set, older []*Older) *feature.Set {
	out := *set
	out.Views = slices.Clone(set.Views)
	out.Entities = slices.Clone(set.Entities)
	out.Sources = slices.Clone(set.Sources)
	for _, o := range older {
		former, _ := o.Set.View(o.View)
		kept := *former
		kept.Entities = nil
		suffix := "@" + o.View + "/" + strconv.Itoa(int(o.Generation))
		for _, name := range former.Entities {
			if e, ok := o.Set.Entity(name); ok {
				e := *e
				e.Name += suffix
				out.Entities = append(out.Entities, &e)
				kept.Entities = append(kept.Entities, e.Name)
			}
		}
		if src, err := o.Set.BatchSource(former); err == nil {
			s := *src
			s.Name += suffix
			out.Sources = append(out.Sources, &s)
			kept.Source = s.Name
		}
		out.Views[slices.IndexFunc(set.Views, func(v *feature.View) bool { return v.Name == o.View })] = &kept
	}
	out.Sort()
	return &out
}

// find fills in the newest revision in which the view had the generation, and its definitions. Errors: DataLoss if there
// is none.
func (o *Older) find(ctx context.Context, reg registry.Driver, project string) error {
	entries, err := reg.History(ctx, project, 0)
	if err != nil {
		return registryError(reg, err)
	}
	for i, e := range entries {
		if i > 0 && !mentions(entries[i-1], o.View) {
			continue // the view is as in the revision after this one
		}
		stored, err := reg.Read(ctx, project, e.Revision)
		if err != nil {
			return registryError(reg, err)
		}
		set, err := registry.DecodeSet(stored)
		if err != nil {
			return err
		}
		if v, ok := set.View(o.View); ok && v.Generation == o.Generation {
			o.Revision, o.Set = e.Revision, set
			return nil
		}
	}
	return errs.New(errs.DataLoss, "no revision of the registry defines generation %d of view %q, which serves it", o.Generation, o.View).
		WithHint("materialize the view: truepoint materialize-incremental, with -v %s", o.View)
}

// mentions reports whether a commit changed a view or anything that it stands on.
func mentions(e registry.Entry, view string) bool {
	return slices.ContainsFunc(e.Changed, func(c string) bool {
		kind, name, _ := strings.Cut(c, " ")
		return !strings.HasSuffix(kind, feature.KindService) && (name == view || !strings.HasSuffix(kind, feature.KindView))
	})
}

func registryError(reg registry.Driver, err error) error {
	code := errs.CodeOf(err)
	if code == errs.Unknown {
		code = reg.Code(err)
	}
	return errs.Wrap(err, code, "read the registry")
}
