package cli

import (
	"slices"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/registry"
)

type featuresVerb struct {
	List   featuresListVerb   `cmd:"" help:"List every feature."`
	Search featuresSearchVerb `cmd:"" help:"Find features by name, description, tag or owner."`
}

type featuresListVerb struct{}

// Run implements features list.
func (v *featuresListVerb) Run(a *app) error {
	return a.features(func(*described) bool { return true })
}

type featuresSearchVerb struct {
	Text string `arg:"" help:"What to look for; case does not matter."`
}

// Run implements features search.
func (v *featuresSearchVerb) Run(a *app) error {
	words := strings.Fields(strings.ToLower(v.Text))
	return a.features(func(d *described) bool {
		hay := d.haystack()
		for _, w := range words {
			if !strings.Contains(hay, w) {
				return false
			}
		}
		return true
	})
}

// A described is a feature of a view of either kind with what there is to say about it.
type described struct {
	view     string
	info     *feature.Info // of the view
	entities []string
	field    feature.Field
	computed string // how; empty for a column of the source
}

// describedFeatures returns every feature, view by view.
func describedFeatures(set *feature.Set) []described {
	var out []described
	for _, v := range set.Views {
		for i, f := range v.Schema {
			d := described{view: v.Name, info: &v.Info, entities: v.Entities, field: f}
			if v.Windowed() {
				d.computed = v.Aggregations[i].String()
			}
			out = append(out, d)
		}
	}
	for _, v := range set.OnDemand {
		for _, f := range v.Features {
			out = append(out, described{view: v.Name, info: &v.Info, field: f.Field, computed: strings.Join(strings.Fields(f.Expression), " ")})
		}
	}
	return out
}

// haystack is the text in which features search looks, in lower case.
func (d *described) haystack() string {
	parts := append([]string{d.view + ":" + d.field.Name, d.field.Description, d.info.Description, d.info.Owner}, d.entities...)
	for _, tags := range []map[string]string{d.info.Tags, d.field.Tags} {
		for k, v := range tags {
			parts = append(parts, k+":"+v)
		}
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}

// featureDocument is a feature in JSON.
type featureDocument struct {
	Ref         string `json:"ref"`
	View        string `json:"view"`
	Name        string `json:"name"`
	Type        string `json:"type"`
	Computed    string `json:"computed,omitempty"`
	Description string `json:"description,omitempty"`
	Owner       string `json:"owner,omitempty"`
}

func (a *app) features(keep func(*described) bool) error {
	return a.withSet(func(_ *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		found := describedFeatures(set)
		found = slices.DeleteFunc(found, func(d described) bool { return !keep(&d) })
		columns := []string{"FEATURE", "TYPE", "DESCRIPTION"}
		computed := slices.ContainsFunc(found, func(d described) bool { return d.computed != "" })
		if computed {
			columns = []string{"FEATURE", "TYPE", "COMPUTED", "DESCRIPTION"}
		}
		answer := &screen.Answer{Names: []string{}, Table: &screen.Table{Columns: screen.Columns(columns...)}}
		docs := []featureDocument{}
		shown := &screen.Table{Columns: screen.Columns(columns...)}
		for i, d := range found {
			if i == 0 || found[i-1].view != d.view {
				heading := make([]screen.Cell, len(columns))
				heading[0] = screen.Cell{Text: d.view, Style: screen.Strong}
				shown.AddCells(heading...)
			}
			f := d.field
			says := []string{f.Type.String(), firstLine(f.Description)}
			if computed {
				says = slices.Insert(says, 1, d.computed)
			}
			ref := d.view + ":" + f.Name
			shown.Add(append([]string{"  " + f.Name}, says...)...)
			answer.Table.Add(append([]string{ref}, says...)...)
			answer.Names = append(answer.Names, ref)
			docs = append(docs, featureDocument{ref, d.view, f.Name, f.Type.String(), d.computed, f.Description, d.info.Owner})
		}
		answer.Value = docs
		answer.Text = a.out.Render(shown)
		if len(docs) == 0 && a.format == screen.AsTable {
			a.note("no features found")
			return nil
		}
		return a.print(answer)
	})
}
