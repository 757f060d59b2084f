package materialize

import (
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/runs"
)

func (e *Env) leaseTTL() eventtime.Duration {
	if e.LeaseTTL > 0 {
		return e.LeaseTTL
	}
	return DefaultLease
}

// busy is the error of a view that somebody else materializes now.
func busy(view string, v *runs.View) error {
	what := "another run"
	if v.Current != nil {
		what = "run " + v.Current.ID
	}
	return errs.New(errs.Aborted, "view %q is being materialized by %s (%s) since %s", view, runs.Who(v.Lease.Holder), what, v.Lease.Acquired).WithID("T0337").
		WithHint("wait for it, or stop it with truepoint runs cancel; its lease ends at %s unless it is renewed", eventtime.Floor(v.Lease.Expires, eventtime.Second))
}
