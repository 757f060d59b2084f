package materialize

import (
	"context"
	"errors"
	"fmt"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/internal/spillfile"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/runs"
)

// A job is one view's part of a request.
type job struct {
	env      *Env
	req      *Request
	view     *feature.View
	asked    eventtime.Interval
	end      eventtime.Instant // asked.End, clamped to the present
	progress func(Progress)
	atOnce   int     // how many views are materialized at the same time
	retries  *budget // of the request

	use   *feature.Use
	lease *runs.Holding
}

// restartsMax is how often a run starts over because its source changed under it.
const restartsMax = 1

// do runs the job to its end and returns the run as it ended; nil when it could not be started.
func (j *job) do(ctx context.Context) (*Run, error) {
	use, err := j.env.Set.SelectView(j.view)
	if err != nil {
		return nil, err
	}
	j.use = use
	run, err := j.acquire(ctx)
	if err != nil {
		return nil, err
	}
	held, release := j.lease.Keep(ctx)
	err = j.attempts(held, run)
	if err != nil {
		err = j.explainStop(held, run, err)
	}
	release()
	return run, j.conclude(context.WithoutCancel(ctx), run, err)
}

// attempts tries the run, and once more from the start if the source changed under it.
func (j *job) attempts(ctx context.Context, run *Run) error {
	for {
		err := j.attempt(ctx, run)
		if errs.CodeOf(err) != errs.FailedPrecondition || run.Restarted >= restartsMax || len(run.Manifest.Files) == 0 {
			return err
		}
		if err := j.restart(ctx, run); err != nil {
			return err
		}
	}
}

// attempt reads the source as the run's manifest pins it, or pins it first, and writes from the checkpoint on. A run for
// which nothing is due does not look at the source.
func (j *job) attempt(ctx context.Context, run *Run) (err error) {
	if nothingDue(run) {
		return nil
	}
	var pinned *offline.Manifest
	if len(run.Manifest.Files) > 0 {
		pinned = &run.Manifest
	}
	table, err := history.Open(ctx, j.env.Offline, j.use, pinned)
	if err != nil {
		return err
	}
	defer func() { err = errs.Join(err, table.Close()) }()
	if pinned == nil {
		run.Manifest = table.Manifest()
		if err := j.save(ctx, run); err != nil {
			return err
		}
	}
	winners, err := j.winners(ctx, run, table)
	if err != nil {
		return err
	}
	account(run, winners)
	err = j.write(ctx, run, winners)
	account(run, winners) // ambiguity shows when the payload is read
	return err
}

// winners returns what a run has to write, in key order.
func (j *job) winners(ctx context.Context, run *Run, table *history.Table) (pit.Winners, error) {
	opt := &pit.EvalOptions{Spill: spillfile.Open, Progress: func(done, total int64) {
		j.progress(Progress{View: j.view.Name, Phase: Reading, Done: done, Total: total})
	}}
	if j.view.Windowed() {
		plan, err := windowsPlan(run, j.use, table)
		if err != nil {
			return nil, err
		}
		return pit.NewestWindows(ctx, plan, opt)
	}
	return pit.Newest(ctx, &pit.NewestPlan{
		Name: j.view.Name, Table: table, Layout: table.Layout,
		Availability: j.use.Source.Availability, Select: selection(run), TiesError: j.use.Source.Ties == "error",
	}, opt)
}

// account copies what the reading found into the run.
func account(run *Run, winners pit.Winners) {
	r := winners.Report()
	run.Total = int64(winners.Len())
	run.Read = r.Read
	run.Rejected = r.RejectedKey + r.RejectedEvent + r.RejectedCreate
	run.Ambiguous = 0
	for _, n := range r.Ambiguous {
		run.Ambiguous += n
	}
}

// restart makes the run begin again with a new snapshot of its source.
func (j *job) restart(ctx context.Context, run *Run) error {
	state, err := j.env.Ledger.View(ctx, j.view.Name)
	if err != nil {
		return err
	}
	run.Restarted++
	run.Manifest = offline.Manifest{}
	run.Checkpoint, run.Total = 0, 0
	run.Snapshot = j.env.Clock()
	if err := chooseRows(run, state.Generation(run.Generation), j.view, j.use.Source); err != nil {
		return err
	}
	return j.save(ctx, run)
}

// save stores the run as the view's current one.
func (j *job) save(ctx context.Context, run *Run) error {
	kept := *run
	_, err := j.lease.Move(ctx, func(v *runs.View) { v.Current = &kept })
	return err
}

// explainStop returns the error of a run that did not get to its end: why it was stopped, if it was, and how to go on.
func (j *job) explainStop(ctx context.Context, run *Run, err error) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(err, runs.ErrCancelAsked):
		cause = err
	case cause == nil:
		return err
	case errs.CodeOf(cause) == errs.Aborted:
		return cause
	case !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded):
		return err
	}
	code := errs.Canceled
	if errors.Is(cause, context.DeadlineExceeded) {
		code = errs.DeadlineExceeded
	}
	hint := "nothing was written; repeat the command to start again"
	if run.Checkpoint > 0 {
		hint = fmt.Sprintf("%d of %d rows are written; repeat the same command to continue there", run.Checkpoint, run.Total)
	}
	return errs.Wrap(cause, code, "the materialization of view %q was stopped", j.view.Name).WithID("T0336").WithHint("%s", hint)
}

// conclude moves the state record to the run's end, and then writes its history. A run that failed or was stopped
// after its first checkpoint stays the view's current one and is continued by the same request.
func (j *job) conclude(ctx context.Context, run *Run, failure error) error {
	run.Finished = j.env.Clock()
	run.Status = endStatus(failure)
	if failure != nil {
		run.Error = failure.Error()
	}
	resumable := failure != nil && run.Checkpoint > 0
	_, err := j.lease.Move(ctx, func(v *runs.View) {
		if failure == nil {
			j.completed(v.Generation(run.Generation), run)
		}
		kept := *run
		if resumable {
			v.Current, v.Lease, v.CancelAsked = &kept, nil, false
			return
		}
		v.End(&kept)
	})
	switch {
	case failure != nil && errs.CodeOf(err) == errs.Aborted:
		return failure // the lease is lost: whoever holds it now decides about the run
	case err != nil:
		return errs.Join(failure, err)
	}
	if !resumable {
		err = j.env.Ledger.Record(ctx, run)
	}
	if failure == nil && err == nil {
		j.progress(Progress{View: j.view.Name, Phase: Done, Done: run.Total, Total: run.Total})
	}
	return errs.Join(failure, err)
}

// completed notes in the state of a generation that run is complete.
func (j *job) completed(g *runs.Generation, run *Run) {
	if j.view.Windowed() {
		completeSnapshot(g, run)
		return
	}
	completeGeneration(g, run)
}

func endStatus(failure error) runs.Status {
	switch errs.CodeOf(failure) {
	case errs.OK:
		return runs.Complete
	case errs.Canceled, errs.DeadlineExceeded:
		return runs.Cancelled
	case errs.Aborted:
		return runs.Interrupted
	}
	return runs.Failed
}
