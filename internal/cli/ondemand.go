package cli

import (
	"cmp"
	"strings"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/value"
)

type onDemandVerb struct {
	List     onDemandListVerb     `cmd:"" help:"List on-demand feature views."`
	Describe onDemandDescribeVerb `cmd:"" help:"Show one on-demand feature view."`
}

type onDemandListVerb struct{ listFlags }

// Run implements on-demand-feature-views list.
func (v *onDemandListVerb) Run(a *app) error { return list(a, &v.listFlags, onDemandListing()) }

type onDemandDescribeVerb struct{ describeVerb }

// Run implements on-demand-feature-views describe.
func (v *onDemandDescribeVerb) Run(a *app) error { return describe(a, v.Name, onDemandListing()) }

func onDemandListing() *listing[feature.OnDemandView] {
	return &listing[feature.OnDemandView]{kind: feature.KindOnDemand, columns: screen.Columns("NAME", "SOURCES", ">FEATURES", "OWNER", "DESCRIPTION"),
		items: func(s *feature.Set) []*feature.OnDemandView { return s.OnDemand },
		info:  func(v *feature.OnDemandView) *feature.Info { return &v.Info },
		name:  func(v *feature.OnDemandView) string { return v.Name },
		row: func(v *feature.OnDemandView) []screen.Cell {
			sources := make([]string, len(v.Sources))
			for i, s := range v.Sources {
				if sources[i] = s.View; s.View == "" {
					sources[i] = cmp.Or(s.Request, "request")
				}
			}
			cells := append(texts(v.Name, strings.Join(sources, ", ")), countCell(int64(len(v.Features))))
			return append(cells, texts(cmp.Or(v.Owner, v.Tags["owner"]), firstLine(v.Description))...)
		}}
}

// A windowDocument is a window view as it stands in a file: each aggregation with what its field says, and the types
// of the columns that they use as schema.
type windowDocument struct {
	*feature.View
	Schema       []value.Field         `json:"schema,omitempty"`
	Inputs       *bool                 `json:"inputs,omitempty"` // hides that of the view
	Aggregations []aggregationDocument `json:"aggregations"`
}

type aggregationDocument struct {
	feature.Aggregation
	Window   string `json:"window,omitempty"`
	Lifetime *bool  `json:"lifetime,omitempty"` // hides that of the aggregation

	Type        value.Type        `json:"type"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Default     *feature.Default  `json:"default,omitempty"`
}

func newWindowDocument(v *feature.View) windowDocument {
	d := windowDocument{View: v, Schema: v.Inputs}
	for i, a := range v.Aggregations {
		f := v.Schema[i]
		doc := aggregationDocument{Aggregation: a, Type: f.Type, Description: f.Description, Tags: f.Tags, Default: f.Default}
		switch {
		case a.Lifetime:
			doc.Window = "lifetime"
		case a.Window > 0:
			doc.Window = a.Window.String()
		}
		d.Aggregations = append(d.Aggregations, doc)
	}
	return d
}
