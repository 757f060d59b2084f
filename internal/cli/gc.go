package cli

import (
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/collect"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/screen"
)

type gcVerb struct {
	DryRun  bool   `help:"Tell what would go."`
	Yes     bool   `short:"y" help:"Do not ask."`
	Keep    string `default:"7d" placeholder:"SPAN" help:"Keep what a rollback within this span needs (at least 5m)."`
	Expired bool   `help:"Also remove rows that expired for good."`
	Runs    string `name:"runs-keep" default:"400d" placeholder:"SPAN" help:"Remove records of runs that are older, but for the newest 20 of each view and those that something refers to."`
	PushLog string `name:"push-log-keep" placeholder:"SPAN" help:"Remove entries of the push log that are older; without it all stay."`
	Proofs  string `name:"receipts-keep" placeholder:"SPAN" help:"Remove receipts of deleted entities that are older; without it all stay."`
	Rows    int64  `placeholder:"N" help:"Remove at most so many rows; a table goes whole or stays."`
	Time    string `placeholder:"SPAN" help:"Begin nothing more after this long."`
}

// Help tells the rule.
func (v *gcVerb) Help() string {
	return "Removes online tables of removed views and of generations that others have taken the place of, and old records. What serves now, what served within --keep, what a rollback within --keep would serve, and what a run writes or may resume stays. It may be repeated, and run beside servers and materializations."
}

// Run implements the verb gc.
func (v *gcVerb) Run(a *app) error {
	r := &truepoint.CollectRequest{DryRun: v.DryRun, Expired: v.Expired, RowsMax: v.Rows}
	var err error
	if r.Keep, err = parseSpan("--keep", v.Keep); err != nil {
		return err
	}
	r.Keep = max(r.Keep, collect.KeepLeast)
	if r.Records, err = v.records(r.Keep); err != nil {
		return err
	}
	if v.Time != "" {
		if r.TimeMax, err = parseSpan("--time", v.Time); err != nil {
			return err
		}
	}
	if v.Rows < 0 {
		return errs.New(errs.InvalidArgument, "--rows %d is no bound", v.Rows).WithID("T0964").WithHint("give a number above 0, or leave it out")
	}
	return a.withStore(func(s *truepoint.Store) error {
		if err := v.ask(a, s, r); err != nil {
			return err
		}
		if a.err.Live {
			r.Progress = func(p collect.Progress) { fmt.Fprintf(a.err.Out, "\r\x1b[K%s: %s rows", p.Table, count(p.Done)) }
		}
		report, err := s.Collect(a.ctx, r)
		if a.err.Live {
			fmt.Fprint(a.err.Out, "\r\x1b[K")
		}
		if report == nil {
			return err
		}
		if perr := a.print(gcAnswer(report)); perr != nil {
			return perr
		}
		a.noteCollected(report)
		return err
	})
}

// records returns for how long records are kept, by kind. Those of runs are kept at least as long as tables are, because
// they tell since when a generation answers.
func (v *gcVerb) records(tables eventtime.Duration) (map[collect.RecordKind]eventtime.Duration, error) {
	out := map[collect.RecordKind]eventtime.Duration{}
	for kind, flag := range map[collect.RecordKind][2]string{
		collect.RunRecords: {"--runs-keep", v.Runs}, collect.PushRecords: {"--push-log-keep", v.PushLog}, collect.Receipts: {"--receipts-keep", v.Proofs},
	} {
		if flag[1] == "" {
			continue
		}
		keep, err := parseSpan(flag[0], flag[1])
		if err != nil {
			return nil, err
		}
		out[kind] = max(keep, collect.KeepLeast)
	}
	if keep, asked := out[collect.RunRecords]; asked {
		out[collect.RunRecords] = max(keep, tables)
	}
	return out, nil
}

// parseSpan reads a length of time of the command line.
func parseSpan(flag, text string) (eventtime.Duration, error) {
	d, err := eventtime.ParseDuration(text)
	if err != nil {
		return 0, errs.New(errs.InvalidArgument, "%s: %s", flag, errs.All(err)[0].Message).WithID("T0965").WithHint("write it as 7d, 12h or 30m")
	}
	return d, nil
}

// ask shows what would go and asks, unless that was settled by a flag.
func (v *gcVerb) ask(a *app, s *truepoint.Store, r *truepoint.CollectRequest) error {
	if v.Yes || v.DryRun {
		return nil
	}
	if !a.interactive() {
		return errs.New(errs.FailedPrecondition, "gc removes online data for good").WithID("T0963").
			WithHint("see what would go: truepoint gc --dry-run\nremove it: truepoint gc --yes")
	}
	dry := *r
	dry.DryRun = true
	report, err := s.Collect(a.ctx, &dry)
	if err != nil || !report.Any() {
		return err
	}
	fmt.Fprint(a.err.Out, a.err.Render(gcAnswer(report).Table))
	return a.confirm(fmt.Sprintf("remove %s rows of the online store and %s records", count(report.Rows), count(report.RecordCount())))
}

func gcAnswer(r *truepoint.CollectReport) *screen.Answer {
	answer := &screen.Answer{Value: r, Names: []string{}}
	answer.Table = &screen.Table{Columns: screen.Columns("TABLE", "REASON", ">ROWS", ">SIZE", "ACTION")}
	styles := map[collect.Action]screen.Style{collect.Gone: screen.Good, collect.WouldGo: screen.Accent, collect.Kept: screen.Caution}
	for _, t := range r.Tables {
		if t.Action != collect.Kept {
			answer.Names = append(answer.Names, t.Table)
		}
		answer.Table.AddCells(screen.Cell{Text: t.Table}, screen.Cell{Text: string(t.Reason)}, countCell(t.Rows), sizeCell(t.Bytes),
			screen.Cell{Text: string(t.Action), Style: styles[t.Action]})
	}
	for _, of := range r.Records {
		if of.Action != collect.Kept {
			answer.Names = append(answer.Names, string(of.Kind))
		}
		answer.Table.AddCells(screen.Cell{Text: string(of.Kind)}, screen.Cell{Text: "old records"}, countCell(of.Count), sizeCell(of.Bytes),
			screen.Cell{Text: string(of.Action), Style: styles[of.Action]})
	}
	if len(r.Tables) == 0 && len(r.Records) == 0 {
		answer.Text = "nothing to collect\n"
	}
	return answer
}

// noteCollected says what stayed and why, how much went, and up to when a rollback finds its rows.
func (a *app) noteCollected(r *truepoint.CollectReport) {
	for _, t := range r.Tables {
		if t.Why != "" {
			a.note("%s: %s", t.Table, t.Why)
		}
	}
	for _, of := range r.Records {
		if of.Why != "" {
			a.note("%s: %s", of.Kind, of.Why)
		}
	}
	verb := "removed"
	if r.DryRun {
		verb = "would remove"
	}
	if r.Any() {
		records := ""
		if n := r.RecordCount(); n > 0 {
			records = fmt.Sprintf(", and %s records", count(n))
		}
		a.note("%s %s rows, %s%s; what definitions since %s need stays", verb, count(r.Rows), sizeCell(r.Bytes).Text, records, eventtime.Floor(r.Cutoff, eventtime.Second))
	}
}
