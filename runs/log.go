package runs

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/state"
)

// Record writes the history record of a run that has ended. A record that a later lease wrote is left alone, so that
// a holder that lost its lease cannot change history. Writing the same run again changes nothing.
func (l *Ledger) Record(ctx context.Context, run *Run) error {
	body, err := json.Marshal(&runRecord{Format: format, Run: run})
	if err != nil {
		return errs.Wrap(err, errs.Internal, "encode run %s of view %q", run.ID, run.View)
	}
	key := l.runKey(run.View, run.ID)
	for range attemptsMax {
		r, err := l.state.Get(ctx, key)
		if err != nil {
			return l.fail(err, "read run %s of view %q", run.ID, run.View)
		}
		if r.Version != 0 {
			old, err := decodeRun(r)
			if err != nil {
				return err
			}
			if old.Token > run.Token || string(r.Value) == string(body) {
				return nil
			}
		}
		if _, err = l.state.CompareAndSwap(ctx, key, r.Version, body); err == nil {
			return nil
		}
		if err = l.fail(err, "write run %s of view %q", run.ID, run.View); errs.CodeOf(err) != errs.Aborted {
			return err
		}
	}
	return errs.New(errs.Aborted, "run %s of view %q was moved by others %d times in a row", run.ID, run.View, attemptsMax)
}

// Runs returns the runs of a view, or of every view when view is empty, newest first, at most limit (0: all). It
// includes a run in progress.
func (l *Ledger) Runs(ctx context.Context, view string, limit int) ([]Run, error) {
	prefix := "runs/" + l.project + "/"
	if view != "" {
		prefix = l.runKey(view, "")
	}
	records, err := l.state.List(ctx, prefix)
	if err != nil {
		return nil, l.fail(err, "list runs")
	}
	byID := map[string]Run{}
	for _, r := range records {
		run, err := decodeRun(r)
		if err != nil {
			return nil, err
		}
		byID[run.ID] = *run
	}
	views, err := l.Views(ctx)
	if err != nil {
		return nil, err
	}
	for name, v := range views {
		if view != "" && view != name {
			continue
		}
		for _, r := range append(slices.Clone(v.Unrecorded), v.Current) {
			if r != nil {
				byID[r.ID] = *r
			}
		}
	}
	out := make([]Run, 0, len(byID))
	for _, r := range byID {
		out = append(out, r)
	}
	sortNewest(out)
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out, nil
}

// Find returns the run whose id is id, or the only one whose id starts with it. Errors: NotFound; InvalidArgument when
// several start with it.
func (l *Ledger) Find(ctx context.Context, id string) (*Run, error) {
	all, err := l.Runs(ctx, "", 0)
	if err != nil {
		return nil, err
	}
	var found *Run
	for i := range all {
		switch {
		case all[i].ID == id:
			return &all[i], nil
		case id != "" && strings.HasPrefix(all[i].ID, id) && found != nil:
			return nil, errs.New(errs.InvalidArgument, "several runs have an id that starts with %q", id).WithID("T0350").
				WithHint("truepoint runs list shows the whole ids")
		case id != "" && strings.HasPrefix(all[i].ID, id):
			found = &all[i]
		}
	}
	if found == nil {
		return nil, errs.New(errs.NotFound, "there is no run %q", id).WithID("T0351").WithHint("truepoint runs list shows what there is")
	}
	return found, nil
}

// A runRecord is the history record of a run.
type runRecord struct {
	Format int `json:"format"`
	*Run
}

func decodeRun(r state.Record) (*Run, error) {
	run := &Run{}
	return run, state.Decode(r, "run record", format, &runRecord{Run: run})
}
