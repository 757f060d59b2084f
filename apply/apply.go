package apply

import (
	"cmp"
	"context"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/registry"
)

// Options say who applies a plan, when, and what may happen.
type Options struct {
	AllowBreaking    bool
	AllowDestructive bool
	Author           string            // who; shown to whoever comes second
	Message          string            // why; empty: the plan's
	Now              eventtime.Instant // time of the commit
}

// Apply commits a plan as one revision and returns it. An empty plan commits nothing and returns its base. Errors:
// FailedPrecondition for a breaking or destructive plan without consent, Aborted when the registry has moved since the
// plan was made, with who moved it and when; those of the driver. After an error that is neither, the commit may have
// happened: planning again tells.
func Apply(ctx context.Context, reg registry.Driver, p *Plan, opt Options) (registry.Revision, error) {
	if err := p.consent(opt); err != nil {
		return 0, err
	}
	if p.Empty() {
		return p.Base, unmoved(ctx, reg, p)
	}
	revision, err := reg.Commit(ctx, p.Base, registry.Change{
		Project: p.Project, Author: opt.Author, Message: cmp.Or(opt.Message, p.Message, p.Summary()), Time: opt.Now,
		Put: p.Put, Delete: p.Remove,
	})
	if err != nil {
		return 0, wrap(err, reg.Code(err), "apply to project "+p.Project)
	}
	return revision, nil
}

// unmoved returns the conflict of an empty plan: "nothing to do" is true only of the revision that it was made for.
func unmoved(ctx context.Context, reg registry.Driver, p *Plan) error {
	head, err := reg.Head(ctx, p.Project)
	if err != nil {
		return wrap(err, reg.Code(err), "read the revision of project "+p.Project)
	}
	if head == p.Base {
		return nil
	}
	history, err := reg.History(ctx, p.Project, 1)
	if err != nil || len(history) == 0 {
		return wrap(err, reg.Code(err), "read the history of project "+p.Project)
	}
	return registry.Conflict(p.Project, p.Base, history[0])
}

// wrap gives a raw error of a driver its code; an errs.Error says all already.
func wrap(err error, c errs.Code, doing string) error {
	if errs.CodeOf(err) != errs.Unknown {
		return err
	}
	return errs.Wrap(err, c, "%s", doing)
}

func (p *Plan) consent(opt Options) error {
	for _, need := range [...]struct {
		class   Class
		allowed bool
		hint    string
	}{
		{Destructive, opt.AllowDestructive, "say it again with --allow-destructive"},
		{Breaking, opt.AllowBreaking, "say it again with --allow-breaking, or leave the view as it is and give the new one a name such as NAME_v2"},
	} {
		changes := p.Of(need.class)
		if need.allowed || len(changes) == 0 {
			continue
		}
		var lines []string
		for i, c := range changes {
			if i == 3 {
				lines = append(lines, counted(len(changes)-i, "more change"))
				break
			}
			lines = append(lines, string(c.Action)+" "+c.ID()+" ("+strings.Join(c.Reasons, ", ")+")")
		}
		return errs.New(errs.FailedPrecondition, "the plan is %s: %s", need.class, strings.Join(lines, "; ")).
			WithID("T0410").WithHint("%s", need.hint)
	}
	return nil
}
