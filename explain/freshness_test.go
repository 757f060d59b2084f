package explain_test

import (
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/collect"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

// fed returns a store whose view "v" has the keys a and b, an hour old, is fed by pushes to "p", and forgets after a day.
// Every scan of its online store fails.
func fed(t *testing.T) *storetest.Rig {
	t.Helper()
	in := fault.New()
	in.Set(fault.Rule{Op: "Scan", Times: -1, Effect: fault.Fail})
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = fault.Online(o.Online, in) })
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"},
		[]any{"a", noon.Add(-eventtime.Hour), 1}, []any{"b", noon.Add(-2 * eventtime.Hour), 2}))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source, set.Views[0].TTL = "p", eventtime.Day
	r.Apply(t, set)
	return r
}

// push writes one row of key with an event time, to the online store alone.
func push(t *testing.T, r *storetest.Rig, key string, event eventtime.Instant) {
	t.Helper()
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", To: "online", Rows: []input.Column{
		input.FromTexts("k", []string{key}), input.FromTexts("event", []string{event.String()}), input.FromTexts("f", []string{"100"})}})
	if err != nil {
		t.Fatal(err)
	}
}

// wantNewest checks the newest event time of "v" as the store and another one, such as after a restart, tell it.
func wantNewest(t *testing.T, r *storetest.Rig, after string, want eventtime.Instant) {
	t.Helper()
	for _, s := range []*truepoint.Store{r.Store, r.Second(t, nil)} {
		fresh, err := s.Freshness(t.Context(), "v")
		if err != nil || fresh[0].NewestEvent != want {
			t.Errorf("after %s: %+v, %v, want %s", after, fresh, err, want)
		}
	}
}

func TestNewestEventTimeIsRecordedAndReadWithoutAnyRow(t *testing.T) {
	t.Parallel()
	r := fed(t)
	wantNewest(t, r, "nothing", eventtime.None)
	push(t, r, "c", noon.Add(-3*eventtime.Hour))
	wantNewest(t, r, "a push before the first run", noon.Add(-3*eventtime.Hour))
	run := &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon, ChunkRows: 1}
	r.Materialize(t, run)
	wantNewest(t, r, "a run", noon.Add(-eventtime.Hour))
	push(t, r, "a", noon.Add(-2*eventtime.Hour))
	wantNewest(t, r, "a push of old rows", noon.Add(-eventtime.Hour))
	push(t, r, "a", noon.Add(-eventtime.Minute))
	wantNewest(t, r, "a push of new rows", noon.Add(-eventtime.Minute))
	r.Materialize(t, run)
	wantNewest(t, r, "a run over old rows", noon.Add(-eventtime.Minute))
}

func TestNewestEventTimeStaysWhenRowsGo(t *testing.T) {
	t.Parallel()
	r := fed(t)
	push(t, r, "a", noon.Add(-eventtime.Minute))
	r.Clock.Add(1)
	_, err := r.Store.DeleteEntity(t.Context(), &truepoint.DeleteEntityRequest{Keys: keys("a"), Erase: true})
	if err != nil {
		t.Fatal(err)
	}
	wantNewest(t, r, "the deletion of the only row", noon.Add(-eventtime.Minute))
	push(t, r, "a", noon)
	wantNewest(t, r, "a push of an erased entity, which is not written", noon.Add(-eventtime.Minute))
	push(t, r, "b", noon.Add(-eventtime.Second))
	wantNewest(t, r, "a push of another entity", noon.Add(-eventtime.Second))
}

// filledOnce returns a store whose view "v" was materialized, its only row just before noon, and the revision of that.
func filledOnce(t *testing.T) (*storetest.Rig, *feature.Set, registry.Revision) {
	t.Helper()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, []any{"a", noon - 5, 1}))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Views[0].TTL = eventtime.Day
	rev := r.Apply(t, set)
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	r.Clock.Add(30 * eventtime.Day)
	return r, set, rev
}

func TestNewestEventTimeStaysWhenRowsExpire(t *testing.T) {
	t.Parallel()
	r, _, _ := filledOnce(t)
	report, err := r.Store.Collect(t.Context(), &collect.Request{Expired: true})
	if err != nil || report.Rows != 1 {
		t.Fatalf("got %+v, %v", report, err)
	}
	wantNewest(t, r, "gc of its only row", noon-5)
}

func TestNewestEventTimeGoesWithItsTable(t *testing.T) {
	t.Parallel()
	r, set, rev := filledOnce(t)
	empty := *set
	empty.Views = nil
	r.Apply(t, &empty)
	r.Clock.Add(30 * eventtime.Day)
	if report, err := r.Store.Collect(t.Context(), &collect.Request{}); err != nil || report.Rows != 1 {
		t.Fatalf("got %+v, %v", report, err)
	}
	if _, err := r.Store.Rollback(t.Context(), rev, apply.Options{AllowBreaking: true, AllowDestructive: true}); err != nil {
		t.Fatal(err)
	}
	wantNewest(t, r, "gc of its table", eventtime.None)
}
