package materialize

import (
	"context"
	"fmt"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/runs"
)

// acquire takes the view's lease and returns the run to do: the one that was interrupted if it was asked for in the
// same words and the definition is the same, otherwise a new one. Errors: Aborted while another holder's lease lives and
// the holder is not known to be dead, unless its run is of a deleted view of this name; the hint says who, since when and
// for how long.
func (j *job) acquire(ctx context.Context) (*Run, error) {
	if err := j.recordEnded(ctx); err != nil {
		return nil, err
	}
	var run Run
	_, err := j.env.Ledger.Update(ctx, j.view.Name, func(v *runs.View) error {
		now := j.env.Clock()
		if v.Held(now, j.env.Gone) && !v.Predates(j.view) { // what a deleted view's run still writes goes to its own table
			return busy(j.view.Name, v)
		}
		fresh := j.newRun(v.Token+1, now)
		if err := chooseRows(&fresh, v.Generation(fresh.Generation), j.view, j.use.Source); err != nil {
			return err
		}
		run = fresh
		switch old := v.Current; {
		case old == nil:
		case resumes(old, &fresh):
			run = *old
			run.Resumed++
			run.Status, run.Error, run.Finished = runs.Running, "", 0
			run.Token, run.Holder = fresh.Token, fresh.Holder
		default:
			ended := *old
			if ended.Status == runs.Running {
				ended.Status, ended.Finished = runs.Interrupted, now
			}
			v.End(&ended)
		}
		kept := run
		v.Current, v.CancelAsked = &kept, false
		v.Take(j.req.Holder, now, j.env.leaseTTL())
		return nil
	})
	if err != nil {
		return nil, err
	}
	j.lease = &runs.Holding{Ledger: j.env.Ledger, View: j.view.Name, Token: run.Token, Clock: j.env.Clock, TTL: j.env.leaseTTL()}
	return &run, j.recordEnded(ctx)
}

// recordEnded writes the history of runs whose holders did not get to it, and then forgets that it was missing.
func (j *job) recordEnded(ctx context.Context) error {
	v, err := j.env.Ledger.View(ctx, j.view.Name)
	if err != nil || len(v.Unrecorded) == 0 {
		return err
	}
	for _, r := range v.Unrecorded {
		if err := j.env.Ledger.Record(ctx, r); err != nil {
			return err
		}
	}
	_, err = j.env.Ledger.Update(ctx, j.view.Name, func(now *runs.View) error {
		now.Unrecorded = without(now.Unrecorded, v.Unrecorded)
		return nil
	})
	return err
}

// without returns the runs of all that are not among done.
func without(all, done []*runs.Run) []*runs.Run {
	var out []*runs.Run
next:
	for _, r := range all {
		for _, d := range done {
			if r.ID == d.ID && r.Token == d.Token {
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}

func (j *job) newRun(token int64, now eventtime.Instant) Run {
	return Run{
		ID:   fmt.Sprintf("%s-%s-%d", j.view.Name, now.Time().Format(idTime), token),
		View: j.view.Name, Mode: j.req.Mode, Status: runs.Running,
		Asked: j.asked, End: j.end, Snapshot: now, Started: now,
		Revision: j.env.Revision, Generation: j.view.Generation, Schema: j.view.RowSchema().ID,
		Fingerprint: j.view.Fingerprint(j.env.Set), Holder: j.req.Holder, Token: token,
	}
}

// idTime is how a run's start stands in its id, in UTC.
const idTime = "20060102T150405Z"

// resumes reports whether the interrupted run old does what fresh was asked to do.
func resumes(old, fresh *Run) bool {
	return old.Mode == fresh.Mode && old.Asked == fresh.Asked && old.Generation == fresh.Generation &&
		old.Schema == fresh.Schema && old.Fingerprint == fresh.Fingerprint
}
