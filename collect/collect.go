package collect

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/state"
)

// DefaultKeep is the span whose definitions keep their tables. KeepLeast is the shortest: servers need a moment to notice
// that another generation serves.
const (
	DefaultKeep = 7 * eventtime.Day
	KeepLeast   = 5 * eventtime.Minute
)

// An Env is what a collection works on.
type Env struct {
	Project  string
	Registry registry.Driver
	Ledger   *runs.Ledger
	Online   *online.Store
	State    state.Driver
	Archives []Archive // of records in State
	Clock    eventtime.Clock
	Holder   string             // names this process in leases
	LeaseTTL eventtime.Duration // of a view's lease without renewal
	Gone     func(holder string) bool
}

// A Request asks for a collection.
type Request struct {
	Keep    eventtime.Duration                // see the package; 0: DefaultKeep, less than KeepLeast counts as that
	DryRun  bool                              // count, remove nothing
	Expired bool                              // also rows that expired for good
	Records map[RecordKind]eventtime.Duration // also records that are older than this, by kind; those of other kinds stay
	RowsMax int64                             // remove at most so many rows; a table goes whole or not at all; 0: no bound
	// TimeMax is how long after its start a collection begins no further table, batch of rows or record; 0: no bound.
	TimeMax  eventtime.Duration
	Progress func(Progress)
}

// Progress tells how far a collection is. Done counts the rows of Table that were looked at.
type Progress struct {
	Table string
	Done  int64
}

// Collect removes what nothing needs, or counts it. The report is not nil after an error that came midway: it tells what
// is done. Repeating a collection is safe.
//
// Errors: FailedPrecondition before the first apply; Aborted when definitions were applied meanwhile, or a lease was
// lost; those of the stores.
func Collect(ctx context.Context, env *Env, req *Request) (*Report, error) {
	c := &collection{env: env, req: req, began: env.Clock(), left: req.RowsMax}
	keep := req.Keep
	if keep == 0 {
		keep = DefaultKeep
	}
	c.report = &Report{DryRun: req.DryRun, Cutoff: c.began.Add(-max(keep, KeepLeast)), Tables: []Table{}, Records: []Records{}}
	tables, err := env.Online.Tables(ctx)
	if err != nil {
		return nil, err
	}
	if c.states, err = env.Ledger.Views(ctx); err != nil {
		return nil, err
	}
	if c.need, err = env.findNeed(ctx, c.report.Cutoff, c.states); err != nil {
		return nil, err
	}
	if c.need.revision == 0 { // a registry that was mislaid must not cost the online store
		return nil, errs.New(errs.FailedPrecondition, "nothing has been applied to project %q", env.Project).WithID("T0361").
			WithHint("look at the registry in feature_store.yaml; to remove everything: truepoint teardown")
	}
	for _, name := range tables {
		g, ours := c.env.parse(name)
		if !ours {
			continue
		}
		if err := c.table(ctx, name, g); err != nil {
			return c.report, err
		}
	}
	return c.report, c.records(ctx)
}

// parse takes the name of a table of the project apart. ours is false for other tables, which stay.
func (e *Env) parse(table string) (g generation, ours bool) {
	rest, ours := strings.CutPrefix(table, e.Project+"/")
	view, number, two := strings.Cut(rest, "/")
	n, err := strconv.ParseUint(number, 10, 32)
	return generation{view, uint32(n)}, ours && two && view != "" && err == nil && n > 0
}

func (e *Env) registryError(err error) error {
	var coded *errs.Error
	if errors.As(err, &coded) {
		return err
	}
	return errs.Wrap(err, e.Registry.Code(err), "read the registry of project %q", e.Project)
}

// A collection is one call of Collect.
type collection struct {
	env    *Env
	req    *Request
	began  eventtime.Instant
	left   int64 // of RowsMax
	states map[string]*runs.View
	need   *need
	report *Report
}

// table decides about one table of the project, and does it.
func (c *collection) table(ctx context.Context, name string, g generation) error {
	t := Table{Table: name, View: g.view, Generation: g.number}
	ttl, needed := c.need.ttl[g]
	switch {
	case needed && (!c.req.Expired || ttl == 0):
		return nil
	case needed:
		return c.expire(ctx, t, ttl)
	}
	if t.Reason = ReasonRemoved; c.need.views[g.view] {
		t.Reason = ReasonSuperseded
	}
	if by := c.inUse(g); by != "" {
		t.Action, t.Why = Kept, by
		c.report.add(t)
		return nil
	}
	if err := c.size(ctx, &t); err != nil {
		return err
	}
	switch why := c.beyond(t.Rows); {
	case why != "":
		t.Action, t.Why = Kept, why
	case c.req.DryRun:
		t.Action, c.left = WouldGo, c.left-t.Rows
	default:
		if err := c.drop(ctx, &t, g); err != nil {
			return err
		}
	}
	c.report.add(t)
	return nil
}

// inUse says what keeps a generation that no definition needs: a run, live or to be resumed. Empty: nothing.
func (c *collection) inUse(g generation) string {
	state := c.states[g.view]
	switch {
	case state == nil:
		return ""
	case state.Current != nil && state.Current.Generation == g.number:
		return "run " + state.Current.ID + " is not at its end; truepoint runs cancel " + state.Current.ID
	case state.Held(c.env.Clock(), c.env.Gone):
		return "the view is being materialized by " + runs.Who(state.Lease.Holder)
	}
	return ""
}

// beyond says which bound of the request removing rows would break. Empty: none.
func (c *collection) beyond(rows int64) string {
	switch {
	case c.req.TimeMax > 0 && c.env.Clock().Sub(c.began) >= c.req.TimeMax:
		return "the time given is over"
	case c.req.RowsMax > 0 && rows > c.left:
		return "it has more rows than are left of those given"
	}
	return ""
}

// size counts the rows and bytes of a table.
func (c *collection) size(ctx context.Context, t *Table) error {
	return c.scan(ctx, t.Table, func(cell online.Cell) {
		t.Rows++
		t.Bytes += int64(len(cell.Key) + len(cell.Row))
	})
}

// scan shows every cell of a table and tells the progress.
func (c *collection) scan(ctx context.Context, table string, see func(online.Cell)) error {
	var done int64
	return c.env.Online.Scan(ctx, table, func(cell online.Cell) bool {
		see(cell)
		if done++; c.req.Progress != nil && done%progressRows == 0 {
			c.req.Progress(Progress{Table: table, Done: done})
		}
		return true
	})
}

// progressRows is how many rows lie between two reports of progress.
const progressRows = 10_000
