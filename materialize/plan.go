package materialize

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/runs"
)

// chooseRows fills what a run reads from the state of its generation, by the rules of design/semantics.md 7.4. The
// run's Mode, Asked, End and Snapshot are set; source is the history that it reads.
func chooseRows(run *Run, g *runs.Generation, view *feature.View, source *feature.Source) error {
	run.Watch = runs.Watermarks{Before: g.Watermark, After: g.Watermark}
	run.Select = runs.RunSelection{
		AvailableBy:  min(run.End, run.Snapshot),
		CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
	}
	switch {
	case view.Windowed():
		chooseSnapshot(run, g, view)
	case run.Mode == Interval:
		run.Start = run.Asked.Start
		run.Select.ReadFrom = run.Start
	case g.Watermark == eventtime.None:
		run.Start = beginning(run, view)
		run.Select.ReadFrom = run.Start
	default:
		if err := chooseLate(run, g, view, source); err != nil {
			return err
		}
		if run.Schema != g.Schema { // rows that were read before lack a field: read all that may still be served
			run.Select.ReadFrom = min(run.Select.ReadFrom, beginning(run, view))
		}
	}
	return nil
}

// beginning returns the least event time that may still be served at the run's END.
func beginning(run *Run, view *feature.View) eventtime.Instant {
	if view.TTL == 0 {
		return eventtime.Min
	}
	return run.End.Add(-view.TTL)
}

// chooseLate fills the selection of an incremental run that has a watermark: besides the rows from the watermark on,
// those that became readable since the run before.
func chooseLate(run *Run, g *runs.Generation, view *feature.View, source *feature.Source) error {
	run.Start = g.Watermark
	run.Select.ReadFrom = g.Watermark
	// A run of an interval may have moved the watermark, but it has read nothing from before its START.
	seen := min(g.Watermark, g.AvailableBy)
	run.Select.AvailableAfter = seen
	lag := view.CommitLag
	if lag == 0 {
		lag = DefaultCommitLag
	}
	run.Select.CreatedAfter = g.Incremental.Add(-lag) // pushed rows have a created time in any case
	if source.CreatedTimestampColumn != "" {
		return nil
	}
	lateness := view.AllowedLateness
	if lateness == 0 {
		lateness = DefaultLateness
		if view.Schedule != "" {
			schedule, err := feature.ParseSchedule(view.Schedule)
			if err != nil {
				return err
			}
			lateness = max(lateness, schedule.Period())
		}
	}
	run.Select.ReadFrom = seen.Add(-lateness)
	return nil
}

// selection returns what pit.Newest has to consider.
func selection(run *Run) pit.Selection {
	return pit.Selection{
		Interval:       eventtime.Interval{Start: run.Select.ReadFrom, End: run.End},
		AvailableBy:    run.Select.AvailableBy,
		CreatedAfter:   run.Select.CreatedAfter,
		AvailableAfter: run.Select.AvailableAfter,
	}
}

// completeGeneration notes in the state of a generation that run is complete, and in the run the watermark that this
// left. The watermark moves only over an unbroken stretch: for a run that starts at or before it.
func completeGeneration(g *runs.Generation, run *Run) {
	first := g.Watermark == eventtime.None
	run.Watch.Before = g.Watermark
	if to := min(run.End, run.Snapshot); first || run.Start <= g.Watermark {
		g.Watermark = max(g.Watermark, to)
	}
	run.Watch.After = g.Watermark
	if first || run.Mode == Incremental && run.End >= run.Watch.Before { // one that ends earlier leaves rows behind it unread
		g.Incremental = run.Snapshot
		g.AvailableBy = run.Select.AvailableBy
		g.Schema = run.Schema
	}
	g.Complete = true
	g.LastEnd = run.End
	g.LastGood = run.Finished
}
