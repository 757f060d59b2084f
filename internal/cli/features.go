package cli

import (
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
	return a.features(func(*feature.View, feature.Field) bool { return true })
}

type featuresSearchVerb struct {
	Text string `arg:"" help:"What to look for; case does not matter."`
}

// Run implements features search.
func (v *featuresSearchVerb) Run(a *app) error {
	words := strings.Fields(strings.ToLower(v.Text))
	return a.features(func(view *feature.View, f feature.Field) bool {
		hay := haystack(view, f)
		for _, w := range words {
			if !strings.Contains(hay, w) {
				return false
			}
		}
		return true
	})
}

// haystack is the text in which features search looks, in lower case.
func haystack(view *feature.View, f feature.Field) string {
	parts := []string{view.Name + ":" + f.Name, f.Description, view.Description, view.Owner}
	parts = append(parts, view.Entities...)
	for _, tags := range []map[string]string{view.Tags, f.Tags} {
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
	Description string `json:"description,omitempty"`
	Owner       string `json:"owner,omitempty"`
}

func (a *app) features(keep func(*feature.View, feature.Field) bool) error {
	return a.withSet(func(_ *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		answer := &screen.Answer{Names: []string{}, Table: &screen.Table{Columns: screen.Columns("FEATURE", "TYPE", "DESCRIPTION")}}
		docs := []featureDocument{}
		shown := &screen.Table{Columns: screen.Columns("FEATURE", "TYPE", "DESCRIPTION")}
		for _, view := range set.Views {
			before := len(docs)
			for _, f := range view.Schema {
				if !keep(view, f) {
					continue
				}
				if len(docs) == before {
					shown.AddCells(screen.Cell{Text: view.Name, Style: screen.Strong}, screen.Cell{}, screen.Cell{})
				}
				shown.Add("  "+f.Name, f.Type.String(), firstLine(f.Description))
				ref := view.Name + ":" + f.Name
				answer.Names = append(answer.Names, ref)
				answer.Table.Add(ref, f.Type.String(), firstLine(f.Description))
				docs = append(docs, featureDocument{ref, view.Name, f.Name, f.Type.String(), f.Description, view.Owner})
			}
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
