package explain_test

import (
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

// expired returns a store whose history has one row of key "a", older than ttl, which the first incremental run has not
// read: online it is not found, offline it is expired.
func expired(t *testing.T) *storetest.Rig {
	t.Helper()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, []any{"a", noon.Add(-2 * eventtime.Hour), 1}))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Views[0].TTL = eventtime.Hour
	r.Apply(t, set)
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: noon})
	return r
}

func keys(texts ...string) []input.Column { return []input.Column{input.FromTexts("k", texts)} }

func TestVerifyDoesNotTellExpiredFromNotFound(t *testing.T) {
	t.Parallel()
	r := expired(t)
	res, err := r.Store.Verify(t.Context(), &truepoint.VerifyRequest{Entities: keys("a", "b"), Features: []string{"v:f"}, AsOf: eventtime.None})
	if err != nil {
		t.Fatal(err)
	}
	if res.Cells != 2 || res.Agreed != 2 || len(res.Differs) != 0 {
		t.Errorf("report: %+v", res)
	}
}

func TestAnswersOfAnOlderGenerationAreComparedByItsDefinition(t *testing.T) {
	t.Parallel()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	for _, name := range []string{"src", "src@v/1"} { // in memory a source's name is its place
		r.Offline.Put(name, storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, []any{"a", noon - 5, 1}))
	}
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	r.Apply(t, set)
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Float64)}))
	res, err := r.Store.Verify(t.Context(), &truepoint.VerifyRequest{Entities: keys("a"), Features: []string{"v:f"}, AsOf: eventtime.None})
	if err != nil || res.Agreed != 1 {
		t.Errorf("report: %+v, %v", res, err)
	}
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: keys("a"), At: eventtime.None})
	if err != nil || !e.Agree || e.Field.Type.Kind != value.Int64 {
		t.Errorf("explanation: %+v, %v", e, err)
	}
}

func TestRowAheadOfTheClockIsExplainedAtTheMomentOfTheAnswer(t *testing.T) {
	t.Parallel()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, []any{"a", noon - 5, 1}))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	r.Apply(t, set)
	if _, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", To: ingest.OnlineAndOffline, Rows: input.FromBatch(
		storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, []any{"a", noon + 1_500_000, 2}))}); err != nil {
		t.Fatal(err)
	}
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: keys("a"), At: eventtime.None})
	if err != nil || !e.Agree || e.At != noon+1_500_000 || e.Offline.Value.Int() != 2 {
		t.Errorf("explanation: %+v, %v", e, err)
	}
}

func TestExplanationDoesNotTellExpiredFromNotFound(t *testing.T) {
	t.Parallel()
	r := expired(t)
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: keys("a"), At: eventtime.None})
	if err != nil {
		t.Fatal(err)
	}
	if e.Online.Status != value.NotFound || e.Offline.Status != value.OutsideMaxAge || !e.Agree {
		t.Errorf("online %v, offline %v, agree %t", e.Online.Status, e.Offline.Status, e.Agree)
	}
}
