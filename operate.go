package truepoint

import (
	"context"
	"strings"

	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/runs"
)

// Runs returns materialization runs of a view, or of every view when view is empty, newest first, at most limit (0:
// all). Runs in progress are among them.
func (s *Store) Runs(ctx context.Context, view string, limit int) ([]Run, error) {
	return s.ledger.Runs(ctx, view, limit)
}

// DescribeRun returns the run with an id, or the only one whose id starts so. Errors: NotFound, InvalidArgument for an
// id that several share.
func (s *Store) DescribeRun(ctx context.Context, id string) (*Run, error) {
	return s.ledger.Find(ctx, id)
}

// CancelRun asks a run in progress to stop at its next chunk; an interrupted one is ended and will not be continued.
// Errors: NotFound for a run that does not exist or has ended.
func (s *Store) CancelRun(ctx context.Context, id string) error {
	run, err := s.ledger.Find(ctx, id)
	if err != nil {
		return err
	}
	return materialize.Cancel(ctx, s.materializeEnv(nil, 0), run)
}

// LastRuns returns the state record of every view that was materialized or pushed to, by name of the view.
func (s *Store) LastRuns(ctx context.Context) (map[string]*runs.View, error) {
	return s.ledger.Views(ctx)
}

// Sizes counts the rows that serve views, of all that are online when none is named, in order of name. It reads all of them.
func (s *Store) Sizes(ctx context.Context, views ...string) ([]explain.Size, error) {
	env, err := s.explainEnv(ctx)
	if err != nil {
		return nil, err
	}
	return explain.Sizes(ctx, env, views...)
}

// A TeardownReport tells what a teardown removed.
type TeardownReport struct {
	Tables []string `json:"tables"`
	Views  []string `json:"views"` // whose state records were removed
	Pushes int      `json:"pushes"`
}

// Teardown drops every online table of the project and its operational state: runs, watermarks, push ids, push logs.
// Histories and the registry's revisions stay. A failure leaves the rest in place; repeating it is safe.
func (s *Store) Teardown(ctx context.Context) (*TeardownReport, error) {
	r := &TeardownReport{}
	tables, err := s.online.Tables(ctx)
	if err != nil {
		return r, err
	}
	for _, t := range tables {
		if !strings.HasPrefix(t, s.opt.Project+"/") {
			continue
		}
		if err := s.online.Drop(ctx, t); err != nil {
			return r, err
		}
		r.Tables = append(r.Tables, t)
	}
	views, err := s.ledger.Views(ctx)
	if err != nil {
		return r, err
	}
	for v := range views {
		if err := s.ledger.Forget(ctx, v); err != nil {
			return r, err
		}
		r.Views = append(r.Views, v)
	}
	r.Pushes, err = s.pushEnv(nil, 0).Forget(ctx)
	s.server.Moved(ctx)
	return r, err
}

// ForgetOldPushes removes push ids that are older than a day and returns how many there were. Materialize does so after
// its runs; nothing depends on it but the size of the state store.
func (s *Store) ForgetOldPushes(ctx context.Context) (int, error) {
	return s.pushEnv(nil, 0).ForgetOld(ctx)
}
