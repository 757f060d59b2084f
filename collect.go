package truepoint

import (
	"cmp"
	"context"

	"github.com/truepoint/truepoint/collect"
	"github.com/truepoint/truepoint/erasure"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/state"
)

// A CollectRequest asks for a collection; a CollectReport answers it.
type (
	CollectRequest = collect.Request
	CollectReport  = collect.Report
)

// Collect removes online tables, rows and records that nothing needs any more, or counts them. See collect.Collect for the
// rule and for errors.
func (s *Store) Collect(ctx context.Context, req *CollectRequest) (*CollectReport, error) {
	report, err := collect.Collect(ctx, &collect.Env{
		Project: s.opt.Project, Registry: s.opt.Registry, Ledger: s.ledger, Online: s.online, Clock: s.opt.Clock,
		State: s.opt.State, Archives: s.archives(),
		Holder: s.opt.Holder, LeaseTTL: cmp.Or(s.opt.LeaseTTL, materialize.DefaultLease), Gone: s.opt.Gone,
	}, req)
	if !req.DryRun {
		s.server.Moved(ctx)
	}
	return report, err
}

// archives returns the kinds of records that a collection may take.
func (s *Store) archives() []collect.Archive {
	push := s.pushEnv(nil, 0)
	return []collect.Archive{
		{Kind: collect.RunRecords, Old: s.ledger.Old},
		{Kind: collect.PushRecords, Old: push.OldLog},
		{Kind: collect.PushIDs, Keep: ingest.IDKept, Old: func(ctx context.Context, _ eventtime.Instant) ([]state.Record, error) { return push.OldIDs(ctx) }},
		{Kind: collect.Receipts, Old: func(ctx context.Context, before eventtime.Instant) ([]state.Record, error) {
			return erasure.OldReceipts(ctx, s.opt.State, s.opt.Project, before)
		}},
	}
}
