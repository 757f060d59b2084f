package serving_test

import (
	"context"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

// An unseen is a store of two views of a key whose rows others write, as those of Redis.
type unseen struct {
	t    *testing.T
	rig  *storetest.Rig
	r    serving.Rendering
	seen serving.CacheStats
}

func newUnseen(t *testing.T) *unseen {
	t.Helper()
	u := &unseen{t: t, rig: storetest.New(t, noon, nil)}
	t.Cleanup(func() { u.rig.Store.Close() })
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	second := *set.Views[0]
	second.Name, second.TTL = "w", eventtime.TTL(eventtime.Hour)
	set.Views = append(set.Views, &second)
	u.rig.Apply(t, set)
	return u
}

// write stores a row of key "1", or a delete where there is no value.
func (u *unseen) write(view string, at eventtime.Instant, values ...int64) {
	u.t.Helper()
	set, _, err := u.rig.Store.Definitions(u.t.Context())
	if err != nil {
		u.t.Fatal(err)
	}
	v, _ := set.View(view)
	key, err := value.AppendKey(nil, []value.Value{value.OfString("1")})
	version := value.Version{Event: at, Created: eventtime.None, Snapshot: at}
	row := value.AppendTombstone(nil, version)
	if err == nil && len(values) > 0 {
		row, err = value.AppendRow(nil, v.RowSchema(), version, []value.Value{value.OfInt64(values[0])})
	}
	if err == nil {
		_, err = u.rig.Online.PutBatch(u.t.Context(), v.Table(storetest.Project), []online.Cell{{Key: key, Row: row}})
	}
	if err != nil {
		u.t.Fatal(err)
	}
}

// shows checks what v:f and w:f of key "1" are, and whether their block was there whole or in part, though perhaps of other
// rows, which Put replaces.
func (u *unseen) shows(when, v, w string, found bool) {
	u.t.Helper()
	req := &serving.Request{AsOf: eventtime.None, Features: []string{"v:f", "w:f"}, Names: feature.FullNames, Entities: keys("1")}
	if err := u.rig.Store.Render(u.t.Context(), req, serving.FeastForm, &u.r); err != nil {
		u.t.Fatal(err)
	}
	for i, want := range []string{v, w} {
		if got, _ := u.r.AppendValues(nil, i); string(got) != want {
			u.t.Errorf("%s: column %d is %s, want %s", when, i, got, want)
		}
	}
	was := u.seen
	u.seen = u.rig.Store.CacheStats()
	if hit := u.seen.Hits > was.Hits; hit != found {
		u.t.Errorf("%s: a block was there: %t, want %t", when, hit, found)
	}
}

func TestARowThatOthersOverwriteIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	u := newUnseen(t)
	u.shows("before anything is written", "null", "null", false)
	u.shows("once more", "null", "null", true)
	u.write("v", noon-10, 1)
	u.shows("when one view has a row", "1", "null", true)
	u.write("w", noon-10, 7)
	u.shows("when both have", "1", "7", true)
	u.shows("once more", "1", "7", true)
	u.write("v", noon-10, 2) // as long as the row before
	u.shows("when a row has another value and the same times", "2", "7", true)
	u.rig.Clock.Add(eventtime.Hour)
	u.shows("when the row of one view is too old", "2", "null", true)
	u.write("w", noon, 8)
	u.shows("when it is written again", "2", "8", true)
	u.write("v", noon+1)
	u.shows("when the other row is deleted", "null", "8", true)
	set, _, err := u.rig.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dropped, _ := set.View("w")
	if err := u.rig.Online.Drop(t.Context(), dropped.Table(storetest.Project)); err != nil {
		t.Fatal(err)
	}
	u.shows("when a table is gone", "null", "null", true)
}

// TestRowsThatWereKeptCostNoAllocation compares requests of many rows with and without what is kept. It is not parallel,
// because the allocations of other tests would count.
func TestRowsThatWereKeptCostNoAllocation(t *testing.T) {
	rows := &lent{Driver: memonline.New()}
	rig := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = rows })
	defer rig.Store.Close()
	rig.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.String)}))
	set, _, err := rig.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows.row, err = value.AppendRow(nil, set.Views[0].RowSchema(), value.Version{Event: noon, Created: eventtime.None, Snapshot: noon}, []value.Value{value.OfString("text")})
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, 500)
	for i := range ids {
		ids[i] = string(rune('a' + i))
	}
	allocations := func(s *truepoint.Store, ids []string) float64 {
		var r serving.Rendering
		req := &serving.Request{AsOf: eventtime.None, Features: []string{"v:f"}, Entities: keys(ids...)}
		return testing.AllocsPerRun(20, func() {
			if err := s.Render(t.Context(), req, serving.OwnForm, &r); err != nil {
				t.Fatal(err)
			}
		})
	}
	one, all := allocations(rig.Store, ids[:1]), allocations(rig.Store, ids)
	none := allocations(rig.Second(t, func(o *truepoint.Options) { o.Serving.CacheBytes = -1 }), ids)
	t.Logf("%.0f allocations for one row, %.0f for %d, %.0f if nothing is kept", one, all, len(ids), none)
	if all > one+5 || one > 15 {
		t.Errorf("%.0f allocations for %d rows and %.0f for one", all, len(ids), one)
	}
	if none < float64(len(ids)) {
		t.Errorf("%.0f allocations if nothing is kept: the test is too tame", none)
	}
}

// A lent store has one row for whatever key, and gives all callers the same bytes.
type lent struct {
	*memonline.Driver
	row []byte
}

func (l *lent) GetBatch(_ context.Context, items []online.TableKeys) error {
	for _, item := range items {
		for i := range item.Rows {
			item.Rows[i] = l.row
		}
	}
	return nil
}
