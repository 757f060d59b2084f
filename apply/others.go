package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
)

// others plans sources, entities, on-demand views and services that are new or differ. It comes after views: a source or entity breaks
// what the views on it say that it breaks.
func (m *maker) others() error {
	for _, s := range m.after.Sources {
		if !m.changed[registry.ID{Kind: feature.KindSource, Name: s.Name}] {
			continue
		}
		old, exists := m.before.set.Source(s.Name)
		affects := exists && old.Fingerprint() != s.Fingerprint()
		class, reasons := m.ground(affects, func(v *feature.View) bool {
			batch, err := m.after.BatchSource(v)
			return v.Source == s.Name || err == nil && batch.Name == s.Name
		})
		c := Change{Kind: feature.KindSource, Name: s.Name, Class: class, Reasons: reasons, Detail: describeSource(s)}
		if err := m.other(c, exists); err != nil {
			return err
		}
	}
	for _, e := range m.after.Entities {
		if !m.changed[registry.ID{Kind: feature.KindEntity, Name: e.Name}] {
			continue
		}
		old, exists := m.before.set.Entity(e.Name)
		affects := exists && old.Fingerprint() != e.Fingerprint()
		class, reasons := m.ground(affects, func(v *feature.View) bool { return slices.Contains(v.Entities, e.Name) })
		c := Change{Kind: feature.KindEntity, Name: e.Name, Class: class, Reasons: reasons, Detail: describeEntity(e)}
		if err := m.other(c, exists); err != nil {
			return err
		}
	}
	if err := m.onDemand(); err != nil {
		return err
	}
	for _, s := range m.after.Services {
		if !m.changed[registry.ID{Kind: feature.KindService, Name: s.Name}] {
			continue
		}
		old, exists := m.before.set.Service(s.Name)
		c := Change{Kind: feature.KindService, Name: s.Name, Detail: describeService(s)}
		if exists {
			c.Class, c.Reasons = m.classifyService(s, old)
		}
		if err := m.other(c, exists); err != nil {
			return err
		}
	}
	return nil
}

// other completes and plans a change of something that is no view.
func (m *maker) other(c Change, exists bool) error {
	c.Action = Update
	if !exists {
		c.Action, c.Class, c.Reasons = Create, Additive, nil
	} else {
		c.Detail = ""
	}
	return m.put(c, m.objects[registry.ID{Kind: c.Kind, Name: c.Name}])
}

// ground classifies a changed source or entity by the views on it.
func (m *maker) ground(affects bool, uses func(*feature.View) bool) (Class, []string) {
	if !affects {
		return Additive, []string{"metadata"}
	}
	var broken []string
	for _, v := range m.after.Views {
		if m.broken[v.Name] && uses(v) {
			broken = append(broken, v.Name)
		}
	}
	if len(broken) == 0 {
		return Additive, []string{"no view on it changes"}
	}
	if len(broken) > 3 {
		broken = append(broken[:3], fmt.Sprintf("%d more", len(broken)-3))
	}
	return Breaking, []string{"changes " + strings.Join(broken, ", ")}
}

// classifyService compares what a service answers: the old answer must be contained in the new one, in its order.
func (m *maker) classifyService(s, old *feature.Service) (Class, []string) {
	before, after := answer(m.before.set, old), answer(m.after, s)
	if slices.Equal(before, after) {
		return Additive, []string{"metadata"}
	}
	i := 0
	for _, a := range after {
		if i < len(before) && before[i] == a {
			i++
		}
	}
	if i == len(before) {
		return Additive, []string{counted(len(after)-len(before), "feature") + " added"}
	}
	var gone []string
	for _, b := range before {
		if !slices.Contains(after, b) {
			gone = append(gone, b)
		}
	}
	if len(gone) == 0 {
		return Breaking, []string{"order of features changed"}
	}
	return Breaking, []string{"no longer answers " + strings.Join(gone, ", ")}
}

// answer lists the features of a service with what identifies each: alias, view, feature, renamed keys.
func answer(set *feature.Set, s *feature.Service) []string {
	var out []string
	for _, p := range s.Features {
		prefix := p.View + ":"
		if p.Alias != "" {
			prefix = p.Alias + "=" + prefix
		}
		var keys []string
		for key, column := range p.JoinKeyMap {
			keys = append(keys, key+"="+column)
		}
		slices.Sort(keys)
		suffix := ""
		if len(keys) > 0 {
			suffix = " (" + strings.Join(keys, ", ") + ")"
		}
		names := p.Features
		if len(names) == 0 {
			names = set.FeatureNames(p.View)
		}
		for _, name := range names {
			out = append(out, prefix+name+suffix)
		}
	}
	return out
}

// removals plans the deletion of what stands before and not after.
func (m *maker) removals() error {
	readers := m.readers()
	for _, o := range m.before.state.Objects {
		if _, stays := m.objects[o.ID()]; stays || o.Kind == registry.KindGeneration {
			continue
		}
		c := Change{Action: Delete, Kind: o.Kind, Name: o.Name}
		switch o.Kind {
		case feature.KindView:
			v, _ := m.before.set.View(o.Name)
			c.Class, c.Reasons, c.Readers = Destructive, []string{"its online values are no longer served"}, readers[v.Name]
			c.Detail, c.Generation = describeView(v), v.Generation
			if err := m.remember(v); err != nil {
				return err
			}
		case feature.KindOnDemand:
			v, _ := m.before.set.OnDemandView(o.Name)
			c.Class, c.Reasons, c.Readers = Breaking, []string{"its readers get an error"}, readers[v.Name]
			c.Detail = describeOnDemand(v)
		case feature.KindService:
			c.Class, c.Reasons = Breaking, []string{"its readers get an error"}
		case feature.KindSource:
			c.Reasons = []string{"no longer in use"}
			if s, _ := m.before.set.Source(o.Name); s.Type == feature.PushSource {
				c.Class, c.Reasons = Breaking, []string{"pushes to it get an error"}
			}
		default:
			c.Reasons = []string{"no longer in use"}
		}
		m.out.Changes = append(m.out.Changes, c)
		m.out.Remove = append(m.out.Remove, registry.Object{Kind: o.Kind, Name: o.Name})
	}
	return nil
}

func describeSource(s *feature.Source) string {
	for _, where := range [...]string{s.Path, s.Table, s.BatchSource} {
		if where != "" {
			return s.Type + " " + mask(where)
		}
	}
	return s.Type
}

func describeEntity(e *feature.Entity) string {
	return strings.Join(e.JoinKeys, ", ") + " " + e.ValueType.String()
}

func describeService(s *feature.Service) string {
	var views []string
	for _, p := range s.Features {
		if !slices.Contains(views, p.View) {
			views = append(views, p.View)
		}
	}
	return "features of " + strings.Join(views, ", ")
}
