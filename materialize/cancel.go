package materialize

import (
	"context"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/runs"
)

// Cancel asks a live run to stop at its next chunk, and ends an interrupted one, which is then not continued; a run whose
// process is known to be dead is an interrupted one. Errors: NotFound when the run is not its
// view's current one: it has ended.
func Cancel(ctx context.Context, env *Env, run *Run) error {
	var ended *Run
	_, err := env.Ledger.Update(ctx, run.View, func(v *runs.View) error {
		ended = nil
		if v.Current == nil || v.Current.ID != run.ID {
			return errs.New(errs.NotFound, "run %s is not in progress: it is %s", run.ID, run.Status).WithID("T0338").
				WithHint("truepoint runs list shows all runs")
		}
		now := env.Clock()
		if v.Held(now, env.Gone) {
			v.CancelAsked = true
			return nil
		}
		kept := *v.Current
		kept.Status, kept.Finished = runs.Cancelled, now
		v.End(&kept)
		ended = &kept
		return nil
	})
	if err != nil || ended == nil {
		return err
	}
	return env.Ledger.Record(ctx, ended)
}
