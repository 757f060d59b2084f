package collect

import (
	"context"
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/runs"
)

// drop removes a table under its view's lease, unless somebody has taken up the view since it was looked at.
func (c *collection) drop(ctx context.Context, t *Table, g generation) error {
	lease, why, err := c.take(ctx, g)
	if err != nil {
		return err
	}
	if why != "" {
		t.Action, t.Why = Kept, why
		return nil
	}
	held, release := lease.Keep(ctx)
	err = c.unmoved(held)
	if err == nil {
		_, err = lease.Move(held, func(v *runs.View) {
			v.Generations = slices.DeleteFunc(v.Generations, func(of runs.Generation) bool { return of.Number == g.number })
		})
	}
	if err == nil {
		err = c.env.Online.Drop(held, t.Table)
	}
	release()
	if _, ended := lease.Move(context.WithoutCancel(ctx), func(v *runs.View) { v.Lease = nil }); err == nil && errs.CodeOf(ended) != errs.Aborted {
		err = ended
	}
	if err != nil {
		return err
	}
	t.Action = Gone
	c.left -= t.Rows
	return nil
}

// take leases the view of a generation; why says what keeps it from that.
func (c *collection) take(ctx context.Context, g generation) (lease *runs.Holding, why string, err error) {
	lease = &runs.Holding{Ledger: c.env.Ledger, View: g.view, Clock: c.env.Clock, TTL: c.env.LeaseTTL}
	state, err := c.env.Ledger.Update(ctx, g.view, func(v *runs.View) error {
		c.states[g.view] = v
		if why = c.inUse(g); why != "" {
			return errInUse
		}
		lease.Token = v.Take(c.env.Holder, c.env.Clock(), c.env.LeaseTTL)
		return nil
	})
	if why != "" {
		return nil, why, nil
	}
	c.states[g.view] = state
	if state != nil {
		seen := *state
		seen.Lease = nil // our own does not keep the next table of the view
		c.states[g.view] = &seen
	}
	return lease, "", err
}

// errInUse ends an update that would take a view from a run.
var errInUse = errs.New(errs.Aborted, "the view is in use")

// unmoved returns an Aborted error if definitions were applied since the need was worked out.
func (c *collection) unmoved(ctx context.Context) error {
	head, err := c.env.Registry.Head(ctx, c.env.Project)
	if err != nil {
		return c.env.registryError(err)
	}
	if head != c.need.revision {
		return errs.New(errs.Aborted, "revision %d was applied while tables were collected for revision %d", head, c.need.revision).WithID("T0375").
			WithHint("repeat the command")
	}
	return nil
}
