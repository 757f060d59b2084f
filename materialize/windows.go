package materialize

import (
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/runs"
)

// chooseSnapshot fills what a run of a window view computes (design/semantics.md 5.7): the values of the newest instant
// that are usable at END, for every key with an event in their windows or in those of the run before. Windows reach back
// by themselves, so the START of an interval plays no part, wherever it lies: START is the earliest event time that is
// read.
//
// Nothing is due where values of a later instant are written already: those of an earlier one would be superseded, or
// come back for a key whose windows are empty by now. An incremental run does not write the values of one instant twice
// either, unless in a newer form; a run of an interval does, so that it corrects them by what has become known.
func chooseSnapshot(run *Run, g *runs.Generation, view *feature.View) {
	of := eventtime.SnapshotAt(run.Select.AvailableBy, view.Refresh, view.Delay)
	again := of == g.Watermark && run.Mode == Incremental && run.Schema == g.Schema
	if of < g.Watermark || again {
		of = eventtime.None
	}
	run.Select.ValuesOf = of
	run.Start = eventtime.Min
	from := of
	if g.Watermark != eventtime.None {
		from = min(of, g.Watermark)
	}
	if reach, bounded := view.Reach(); bounded && from != eventtime.None {
		run.Start = (from + 1).Add(-reach)
	}
	run.Select.ReadFrom = run.Start
}

// nothingDue reports whether run is of a window view and has no values to write.
func nothingDue(run *Run) bool { return run.Select.ValuesOf == eventtime.None }

// windowsPlan returns what pit.NewestWindows has to compute. The watermark of a view is the instant whose values it has.
func windowsPlan(run *Run, u *feature.Use, table *history.Table) (*pit.WindowsPlan, error) {
	scan, err := history.Windows(u, table)
	if err != nil {
		return nil, err
	}
	return &pit.WindowsPlan{Scan: scan, End: run.Select.AvailableBy, Previous: run.Watch.Before}, nil
}

// completeSnapshot notes in the state of a generation that a run of a window view is complete, and in the run the watermark
// that this left.
func completeSnapshot(g *runs.Generation, run *Run) {
	run.Watch.Before = g.Watermark
	if of := run.Select.ValuesOf; of != eventtime.None {
		g.Watermark = max(g.Watermark, of)
		g.Incremental, g.AvailableBy, g.Schema = run.Snapshot, run.Select.AvailableBy, run.Schema
		g.Complete = true
	}
	run.Watch.After = g.Watermark
	g.LastEnd, g.LastGood = run.End, run.Finished
}
