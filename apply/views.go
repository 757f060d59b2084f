package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
)

// views plans every view of after that is new, differs, or stands on a source or entity that differs.
func (m *maker) views() error {
	readers := m.readers()
	for _, v := range m.after.Views {
		old, exists := m.before.set.View(v.Name)
		if exists && !m.dirty(v, old) {
			continue
		}
		c := Change{Action: Create, Kind: feature.KindView, Name: v.Name, Readers: readers[v.Name]}
		var work *Work
		if exists {
			var err error
			if work, err = m.updateView(&c, v, old); err != nil {
				return err
			}
			if c.Action == "" {
				continue
			}
		} else {
			c.Detail = describeView(v)
			work = &Work{Kind: WorkMaterialize, Reason: "new view"}
			if m.assign(m.before, update{view: v}) {
				work = m.restore(v)
			}
		}
		c.Generation = v.Generation
		o, err := m.viewObject(v)
		if err != nil {
			return err
		}
		if err := m.put(c, o); err != nil {
			return err
		}
		if work != nil && v.Online {
			work.View, work.Generation = v.Name, v.Generation
			m.out.Work = append(m.out.Work, *work)
		}
	}
	return nil
}

// updateView classifies and numbers a view of both sets. It leaves c.Action empty where nothing changes after all: the
// view stands on something that differs only in what does not affect values.
func (m *maker) updateView(c *Change, v, old *feature.View) (*Work, error) {
	u := update{view: v, old: old, same: v.Fingerprint(m.after) == old.Fingerprint(m.before.set)}
	class, reasons := Additive, []string{"metadata"}
	if !u.same {
		class, reasons = m.classify(v, old)
	}
	u.class = class
	own := m.changed[registry.ID{Kind: feature.KindView, Name: v.Name}]
	if !own && class == Additive {
		c.Action = ""
		return nil, nil
	}
	if err := m.before.number(old); err != nil {
		return nil, err
	}
	c.Action, c.Class, c.Reasons = Update, class, reasons
	m.broken[v.Name] = class == Breaking
	restored := m.assign(m.before, u)
	if v.Generation != old.Generation {
		c.Reasons = append(c.Reasons, fmt.Sprintf("generation %d → %d", old.Generation, v.Generation))
		if err := m.remember(old); err != nil {
			return nil, err
		}
	}
	if restored {
		return m.restore(v), nil
	}
	switch {
	case v.Generation != old.Generation:
		return &Work{Kind: WorkGeneration, Reason: strings.Join(reasons, ", ")}, nil
	case !old.Online:
		return &Work{Kind: WorkMaterialize, Reason: "it is served online now"}, nil
	case len(v.Schemas) > len(old.Schemas) || longer(v, old):
		return &Work{Kind: WorkMaterialize, Reason: strings.Join(reasons, ", ")}, nil
	}
	return nil, nil
}

// restore plans that a former generation is the present one of v again, and is no longer remembered beside it.
func (m *maker) restore(v *feature.View) *Work {
	id := registry.ID{Kind: registry.KindGeneration, Name: registry.GenerationName(v)}
	if _, ok := m.before.bodies[id]; ok {
		m.out.Remove = append(m.out.Remove, registry.Object{Kind: id.Kind, Name: id.Name})
	}
	return &Work{Kind: WorkCatchUp, Reason: fmt.Sprintf("generation %d is served again, as old as its last run", v.Generation)}
}

// dirty reports whether a view may have changed: its own definition, its source, the batch source behind it, or one of
// its entities differ.
func (m *maker) dirty(v, old *feature.View) bool {
	if m.changed[registry.ID{Kind: feature.KindView, Name: v.Name}] || m.changed[registry.ID{Kind: feature.KindSource, Name: v.Source}] {
		return true
	}
	if src, err := m.after.BatchSource(v); err != nil || m.changed[registry.ID{Kind: feature.KindSource, Name: src.Name}] {
		return true
	}
	return slices.ContainsFunc(v.Entities, func(e string) bool { return m.changed[registry.ID{Kind: feature.KindEntity, Name: e}] })
}

// classify compares a view with its former self, of another fingerprint. feature.Fingerprint is the judge of what affects values: a change
// that is additive leaves the fingerprint of the old fields under the old ttl as it was.
func (m *maker) classify(v, old *feature.View) (Class, []string) {
	var breaks, adds []string
	for _, f := range v.Schema {
		if old.Field(f.Name) < 0 {
			adds = append(adds, "field "+f.Name+" added")
		}
	}
	reduced := v.Only(func(f feature.Field) bool { return old.Field(f.Name) >= 0 })
	reduced.TTL = old.TTL
	for _, f := range old.Schema {
		switch i := v.Field(f.Name); {
		case i < 0:
			breaks = append(breaks, "field "+f.Name+" removed")
		case !v.Schema[i].Type.Equal(f.Type):
			breaks = append(breaks, fmt.Sprintf("field %s retyped from %s to %s", f.Name, f.Type, v.Schema[i].Type))
		case !sameDefault(v.Schema[i].Default, f.Default):
			breaks = append(breaks, "default of "+f.Name+" changed")
		}
	}
	if longer(v, old) {
		adds = append(adds, "ttl longer")
	} else if v.TTL != old.TTL {
		breaks = append(breaks, "ttl shorter")
	}
	breaks = append(breaks, windowsChanged(v, old)...)
	breaks = append(breaks, m.below(v, old)...)
	if len(breaks) == 0 && reduced.Fingerprint(m.after) != old.Fingerprint(m.before.set) {
		breaks = append(breaks, "values change")
	}
	if len(breaks) > 0 {
		return Breaking, append(breaks, adds...)
	}
	return Additive, adds
}

// below returns how the ground of a view changed: its batch source and its keys.
func (m *maker) below(v, old *feature.View) []string {
	var out []string
	a, errA := m.before.set.BatchSource(old)
	b, errB := m.after.BatchSource(v)
	if (errA == nil) != (errB == nil) || errA == nil && a.Fingerprint() != b.Fingerprint() {
		out = append(out, "source changed")
	}
	keysA, errA := m.before.set.JoinKeys(old)
	keysB, errB := m.after.JoinKeys(v)
	if (errA == nil) != (errB == nil) || !sameFields(keysA, keysB) {
		out = append(out, "keys changed")
	}
	return out
}

// longer reports whether the ttl of v is longer than that of old; 0 is the longest.
func longer(v, old *feature.View) bool {
	return v.TTL != old.TTL && (v.TTL == 0 || old.TTL != 0 && v.TTL > old.TTL)
}

func sameDefault(a, b *feature.Default) bool {
	same := func(a, b *string) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	if a == nil || b == nil {
		return a == b
	}
	return same(a.Null, b.Null) && same(a.Absent, b.Absent)
}

// viewObject encodes a view after it was numbered.
func (m *maker) viewObject(v *feature.View) (registry.Object, error) {
	o := m.objects[registry.ID{Kind: feature.KindView, Name: v.Name}]
	var err error
	o.Body, err = registry.WithAssigned(o.Body, v)
	return o, err
}

// readers returns the services that use each view, itself or through on-demand views, before or after, in order.
func (m *maker) readers() map[string][]string {
	out := map[string][]string{}
	for _, set := range [...]*feature.Set{m.before.set, m.after} {
		for _, s := range set.Services {
			for _, p := range s.Features {
				for _, view := range set.Below(p.View) {
					if !slices.Contains(out[view], s.Name) {
						out[view] = append(out[view], s.Name)
					}
				}
			}
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

func describeView(v *feature.View) string {
	of := "no entity"
	if len(v.Entities) > 0 {
		of = strings.Join(v.Entities, ", ")
	}
	what := "feature"
	if v.Windowed() {
		what = "window feature"
	}
	text := fmt.Sprintf("%s of %s from %s", counted(len(v.Schema), what), of, v.Source)
	if v.Refresh != 0 {
		text += ", computed every " + v.Refresh.String()
	}
	if v.TTL != 0 {
		text += ", ttl " + v.TTL.String()
	}
	return text
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
