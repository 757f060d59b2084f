package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
)

// windowsChanged returns how the windows of a view changed: when its values exist, and the aggregations that both have.
func windowsChanged(v, old *feature.View) []string {
	var out []string
	if v.Refresh != old.Refresh {
		out = append(out, fmt.Sprintf("refresh changed from %s to %s", old.Refresh, v.Refresh))
	}
	if v.Delay != old.Delay {
		out = append(out, fmt.Sprintf("delay changed from %s to %s", old.Delay, v.Delay))
	}
	if v.Windowed() != old.Windowed() {
		return append(out, "window view or not changed")
	}
	for _, a := range v.Aggregations {
		i := slices.IndexFunc(old.Aggregations, func(b feature.Aggregation) bool { return b.Name == a.Name })
		if i >= 0 && a != old.Aggregations[i] && v.Canonical(a) != old.Canonical(old.Aggregations[i]) {
			out = append(out, "aggregation "+a.Name+" changed")
		}
	}
	return out
}

// onDemand plans every on-demand view of after that is new or differs. A view that stays as it is and reads a changed
// view needs no plan: it holds no data, and the changed view's own change names its readers.
func (m *maker) onDemand() error {
	readers := m.readers()
	for _, v := range m.after.OnDemand {
		if !m.changed[registry.ID{Kind: feature.KindOnDemand, Name: v.Name}] {
			continue
		}
		old, exists := m.before.set.OnDemandView(v.Name)
		c := Change{Kind: feature.KindOnDemand, Name: v.Name, Detail: describeOnDemand(v), Readers: readers[v.Name]}
		if exists {
			c.Class, c.Reasons = m.classifyOnDemand(v, old)
		}
		if err := m.other(c, exists); err != nil {
			return err
		}
	}
	return nil
}

// classifyOnDemand compares an on-demand view with its former self. The fingerprint of each feature judges: one that is
// new is additive, one that is gone or differs is breaking.
func (m *maker) classifyOnDemand(v, old *feature.OnDemandView) (Class, []string) {
	var breaks, adds []string
	for i := range v.Features {
		name := v.Features[i].Name
		was := old.Field(name)
		switch {
		case was < 0:
			adds = append(adds, "feature "+name+" added")
		case v.Only(name).Fingerprint(m.after) == old.Only(name).Fingerprint(m.before.set):
		case v.Features[i].Type.Equal(old.Features[was].Type) && sameDefault(v.Features[i].Default, old.Features[was].Default):
			breaks = append(breaks, "expression or inputs of "+name+" changed")
		default:
			breaks = append(breaks, "type or default of "+name+" changed")
		}
	}
	for i := range old.Features {
		if name := old.Features[i].Name; v.Field(name) < 0 {
			breaks = append(breaks, "feature "+name+" removed")
		}
	}
	switch {
	case breaks != nil:
		return Breaking, append(breaks, adds...)
	case adds != nil:
		return Additive, adds
	}
	return Additive, []string{"metadata"}
}

func describeOnDemand(v *feature.OnDemandView) string {
	from := make([]string, len(v.Sources))
	for i, s := range v.Sources {
		if from[i] = s.View; s.View == "" {
			from[i] = "the request"
		}
	}
	return counted(len(v.Features), "feature") + " of " + strings.Join(from, ", ")
}
