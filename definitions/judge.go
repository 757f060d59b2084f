package definitions

import (
	"slices"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/pit/sqlgen"
)

// sqlTypes are the types of sources whose queries the engines of this release run.
var sqlTypes = []string{"postgres", "sql"}

// queries returns a fault for every query that no engine would run: what is more than one SELECT, or reaches beyond
// tables. Engines refuse the same when they read; here the fault has a place and comes before anything is applied.
func queries(set *feature.Set) error {
	var faults errs.List
	for _, s := range set.Sources {
		if s.Query == "" || !slices.Contains(sqlTypes, s.Type) {
			continue
		}
		if _, err := sqlgen.CheckQuery(s.Query); err != nil {
			for _, e := range errs.All(err) {
				faults.Add(e.At(s.Origin.At("query")))
			}
		}
	}
	return faults.Err()
}

// lateJobs warns of window views whose values depend on when their job starts. A run counts every event that its source
// has by then. Where events are usable at their event time, these are also the ones that were created after the instant
// at which the run was due, and training, which knows when each was created, leaves them out (semantics of snapshots,
// docs/adr/0014-windows.md).
func lateJobs(set *feature.Set) (out []*errs.Error) {
	for _, v := range set.Views {
		if !v.Windowed() || v.Refresh == 0 {
			continue
		}
		s, err := set.BatchSource(v)
		if err != nil || s.CreatedTimestampColumn == "" || s.Availability.Rule != eventtime.ByEventTime {
			continue
		}
		out = append(out, errs.New(errs.OK, "view %q is computed from source %q, whose rows are usable at their event time: a run that starts late counts rows that were created after its instant, which training does not", v.Name, s.Name).
			WithID("T0211").At(v.Origin.At("refresh")).
			WithHint("write availability: created_time on source %q, so that a run sees the same whenever it starts", s.Name))
	}
	return out
}
