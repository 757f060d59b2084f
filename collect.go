package truepoint

import (
	"cmp"
	"context"

	"github.com/truepoint/truepoint/collect"
	"github.com/truepoint/truepoint/materialize"
)

// A CollectRequest asks for a collection; a CollectReport answers it.
type (
	CollectRequest = collect.Request
	CollectReport  = collect.Report
)

// Collect removes online tables and rows that nothing needs any more, or counts them. See collect.Collect for the rule
// and for errors.
func (s *Store) Collect(ctx context.Context, req *CollectRequest) (*CollectReport, error) {
	report, err := collect.Collect(ctx, &collect.Env{
		Project: s.opt.Project, Registry: s.opt.Registry, Ledger: s.ledger, Online: s.online, Clock: s.opt.Clock,
		Holder: s.opt.Holder, LeaseTTL: cmp.Or(s.opt.LeaseTTL, materialize.DefaultLease), Gone: s.opt.Gone,
	}, req)
	if !req.DryRun {
		s.server.Moved(ctx)
	}
	return report, err
}
