package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/screen"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/state/memstate"
)

type benchMaterializeVerb struct {
	Views []string `short:"v" sep:"none" placeholder:"VIEW" help:"Only this view; may be repeated."`
	Start string   `placeholder:"TIME" help:"Earliest event time, inclusive (default: the whole history)."`
	End   string   `placeholder:"TIME" help:"Latest event time, inclusive (default: now)."`
}

// Help tells what is touched.
func (v *benchMaterializeVerb) Help() string {
	return "Materializes into tables of a project of its own (bench-…), beside those that serve, and removes them at the end, also after an interrupt. Sources and the registry are only read."
}

// A viewMeasurement is one line of bench materialize.
type viewMeasurement struct {
	View    string  `json:"view"`
	Read    int64   `json:"rows_read"`
	Written int64   `json:"rows_written"`
	Seconds float64 `json:"seconds"`
	PerSec  float64 `json:"rows_written_per_second"`
	Error   string  `json:"error,omitempty"`
}

// Run implements bench materialize.
func (v *benchMaterializeVerb) Run(a *app) error {
	r := &truepoint.MaterializeRequest{Mode: materialize.Interval, Views: v.Views, Start: 0, End: a.now()}
	for _, t := range []struct {
		text, what string
		to         *eventtime.Instant
	}{{v.Start, "--start", &r.Start}, {v.End, "--end", &r.End}} {
		if t.text == "" {
			continue
		}
		at, err := parseTime(t.what, t.text)
		if err != nil {
			return err
		}
		*t.to = at
	}
	return v.apart(a, func(s *truepoint.Store) error { return v.measure(a, s, r) })
}

// apart calls work with a store that has the stores and definitions of the repository, but a project of its own and its
// registry and state in memory. It removes the project's tables afterwards.
func (v *benchMaterializeVerb) apart(a *app, work func(*truepoint.Store) error) (err error) {
	c, err := a.settings()
	if err != nil {
		return err
	}
	opt, err := drivers.Open(a.ctx, c, a.Clock)
	if err != nil {
		c.Annotate(err)
		return err
	}
	real, err := truepoint.New(opt)
	if err != nil {
		return err
	}
	defer func() { err = errs.Join(err, real.Close()) }()
	set, _, err := real.Definitions(a.ctx)
	if err != nil {
		return err
	}
	scratch := *opt
	scratch.Project = fmt.Sprintf("bench-%s-%d", c.Project, int64(a.now()))
	scratch.Registry, scratch.State = memregistry.New(), memstate.New()
	s, err := truepoint.New(&scratch)
	if err != nil {
		return err
	}
	defer func() {
		_, gone := s.Teardown(context.WithoutCancel(a.ctx))
		err = errs.Join(err, gone)
	}()
	if err := adopt(a, s, set); err != nil {
		return err
	}
	return work(s)
}

// adopt applies the definitions of set as those of another project.
func adopt(a *app, s *truepoint.Store, set *feature.Set) error {
	own := *set
	own.Project = s.Project()
	plan, err := s.Plan(a.ctx, &own)
	if err != nil {
		return err
	}
	_, err = s.Apply(a.ctx, plan, apply.Options{})
	return err
}

func (v *benchMaterializeVerb) measure(a *app, s *truepoint.Store, r *truepoint.MaterializeRequest) error {
	bars := newBars(a.err)
	r.Progress = bars.update
	began := a.now()
	report, err := s.Materialize(a.ctx, r)
	bars.stop()
	took := elapsed(began, a.now())
	if report == nil {
		return err
	}
	answer := &screen.Answer{Names: []string{}, Table: &screen.Table{Columns: screen.Columns("VIEW", ">READ", ">WRITTEN", ">SECONDS", ">ROWS/s")}}
	list, all := []viewMeasurement{}, viewMeasurement{View: "all", Seconds: took}
	for _, o := range report.Views {
		m := viewMeasurement{View: o.View}
		if o.Run != nil {
			m.Read, m.Written, m.Seconds = o.Run.Read, o.Run.Written, elapsed(o.Run.Started, cmp.Or(o.Run.Finished, a.now()))
		}
		if o.Err != nil {
			m.Error = errs.All(o.Err)[0].Message
		}
		all.Read, all.Written = all.Read+m.Read, all.Written+m.Written
		list = append(list, m)
	}
	list = append(list, all)
	for i := range list {
		m := &list[i]
		if m.Seconds > 0 {
			m.PerSec = float64(m.Written) / m.Seconds
		}
		answer.Names = append(answer.Names, m.View)
		answer.Table.AddCells(screen.Cell{Text: m.View}, countCell(m.Read), countCell(m.Written), screen.Cell{Text: fmt.Sprintf("%.3f", m.Seconds)}, countCell(int64(m.PerSec)))
	}
	answer.Value = list
	if perr := a.print(answer); perr != nil {
		return perr
	}
	return a.outcome(report, err)
}

// elapsed returns the distance between two instants in seconds, never 0.
func elapsed(from, to eventtime.Instant) float64 {
	return max(float64(to.Sub(from))/float64(eventtime.Second), 1e-6)
}
