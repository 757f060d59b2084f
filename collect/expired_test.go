package collect_test

import (
	"context"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/collect"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// expiring returns a store with one view of a ttl of two hours, filled with seven rows of an hour before noon.
func expiring(t *testing.T, change func(*truepoint.Options)) *storetest.Rig {
	t.Helper()
	r := rig(t, change)
	set := views(map[string]value.Type{"v": int64s})
	set.Views[0].TTL = 2 * eventtime.Hour
	r.Apply(t, set)
	fill(t, r)
	return r
}

func TestExpiredRowsGoADayAfterTheirTTLAndNotAMicrosecondEarlier(t *testing.T) {
	t.Parallel()
	r := expiring(t, nil)
	last := noon.Add(-eventtime.Hour + 2*eventtime.Hour + eventtime.Day) // the row's event, its ttl, a day
	r.Clock.Set(last)
	want(t, "at the bound", gc(t, r.Store, collect.Request{Expired: true}))
	r.Clock.Set(last + 1)
	want(t, "without the option", gc(t, r.Store, collect.Request{}))
	want(t, "dry run", gc(t, r.Store, collect.Request{Expired: true, DryRun: true}), "test/v/1 would go")
	want(t, "a part", gc(t, r.Store, collect.Request{Expired: true, RowsMax: 5}), "test/v/1 gone")
	report, err := r.Store.Collect(t.Context(), &collect.Request{Expired: true})
	if err != nil || report.Rows != 2 || report.Tables[0].Reason != collect.ReasonExpired {
		t.Errorf("the rest: %+v, %v", report, err)
	}
	want(t, "tables", tables(t, r))
}

func TestTombstonesStayForThirtyDaysFromTheirWrite(t *testing.T) {
	t.Parallel()
	r := expiring(t, nil)
	row := value.AppendTombstone(nil, value.Version{Event: storetest.Day, Created: eventtime.None, Snapshot: noon})
	if _, err := r.Online.PutBatch(t.Context(), "test/v/1", []online.Cell{{Key: []byte("deleted"), Row: row}}); err != nil {
		t.Fatal(err)
	}
	r.Clock.Set(noon.Add(30 * eventtime.Day))
	want(t, "rows only", gc(t, r.Store, collect.Request{Expired: true}), "test/v/1 gone")
	want(t, "tables", tables(t, r), "test/v/1")
	r.Clock.Add(1)
	want(t, "tombstone", gc(t, r.Store, collect.Request{Expired: true}), "test/v/1 gone")
	want(t, "tables", tables(t, r))
}

func TestRowsAreKeptForTheLongestTTLWithinTheSpan(t *testing.T) {
	t.Parallel()
	r := expiring(t, nil)
	r.Clock.Add(eventtime.Hour)
	shorter := views(map[string]value.Type{"v": int64s})
	shorter.Views[0].TTL = eventtime.Second
	r.Apply(t, shorter)
	r.Clock.Set(noon.Add(eventtime.Day))
	want(t, "a rollback would serve them", gc(t, r.Store, collect.Request{Expired: true}))
	want(t, "beyond the span", gc(t, r.Store, collect.Request{Expired: true, Keep: eventtime.Hour}), "test/v/1 gone")
}

func TestRowOfAViewWithoutTTLNeverGoes(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	fill(t, r)
	r.Clock.Add(3000 * eventtime.Day)
	want(t, "gc", gc(t, r.Store, collect.Request{Expired: true}))
}

// plain hides every ability of a driver.
type plain struct{ online.Driver }

func TestStoreThatCannotRemoveRowsSaysSo(t *testing.T) {
	t.Parallel()
	r := expiring(t, func(o *truepoint.Options) { o.Online = plain{o.Online} })
	r.Clock.Add(3 * eventtime.Day)
	report, err := r.Store.Collect(t.Context(), &collect.Request{Expired: true})
	if err != nil || len(report.Tables) != 1 || report.Tables[0].Action != collect.Kept || !strings.Contains(report.Tables[0].Why, "cannot remove single rows") {
		t.Errorf("got %+v, %v", report, err)
	}
	if report.Rows != 0 {
		t.Errorf("%d rows", report.Rows)
	}
}

func TestTimeGivenEndsACollection(t *testing.T) {
	t.Parallel()
	d := &scanning{}
	r := expiring(t, func(o *truepoint.Options) { d.Driver = o.Online; o.Online = expirer{d} })
	r.Clock.Add(3 * eventtime.Day)
	d.before = func() { r.Clock.Add(eventtime.Minute) }
	want(t, "over", gc(t, r.Store, collect.Request{Expired: true, TimeMax: eventtime.Minute}), "test/v/1 kept")
	want(t, "in time", gc(t, r.Store, collect.Request{Expired: true, TimeMax: eventtime.Minute}), "test/v/1 gone")
}

// An expirer is a scanning driver that can remove cells.
type expirer struct{ *scanning }

func (e expirer) Expire(ctx context.Context, table string, cells []online.Cell) (int64, error) {
	return e.Driver.(online.Expirer).Expire(ctx, table, cells)
}
