package cli

import (
	"fmt"

	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/screen"
)

type validateVerb struct{}

// Run implements the verb validate: faults of the configuration's form alone, or those of its stores and of all
// definitions at once.
func (v *validateVerb) Run(a *app) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	unlinked := drivers.Check(c)
	c.Annotate(unlinked)
	set, err := a.defined(c)
	var faults errs.List
	faults.AddErr(unlinked)
	faults.AddErr(err)
	if err := faults.Err(); err != nil {
		return err
	}
	doc := struct {
		Project  string `json:"project"`
		Entities int    `json:"entities"`
		Sources  int    `json:"data_sources"`
		Views    int    `json:"feature_views"`
		Features int    `json:"features"`
		OnDemand int    `json:"on_demand_feature_views"`
		Services int    `json:"feature_services"`
	}{set.Project, len(set.Entities), len(set.Sources), len(set.Views), 0, len(set.OnDemand), len(set.Services)}
	for _, view := range set.Views {
		doc.Features += len(view.Schema)
	}
	onDemand := ""
	for _, view := range set.OnDemand {
		doc.Features += len(view.Features)
		onDemand = ", " + plural(doc.OnDemand, "on-demand view", "on-demand views")
	}
	text := fmt.Sprintf("%s: %s, %s, %s%s with %s, %s: no faults\n", set.Project, plural(doc.Entities, "entity", "entities"),
		plural(doc.Sources, "data source", "data sources"), plural(doc.Views, "feature view", "feature views"), onDemand,
		plural(doc.Features, "feature", "features"), plural(doc.Services, "feature service", "feature services"))
	return a.print(&screen.Answer{Text: text, Value: doc, Names: []string{set.Project}})
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(int64(n)) + " " + many
}
