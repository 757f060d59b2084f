package truepoint

import (
	"context"

	"github.com/truepoint/truepoint/explain"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// Historical answers a request for a training set with the applied definitions: the spine's rows in order, each with
// the values that were true at its asOf. See historical.Join for errors.
func (s *Store) Historical(ctx context.Context, req *HistoricalRequest) (*HistoricalResult, error) {
	set, rev, err := s.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	return historical.Join(ctx, historical.Source{Set: set, Revision: rev, Offline: s.opt.Offline}, req)
}

// StreamHistorical answers like Historical, in runs of rows that need not fit in memory together. See historical.Stream.
func (s *Store) StreamHistorical(ctx context.Context, req *HistoricalRequest, deliver func(*HistoricalResult) error) (*HistoricalResult, error) {
	set, rev, err := s.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	return historical.Stream(ctx, historical.Source{Set: set, Revision: rev, Offline: s.opt.Offline}, req, deliver)
}

// HistoricalScript returns the SQL with which the offline store answers a request, without running it. See
// historical.Script for errors.
func (s *Store) HistoricalScript(ctx context.Context, req *HistoricalRequest) (string, error) {
	set, rev, err := s.Definitions(ctx)
	if err != nil {
		return "", err
	}
	return historical.Script(ctx, historical.Source{Set: set, Revision: rev, Offline: s.opt.Offline}, req)
}

// Online answers an online read with one call of the online store. See serving.Server.Read for errors.
func (s *Store) Online(ctx context.Context, req *OnlineRequest) (*OnlineResponse, error) {
	return s.server.Read(ctx, req)
}

// Render is Online whose answer is in the bytes of a form, in r, which makes answers without garbage if it is used again. It
// keeps in memory what answers are made of. See serving.Server.Render.
func (s *Store) Render(ctx context.Context, req *OnlineRequest, form serving.Form, r *serving.Rendering) error {
	return s.server.Render(ctx, req, form, r)
}

// CacheStats returns the counts of what Render keeps.
func (s *Store) CacheStats() serving.CacheStats { return s.server.CacheStats() }

// Materialize moves the newest rows of histories into the online store and returns what became of each view, also
// when an error is returned. Push ids that are older than a day are forgotten on the way. See materialize.Materialize for
// errors.
func (s *Store) Materialize(ctx context.Context, req *MaterializeRequest) (*MaterializeReport, error) {
	set, rev, err := s.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	with := *req
	if with.Holder == "" {
		with.Holder = s.opt.Holder
	}
	report, err := materialize.Materialize(ctx, s.materializeEnv(set, rev), &with)
	if !req.DryRun && report != nil {
		s.server.Moved(ctx)           // a first complete run may have switched the generation that serves
		_, _ = s.ForgetOldPushes(ctx) // what fails is tried again after the next run
	}
	return report, err
}

func (s *Store) materializeEnv(set *feature.Set, rev registry.Revision) *materialize.Env {
	return &materialize.Env{
		Project: s.opt.Project, Set: set, Revision: rev, Offline: s.opt.Offline, Sink: s.sink, Ledger: s.ledger,
		Clock: s.opt.Clock, LeaseTTL: s.opt.LeaseTTL, Gone: s.opt.Gone,
	}
}

// Push writes rows that a user sends, all or none of them valid. See ingest.Push for errors.
func (s *Store) Push(ctx context.Context, req *PushRequest) (*PushResult, error) {
	c, err := s.server.Current(ctx) // without asking the registry on every call
	if err != nil {
		return nil, err
	}
	if err := req.CheckAck(); err != nil {
		return nil, err
	}
	env := s.pushEnv(c.Newest, c.Revision)
	env.Older = c.AllOlder()
	if env.Sink, err = s.sinkOf(ctx, req.Ack); err != nil {
		return nil, err
	}
	return ingest.Push(ctx, env, req)
}

func (s *Store) pushEnv(set *feature.Set, rev registry.Revision) *ingest.Env {
	return &ingest.Env{
		Project: s.opt.Project, Set: set, Revision: rev, Offline: s.opt.Offline, Sink: s.sink, State: s.opt.State,
		Ledger: s.ledger, Journal: s.pushes, Clock: s.opt.Clock, MaxSkew: s.opt.Serving.MaxSkew,
	}
}

// PushLog returns the pushes to a source or view that reached the online store only, in order of arrival.
func (s *Store) PushLog(ctx context.Context, name string) ([]ingest.LogEntry, error) {
	return s.pushEnv(nil, 0).Log(ctx, name)
}

// Explain tells which row answers for one feature of one entity, offline and online, and why.
func (s *Store) Explain(ctx context.Context, req *ExplainRequest) (*Explanation, error) {
	env, err := s.explainEnv(ctx)
	if err != nil {
		return nil, err
	}
	return explain.Value(ctx, env, req)
}

// Preview returns the first limit rows of a view's history.
func (s *Store) Preview(ctx context.Context, view string, limit int) (*value.Batch, error) {
	env, err := s.explainEnv(ctx)
	if err != nil {
		return nil, err
	}
	return explain.Preview(ctx, env, view, limit)
}

// Freshness returns the ages of views, of all when none is named, in order of name.
func (s *Store) Freshness(ctx context.Context, views ...string) ([]Freshness, error) {
	env, err := s.explainEnv(ctx)
	if err != nil {
		return nil, err
	}
	return explain.Fresh(ctx, env, views...)
}

// Verify compares online answers with offline recomputation by the oracle, cell by cell.
func (s *Store) Verify(ctx context.Context, req *VerifyRequest) (*VerifyReport, error) {
	env, err := s.explainEnv(ctx)
	if err != nil {
		return nil, err
	}
	return explain.Verify(ctx, env, req)
}

// CheckSources looks at the data behind every view of a set, which need not be applied.
func (s *Store) CheckSources(ctx context.Context, set *feature.Set) ([]SourceCheck, error) {
	return explain.CheckSources(ctx, &explain.Env{Project: s.opt.Project, Set: set, Offline: s.opt.Offline, Clock: s.opt.Clock})
}

func (s *Store) explainEnv(ctx context.Context) (*explain.Env, error) {
	set, rev, err := s.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	return &explain.Env{
		Project: s.opt.Project, Set: set, Revision: rev, Offline: s.opt.Offline, Online: s.online, Serving: s.server,
		Ledger: s.ledger, Clock: s.opt.Clock,
	}, nil
}
