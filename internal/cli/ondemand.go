package cli

import (
	"cmp"
	"strings"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
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
