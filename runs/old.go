package runs

import (
	"context"
	"slices"
	"strings"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/state"
)

// RunsLeast is how many of the newest runs of a view are kept however old they are.
const RunsLeast = 20

// Old returns the history records of runs that ended before an instant and that nothing refers to. Those stay that the
// state record of their view names, the first complete run of each generation that has a record, because it tells since when
// the generation answers, and the RunsLeast newest of each view. Errors: as Runs.
func (l *Ledger) Old(ctx context.Context, before eventtime.Instant) ([]state.Record, error) {
	records, err := l.state.List(ctx, "runs/"+l.project+"/")
	if err != nil {
		return nil, l.fail(err, "list runs")
	}
	views, err := l.Views(ctx)
	if err != nil {
		return nil, err
	}
	byView := map[string][]Run{}
	of := map[string]state.Record{} // by id
	for _, r := range records {
		run, err := decodeRun(r)
		if err != nil {
			return nil, err
		}
		byView[run.View] = append(byView[run.View], *run)
		of[run.ID] = r
	}
	var out []state.Record
	for name, all := range byView {
		sortNewest(all)
		named := views[name].names(all)
		for i, run := range all {
			if i >= RunsLeast && run.Finished < before && !named[run.ID] {
				out = append(out, of[run.ID])
			}
		}
	}
	slices.SortFunc(out, func(a, b state.Record) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// names returns the ids of the runs that a state record refers to; all are those of its view, newest first.
func (v *View) names(all []Run) map[string]bool {
	out := map[string]bool{}
	if v == nil {
		return out
	}
	for _, r := range append(slices.Clone(v.Unrecorded), v.Current, v.Last) {
		if r != nil {
			out[r.ID] = true
		}
	}
	first := map[uint32]string{}
	for _, r := range slices.Backward(all) {
		if r.Status == Complete && first[r.Generation] == "" && v.Known(r.Generation) {
			first[r.Generation] = r.ID
			out[r.ID] = true
		}
	}
	return out
}
