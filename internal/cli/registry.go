package cli

import (
	"fmt"
	"strconv"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/registry"
)

type projectsVerb struct {
	List projectsListVerb `cmd:"" help:"List the projects of the registry."`
}

type projectsListVerb struct{}

// Run implements projects list.
func (v *projectsListVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		names, err := s.Projects(a.ctx)
		if err != nil {
			return err
		}
		answer := &screen.Answer{Names: orEmpty(names), Value: orEmpty(names), Table: &screen.Table{Columns: screen.Columns("NAME", "")}}
		for _, n := range names {
			mark := ""
			if n == s.Project() {
				mark = "this repository"
			}
			answer.Table.Add(n, mark)
		}
		return a.print(answer)
	})
}

type dumpVerb struct{}

// Run implements the verb registry-dump: every definition as JSON, whatever the format but YAML.
func (v *dumpVerb) Run(a *app) error {
	return a.withSet(func(_ *truepoint.Store, set *feature.Set, rev registry.Revision) error {
		doc := struct {
			Revision registry.Revision `json:"revision"`
			*feature.Set
		}{rev, set}
		if a.format == screen.AsTable {
			a.format = screen.AsJSON
		}
		return a.print(&screen.Answer{Value: doc, Names: []string{set.Project}})
	})
}

type historyVerb struct {
	Limit int `short:"n" default:"20" help:"At most this many; 0 for all."`
}

// Run implements the verb history.
func (v *historyVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		entries, err := s.History(a.ctx, v.Limit)
		if err != nil {
			return err
		}
		answer := &screen.Answer{Names: []string{}, Value: orEmpty(entries),
			Table: &screen.Table{Columns: screen.Columns(">REV", "TIME", "AUTHOR", "?>CHANGED", "MESSAGE")}}
		for _, e := range entries {
			answer.Names = append(answer.Names, fmt.Sprint(e.Revision))
			answer.Table.AddCells(screen.Cell{Text: fmt.Sprint(e.Revision)}, minuteCell(e.Time), screen.Cell{Text: e.Author},
				countCell(int64(e.Definitions())), screen.Cell{Text: e.Message})
		}
		if len(entries) == 0 && a.format == screen.AsTable {
			a.note("no revisions yet; make the first: truepoint apply")
			return nil
		}
		return a.print(answer)
	})
}

type diffVerb struct {
	A string `arg:"" help:"A revision."`
	B string `arg:"" optional:"" help:"Another one (default: the newest)."`
}

// Run implements the verb diff.
func (v *diffVerb) Run(a *app) error {
	from, err := parseRevision(v.A)
	if err != nil {
		return err
	}
	to := registry.Newest
	if v.B != "" {
		if to, err = parseRevision(v.B); err != nil {
			return err
		}
	}
	return a.withStore(func(s *truepoint.Store) error {
		changes, err := s.Diff(a.ctx, from, to)
		if err != nil {
			return err
		}
		text := "no difference\n"
		if len(changes) > 0 {
			text = changesText(a.out, changes)
		}
		answer := changesAnswer(changes)
		answer.Text, answer.Value = a.out.ASCII(text), orEmpty(changes)
		return a.print(answer)
	})
}

func parseRevision(text string) (registry.Revision, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, errs.New(errs.Usage, "%q is no revision", text).WithID("T0952").WithHint("truepoint history lists them")
	}
	return registry.Revision(n), nil
}

type rollbackVerb struct {
	Revision string `arg:"" help:"The revision to go back to."`
	consentFlags
}

// Run implements the verb rollback.
func (v *rollbackVerb) Run(a *app) error {
	to, err := parseRevision(v.Revision)
	if err != nil {
		return err
	}
	return a.withStore(func(s *truepoint.Store) error {
		p, err := s.PlanRollback(a.ctx, to)
		if err != nil {
			return err
		}
		return v.commit(a, s, p)
	})
}

type deleteVerb struct {
	Kind string `arg:"" help:"entity, data-source, feature-view or feature-service; or the name alone, as in Feast."`
	Name string `arg:"" optional:"" help:"Its name."`
	consentFlags
}

// Run implements the verb delete.
func (v *deleteVerb) Run(a *app) error {
	return a.withSet(func(s *truepoint.Store, set *feature.Set, _ registry.Revision) error {
		kind, name, err := v.target(set)
		if err != nil {
			return err
		}
		p, err := s.PlanDelete(a.ctx, kind, name)
		if err != nil {
			return err
		}
		return v.commit(a, s, p)
	})
}

// target finds out what is meant: a kind and a name, or a name alone when only one definition has it.
func (v *deleteVerb) target(set *feature.Set) (kind, name string, err error) {
	if v.Name != "" {
		kinds := map[string]string{"entity": feature.KindEntity, "data-source": feature.KindSource, "feature-view": feature.KindView,
			"on-demand-feature-view": feature.KindOnDemand, feature.KindOnDemand: feature.KindOnDemand,
			"feature-service": feature.KindService, feature.KindEntity: feature.KindEntity, feature.KindSource: feature.KindSource,
			feature.KindView: feature.KindView, feature.KindService: feature.KindService}
		if kind = kinds[v.Kind]; kind == "" {
			return "", "", errs.New(errs.Usage, "%q is no kind of definition", v.Kind).WithID("T0953").
				WithHint("use entity, data-source, feature-view, on-demand-feature-view or feature-service")
		}
		return kind, v.Name, nil
	}
	found, all := []string{}, []string{}
	for _, named := range namesOf(set) {
		all = append(all, named.Name)
		if named.Name == v.Kind {
			found = append(found, named.Kind)
		}
	}
	switch len(found) {
	case 1:
		return found[0], v.Kind, nil
	case 0:
		return "", "", errs.New(errs.NotFound, "nothing is called %q", v.Kind).WithID("T0954").WithHint("%s", errs.DidYouMean(v.Kind, all))
	}
	return "", "", errs.New(errs.InvalidArgument, "several kinds have a %q", v.Kind).WithID("T0955").
		WithHint("say which: truepoint delete entity %s", v.Kind)
}

// namesOf returns every definition by kind and name.
func namesOf(set *feature.Set) []registry.ID {
	out := []registry.ID{}
	for _, e := range set.Entities {
		out = append(out, registry.ID{Kind: feature.KindEntity, Name: e.Name})
	}
	for _, e := range set.Sources {
		out = append(out, registry.ID{Kind: feature.KindSource, Name: e.Name})
	}
	for _, e := range set.Views {
		out = append(out, registry.ID{Kind: feature.KindView, Name: e.Name})
	}
	for _, e := range set.OnDemand {
		out = append(out, registry.ID{Kind: feature.KindOnDemand, Name: e.Name})
	}
	for _, e := range set.Services {
		out = append(out, registry.ID{Kind: feature.KindService, Name: e.Name})
	}
	return out
}
