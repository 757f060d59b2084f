package cli

import (
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/screen"
)

type sourcesVerb struct {
	Check sourcesCheckVerb `cmd:"" help:"Read the data of every view's source: columns, types, times, null keys."`
}

type sourcesCheckVerb struct{}

// checkDocument is a line of sources check in JSON.
type checkDocument struct {
	Source   string `json:"source"`
	View     string `json:"view"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
	Rows     int64  `json:"rows"`
	NullKeys int64  `json:"null_keys"`
	NullTime int64  `json:"null_event_times"`
	Oldest   any    `json:"oldest_event_time"`
	Newest   any    `json:"newest_event_time"`
	Error    string `json:"error,omitempty"`
}

// Run implements sources check: exit status 3 when a source cannot be read.
func (v *sourcesCheckVerb) Run(a *app) error {
	c, set, err := a.wanted()
	if err != nil {
		return err
	}
	return a.withOpened(c, func(s *truepoint.Store) error {
		checks, err := s.CheckSources(a.ctx, set)
		if err != nil {
			return err
		}
		answer := &screen.Answer{Names: []string{}, Table: &screen.Table{
			Columns: screen.Columns("SOURCE", "?VIEW", "?>FILES", "?>SIZE", ">ROWS", ">NULL KEYS", ">NULL TIMES", "OLDEST", "NEWEST")}}
		docs, bad := []checkDocument{}, []error{}
		for _, k := range checks {
			d := checkDocument{k.Source, k.View, k.Files, k.Bytes, k.Rows, k.NullKeys, k.NullTime, instant(k.Oldest), instant(k.Newest), ""}
			if k.Err != nil {
				d.Error = errs.All(k.Err)[0].Message
				bad = append(bad, k.Err)
			}
			docs = append(docs, d)
			answer.Names = append(answer.Names, k.Source)
			answer.Table.AddCells(append(texts(k.Source, k.View), countCell(int64(k.Files)), sizeCell(k.Bytes), countCell(k.Rows),
				warnIf(k.NullKeys), warnIf(k.NullTime), minuteCell(k.Oldest), minuteCell(k.Newest))...)
		}
		answer.Value = docs
		if err := a.print(answer); err != nil {
			return err
		}
		for _, e := range bad {
			fmt.Fprint(a.err.Out, a.err.Fault(e))
		}
		if len(bad) > 0 {
			return saidNo()
		}
		return nil
	})
}

func warnIf(n int64) screen.Cell {
	c := countCell(n)
	if n > 0 {
		c.Style = screen.Caution
	}
	return c
}
