package cli

import (
	"fmt"
	"strings"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/runs"
)

type runsVerb struct {
	List     runsListVerb     `cmd:"" help:"List runs, newest first."`
	Describe runsDescribeVerb `cmd:"" help:"Show everything about one run."`
	Cancel   runsCancelVerb   `cmd:"" help:"Ask a running materialization to stop at its next chunk."`
}

type runsListVerb struct {
	View  string `short:"v" placeholder:"VIEW" help:"Only runs of this view."`
	Limit int    `default:"20" help:"At most this many; 0 for all."`
}

// Run implements runs list.
func (v *runsListVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		list, err := s.Runs(a.ctx, v.View, v.Limit)
		if err != nil {
			return err
		}
		answer := &screen.Answer{Value: orEmpty(list), Names: []string{}}
		answer.Table = &screen.Table{Columns: screen.Columns("RUN", "STATUS", "?FROM", "?TO", "?>READ", ">WRITTEN", ">TIME")}
		for i := range list {
			r := &list[i]
			answer.Names = append(answer.Names, r.ID)
			answer.Table.AddCells(append([]screen.Cell{{Text: r.ID}}, runCells(r)[1:]...)...)
		}
		if len(list) == 0 && a.format == screen.AsTable {
			a.note("no runs yet; start one: truepoint materialize-incremental %s", a.now().String()[:19])
			return nil
		}
		return a.print(answer)
	})
}

// orEmpty returns list, and an empty one instead of nil, so that JSON has [].
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

type runsDescribeVerb struct {
	ID string `arg:"" help:"The run, as runs list names it."`
}

// Run implements runs describe.
func (v *runsDescribeVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		r, err := s.DescribeRun(a.ctx, v.ID)
		if err != nil {
			return err
		}
		return a.print(&screen.Answer{Text: describeRun(r), Value: r, Names: []string{r.ID}})
	})
}

type runsCancelVerb struct {
	ID string `arg:"" help:"The run, as runs list names it."`
}

// Run implements runs cancel.
func (v *runsCancelVerb) Run(a *app) error {
	return a.withStore(func(s *truepoint.Store) error {
		if err := s.CancelRun(a.ctx, v.ID); err != nil {
			return err
		}
		a.note("run %s stops at its next chunk", v.ID)
		return nil
	})
}

// describeRun returns everything about a run, one fact a line.
func describeRun(r *materialize.Run) string {
	var b strings.Builder
	fact := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	fact("run", "%s", r.ID)
	fact("view", "%s, generation %d, revision %d", r.View, r.Generation, r.Revision)
	fact("status", "%s", r.Status)
	fact("mode", "%s", r.Mode)
	fact("interval", "%s to %s, both inclusive", r.Start, r.End)
	switch of := r.Select.ValuesOf; {
	case of == eventtime.None:
		fact("values of", "no instant: none was due")
	case of != 0:
		fact("values of", "%s", of)
	}
	fact("snapshot", "%s, %d files", r.Snapshot, len(r.Manifest.Files))
	fact("started", "%s by %s", r.Started, runs.Who(r.Holder))
	if r.Finished != 0 {
		fact("finished", "%s, after %s", r.Finished, length(r.Duration()))
	}
	fact("rows", "%s read, %s of %s written", count(r.Read), count(r.Checkpoint), count(r.Total))
	if r.Superseded >= 0 {
		fact("", "%s were older than what the store had", count(r.Superseded))
	}
	fact("", "%s rejected, %s ambiguous cells", count(r.Rejected), count(r.Ambiguous))
	if r.Resumed+r.Restarted+r.Retried > 0 {
		fact("trouble", "resumed %d times, restarted %d times, %s sent again", r.Resumed, r.Restarted, plural(r.Retried, "chunk", "chunks"))
	}
	if r.Watch.After != eventtime.None {
		fact("watermark", "%s", r.Watch.After)
	}
	if r.Error != "" {
		fact("error", "%s", r.Error)
	}
	return b.String()
}
