package conformance_test

import (
	"testing"

	"github.com/truepoint/truepoint/collect"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// briefSet has a view "v" of an Int64 key whose values live a day.
func briefSet() *definitions {
	set := storetest.Set("", feature.Field{Name: "n", Type: value.Scalar(value.Int64)})
	set.Entities[0].ValueType = value.Scalar(value.Int64)
	set.Views[0].TTL = eventtime.Day
	return set
}

func TestExpiredRowsAreCollectedFromEveryStore(t *testing.T) {
	t.Parallel()
	onEveryStore(t, briefSet, func(s *stack) {
		old, fresh := now.Add(-5*eventtime.Day), now.Add(-eventtime.Hour)
		rows := [][]any{{1, old, 1}, {2, fresh, 2}, {3, old, 3}, {4, old, 4}}
		s.offline.Put("src", storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "n:Int64"}, rows...))
		s.materialize(&materialize.Request{Mode: materialize.Interval, Start: now.Add(-30 * eventtime.Day), End: now})
		for _, step := range []struct {
			req  collect.Request
			rows int64
			left int64
		}{
			{collect.Request{Expired: true, DryRun: true}, 3, 4},
			{collect.Request{Expired: true, RowsMax: 2}, 2, 2},
			{collect.Request{Expired: true}, 1, 1},
			{collect.Request{Expired: true}, 0, 1},
		} {
			report, err := s.store.Collect(t.Context(), &step.req)
			s.must(err)
			sizes, err := s.store.Sizes(t.Context())
			s.must(err)
			if report.Rows != step.rows || sizes[0].Rows != step.left {
				s.Errorf("%+v: %d rows and %d left, want %d and %d; %+v", step.req, report.Rows, sizes[0].Rows, step.rows, step.left, report.Tables)
			}
		}
	})
}
