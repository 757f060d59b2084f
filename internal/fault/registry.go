package fault

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/registry"
)

// Registry wraps a registry driver. Commit is never carried out in part: Torn makes it fail.
func Registry(d registry.Driver, in *Injector) registry.Driver {
	return &registryDriver{Driver: d, in: in}
}

type registryDriver struct {
	registry.Driver // Code and Close are never disturbed
	in              *Injector
	states          memory[registry.State]
	heads           memory[registry.Revision]
	entries         memory[[]registry.Entry]
	projects        memory[[]string]
}

func (d *registryDriver) Read(ctx context.Context, project string, at registry.Revision) (registry.State, error) {
	return ask(ctx, d.in, &d.states, question{"Read", fmt.Sprint(project, "@", at)}, func() (registry.State, error) {
		return d.Driver.Read(ctx, project, at)
	})
}

func (d *registryDriver) Head(ctx context.Context, project string) (registry.Revision, error) {
	return ask(ctx, d.in, &d.heads, question{"Head", project}, func() (registry.Revision, error) {
		return d.Driver.Head(ctx, project)
	})
}

func (d *registryDriver) Commit(ctx context.Context, expected registry.Revision, c registry.Change) (r registry.Revision, err error) {
	err = d.in.around(ctx, "Commit", call{do: func() (err error) { r, err = d.Driver.Commit(ctx, expected, c); return err }})
	if err != nil {
		return 0, err
	}
	return r, nil
}

func (d *registryDriver) History(ctx context.Context, project string, limit int) ([]registry.Entry, error) {
	return ask(ctx, d.in, &d.entries, question{"History", fmt.Sprint(project, "#", limit)}, func() ([]registry.Entry, error) {
		return d.Driver.History(ctx, project, limit)
	})
}

func (d *registryDriver) Projects(ctx context.Context) ([]string, error) {
	return ask(ctx, d.in, &d.projects, question{op: "Projects"}, func() ([]string, error) { return d.Driver.Projects(ctx) })
}
