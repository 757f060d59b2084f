package cli

import (
	"errors"
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/process"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/materialize"
)

// materializeFlags are the flags of both verbs that materialize.
type materializeFlags struct {
	Views        []string `short:"v" sep:"none" placeholder:"VIEW" help:"Only this view; may be repeated."`
	FeatureViews []string `name:"feature-views" sep:"none" hidden:"" help:"The same as --views."`
	DryRun       bool     `help:"Tell what would be read and written."`
	AllowFuture  bool     `help:"Take an END in the future as now."`
	Parallel     int      `default:"1" placeholder:"N" help:"So many views at once; they share the memory that one has."`
	Rate         float64  `placeholder:"ROWS" help:"Write at most so many rows a second, all views together, to spare a store that serves."`
	Verbose      bool     `help:"Also print the record of each run."`
	ackFlag
	Version string `hidden:"" help:"Feast's version of a view."`
}

type materializeVerb struct {
	Start string `arg:"" help:"Earliest event time, inclusive (RFC 3339; without a zone UTC)."`
	End   string `arg:"" help:"Latest event time, inclusive."`
	materializeFlags
	DisableEventTimestamp bool `hidden:""`
}

// Run implements the verb materialize.
func (v *materializeVerb) Run(a *app) error {
	if v.DisableEventTimestamp {
		return errs.New(errs.Unimplemented, "--disable-event-timestamp is not supported").WithID("T0920").
			WithHint("give the interval: truepoint materialize 1970-01-01 %s", a.now())
	}
	start, err := parseTime("START", v.Start)
	if err != nil {
		return err
	}
	end, err := parseTime("END", v.End)
	if err != nil {
		return err
	}
	r := &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: start, End: end}
	return v.run(a, r, fmt.Sprintf("truepoint materialize %s %s", v.Start, v.End))
}

type incrementalVerb struct {
	End string `arg:"" help:"Latest event time, inclusive (RFC 3339; without a zone UTC)."`
	materializeFlags
}

// Run implements the verb materialize-incremental.
func (v *incrementalVerb) Run(a *app) error {
	end, err := parseTime("END", v.End)
	if err != nil {
		return err
	}
	r := &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: end}
	return v.run(a, r, "truepoint materialize-incremental "+v.End)
}

// parseTime reads an instant of the command line; one without a zone is UTC.
func parseTime(what, text string) (eventtime.Instant, error) {
	i, err := eventtime.Parse(text, nil)
	if err != nil {
		return 0, errs.New(errs.InvalidArgument, "%s: %s", what, errs.All(err)[0].Message).WithID("T0911").
			WithHint("write it as 2026-03-12 or 2026-03-12T00:00:00Z")
	}
	return i, nil
}

// materializeFree is the garbage in bytes that a materialization may let lie: less costs it time, more only memory.
const materializeFree = 64 << 20

func (f *materializeFlags) run(a *app, r *truepoint.MaterializeRequest, again string) error {
	if f.Version != "" {
		return errs.New(errs.Unimplemented, "--version is not supported").WithID("T0921").
			WithHint("every breaking change gets a new table by itself; see truepoint feature-views describe")
	}
	r.Views = append(f.Views, f.FeatureViews...)
	r.AllowFuture, r.DryRun, r.Parallel, r.RowsPerSecond = f.AllowFuture, f.DryRun, f.Parallel, f.Rate
	a.ack = f.Ack
	bars := newBars(a.err)
	r.Progress = bars.update
	defer process.Lean(materializeFree)()
	return a.withStore(func(s *truepoint.Store) error {
		began := a.now()
		report, err := s.Materialize(a.ctx, r)
		bars.stop()
		took := a.now().Sub(began)
		if a.ctx.Err() != nil {
			a.note("stopped; what was written stays, and the next run continues there: %s", again)
		}
		if report == nil {
			return err
		}
		if perr := a.print(materializeAnswer(report, f.Verbose)); perr != nil {
			return perr
		}
		a.noteRates(report, took)
		return a.outcome(report, err)
	})
}

// noteRates says how much was read, written and rejected, and how fast. It is silent where no run began.
func (a *app) noteRates(r *truepoint.MaterializeReport, took eventtime.Duration) {
	var read, written int64
	ran := false
	for _, v := range r.Views {
		if v.Run == nil {
			continue
		}
		ran, read, written = true, read+v.Run.Read, written+v.Run.Written
		if n := v.Run.Rejected; n > 0 {
			a.note("%s: %s rejected, without a key or a time that is needed; see truepoint sources check", v.View,
				plural(int(n), "source row", "source rows"))
		}
	}
	if ran {
		rate := float64(read) / max(float64(took)/float64(eventtime.Second), 1e-6)
		a.note("read %s rows and wrote %s in %s (%s rows a second)", count(read), count(written), length(took), count(int64(rate)))
	}
}

// outcome prints what failed and returns what decides the exit status: Partial when some views were done.
func (a *app) outcome(report *truepoint.MaterializeReport, err error) error {
	failed := []error{}
	for _, v := range report.Views {
		if v.Err != nil {
			failed = append(failed, v.Err)
		}
	}
	switch {
	case len(failed) == 0:
		return err
	case len(failed) == 1 && len(report.Views) == 1:
		return failed[0]
	}
	for _, e := range failed {
		fmt.Fprint(a.err.Out, a.err.Fault(e))
	}
	if len(failed) < len(report.Views) {
		return told(errs.Partial)
	}
	return told(errs.CodeOf(errors.Join(failed[0])))
}

func materializeAnswer(r *truepoint.MaterializeReport, verbose bool) *screen.Answer {
	answer := &screen.Answer{Value: r, Names: []string{}}
	tb := runTable()
	dry := &screen.Table{Columns: screen.Columns("VIEW", "FROM", "TO", "?>FILES", ">READ", ">TO WRITE", ">SIZE", "?>BAD")}
	for _, v := range r.Views {
		answer.Names = append(answer.Names, v.View)
		switch {
		case v.DryRun != nil:
			d := v.DryRun
			dry.AddCells(screen.Cell{Text: v.View}, minuteCell(d.Start), minuteCell(d.End), countCell(int64(d.Files)), countCell(d.Read),
				countCell(d.Rows), sizeCell(d.Bytes), warnIf(d.Rejected))
		case v.Run != nil:
			tb.AddCells(runCells(v.Run)...)
		default:
			cells := make([]screen.Cell, len(tb.Columns))
			cells[0], cells[1] = screen.Cell{Text: v.View}, screen.Cell{Text: "refused", Style: screen.Bad}
			tb.AddCells(cells...)
		}
	}
	answer.Table = tb
	if len(dry.Rows) > 0 {
		answer.Table = dry
	}
	if verbose {
		for _, v := range r.Views {
			if v.Run != nil {
				answer.Text += describeRun(v.Run) + "\n"
			}
		}
	}
	return answer
}

func runTable() *screen.Table {
	return &screen.Table{Columns: screen.Columns("VIEW", "STATUS", "?FROM", "TO", ">READ", ">WRITTEN", "?>TIME")}
}

func runCells(r *truepoint.Run) []screen.Cell {
	style := map[materialize.Status]screen.Style{materialize.Complete: screen.Good, materialize.Failed: screen.Bad,
		materialize.Running: screen.Accent, materialize.Cancelled: screen.Caution, materialize.Interrupted: screen.Caution}
	took := screen.Cell{}
	if r.Finished != 0 {
		took = lengthCell(r.Duration())
	}
	return []screen.Cell{
		{Text: r.View}, {Text: string(r.Status), Style: style[r.Status]},
		minuteCell(r.Start), minuteCell(r.End), countCell(r.Read), countCell(r.Written), took,
	}
}
