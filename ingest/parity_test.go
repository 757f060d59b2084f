package ingest_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

var parityKeys = []string{"a", "b", "c"}

// drawSource returns definitions with a random rule for times, ties and deletes.
func drawSource(t *rapid.T) *feature.Set {
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.String)})
	src := set.Sources[0]
	src.DeletedColumn = "deleted"
	if rapid.Bool().Draw(t, "created") {
		src.CreatedTimestampColumn = "created"
		if rapid.Bool().Draw(t, "by created time") {
			src.Availability.Rule = eventtime.ByCreatedTime
		}
	}
	if rapid.Bool().Draw(t, "tie_break") {
		src.TieBreak = []string{"f"}
	}
	set.Views[0].TTL = eventtime.Duration(rapid.IntRange(0, 3).Draw(t, "ttl")) * eventtime.Hour
	set.Views[0].AllowedLateness = eventtime.Duration(rapid.IntRange(0, 1).Draw(t, "lateness"))
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	return set
}

// drawPush returns rows with event times up to four hours back; few values, so that ties and repeated keys are common.
func drawPush(t *rapid.T, now eventtime.Instant) *truepoint.PushRequest {
	var rows [][]any
	for range rapid.IntRange(1, 4).Draw(t, "rows") {
		var f any = rapid.IntRange(0, 3).Draw(t, "f")
		if rapid.IntRange(0, 5).Draw(t, "null") == 0 {
			f = nil
		}
		rows = append(rows, []any{
			rapid.SampledFrom(parityKeys).Draw(t, "k"),
			now.Add(-eventtime.Duration(rapid.IntRange(0, 8).Draw(t, "age")) * 30 * eventtime.Minute),
			rapid.IntRange(0, 5).Draw(t, "deleted") == 0, f, rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "g"),
		})
	}
	return &truepoint.PushRequest{
		Source: "p", To: rapid.SampledFrom([]ingest.Target{ingest.Offline, ingest.OnlineAndOffline}).Draw(t, "to"),
		Rows: input.FromBatch(storetest.Batch([]string{"k:String", "event:UnixTimestamp", "deleted:Bool", "f:Int64", "g:String"}, rows...)),
	}
}

// drawRun returns a run of any kind, also one that leaves rows out.
func drawRun(t *rapid.T, now eventtime.Instant) *truepoint.MaterializeRequest {
	end := now.Add(-eventtime.Duration(rapid.IntRange(0, 3).Draw(t, "end")) * 20 * eventtime.Minute)
	req := &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: end}
	if rapid.IntRange(0, 2).Draw(t, "interval") == 0 {
		req.Mode = materialize.Interval
		req.Start = end.Add(-eventtime.Duration(rapid.IntRange(0, 6).Draw(t, "length")) * 30 * eventtime.Minute)
	}
	return req
}

// Whatever was pushed and run in whatever order, after a run up to now both stores answer alike.
func TestAnyOrderOfPushesAndRunsEndsInTheAnswersOfTheHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := storetest.New(t, noon, nil)
		defer r.Store.Close()
		set := drawSource(rt)
		columns := []string{"k:String", "event:UnixTimestamp", "deleted:Bool", "f:Int64", "g:String"}
		if set.Sources[0].CreatedTimestampColumn != "" {
			columns = append(columns, "created:UnixTimestamp")
		}
		r.Offline.Put("src", storetest.Batch(columns))
		r.Apply(t, set)
		r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: noon})
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			r.Clock.Add(eventtime.Duration(rapid.SampledFrom([]int64{1, 60_000_000, 1_800_000_000}).Draw(rt, "passes")))
			if rapid.IntRange(0, 2).Draw(rt, "run") == 0 {
				r.Materialize(t, drawRun(rt, r.Clock.Now()))
				continue
			}
			if _, err := r.Store.Push(t.Context(), drawPush(rt, r.Clock.Now())); err != nil {
				rt.Fatal(err)
			}
		}
		r.Clock.Add(1)
		r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: r.Clock.Now()})
		res, err := r.Store.Verify(t.Context(), &truepoint.VerifyRequest{
			Entities: []input.Column{input.FromTexts("k", parityKeys)}, Features: []string{"v:f", "v:g"}, AsOf: eventtime.None,
		})
		if err != nil {
			rt.Fatal(err)
		}
		if res.Agreed != res.Cells {
			rt.Fatalf("online and offline differ: %s", fmt.Sprintf("%+v", res.Differs))
		}
	})
}
