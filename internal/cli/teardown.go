package cli

import (
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
)

type teardownVerb struct {
	Yes bool `short:"y" help:"Do not ask."`
}

// Run implements the verb teardown: first the definitions go, then the online tables and the state. Histories and the
// registry's revisions stay.
func (v *teardownVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		if err := v.ask(a, s.Project()); err != nil {
			return err
		}
		p, err := s.Plan(a.ctx, &feature.Set{Project: s.Project()})
		if err != nil {
			return err
		}
		consent := consentFlags{Yes: true, AllowBreaking: true, AllowDestructive: true, Message: "teardown"}
		if !p.Empty() {
			if _, err := s.Apply(a.ctx, p, consent.options(a)); err != nil {
				return err
			}
		}
		r, err := s.Teardown(a.ctx)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("removed %s, %s and the state of %s of %s\nhistories and the registry's revisions stay\n",
			plural(p.Count("delete"), "definition", "definitions"), plural(len(r.Tables), "online table", "online tables"),
			plural(len(r.Views), "view", "views"), s.Project())
		return a.print(&screen.Answer{Text: text, Value: r, Names: orEmpty(r.Tables)})
	})
}

func (v *teardownVerb) ask(a *app, project string) error {
	if v.Yes {
		return nil
	}
	if a.interactive() {
		return a.confirm("remove every definition and all online data of " + project)
	}
	return errs.New(errs.FailedPrecondition, "teardown removes every definition and all online data of %q", project).WithID("T0956").
		WithHint("truepoint teardown --yes")
}
