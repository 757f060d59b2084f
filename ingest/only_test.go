package ingest_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
)

// stored returns the packed row of key "a" after a push of rows, each of k, event, deleted, f, g and created.
func stored(t *rapid.T, tb testing.TB, set *feature.Set, rows ...[]any) string {
	r := storetest.New(tb, noon, nil)
	defer r.Store.Close()
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "deleted:Bool", "f:Int64", "g:String", "created:UnixTimestamp"}))
	r.Apply(tb, set)
	columns := []string{"k:String", "event:UnixTimestamp", "deleted:Bool", "f:Int64", "g:String"}
	if set.Sources[0].CreatedTimestampColumn != "" {
		columns = append(columns, "created:UnixTimestamp")
	}
	for i := range rows {
		rows[i] = rows[i][:len(columns)]
	}
	if _, err := r.Store.Push(tb.Context(), &truepoint.PushRequest{Source: "p", To: ingest.Online, Rows: input.FromBatch(storetest.Batch(columns, rows...))}); err != nil {
		t.Fatal(err)
	}
	var first string
	if err := r.Options.Online.Scan(tb.Context(), storetest.Project+"/v/1", func(c online.Cell) bool {
		first = string(c.Key) + "\x00" + string(c.Row)
		return false
	}); err != nil {
		t.Fatal(err)
	}
	return first
}

// A push of one row takes a way of its own: it stores the bytes that the same row has among others, which go by the oracle.
func TestARowThatIsPushedAloneIsStoredAsAmongOthers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		set := drawSource(rt)
		event := noon.Add(-eventtime.Duration(rapid.IntRange(0, 8).Draw(rt, "age")) * eventtime.Minute)
		row := []any{"a", event, rapid.SampledFrom([]any{true, false, nil}).Draw(rt, "deleted"), rapid.SampledFrom([]any{nil, 0, 7}).Draw(rt, "f"),
			rapid.SampledFrom([]any{nil, "", "x"}).Draw(rt, "g"), rapid.SampledFrom([]any{event, event.Add(eventtime.Second)}).Draw(rt, "created")}
		other := []any{"b", event, false, 1, "y", event}
		alone, among := stored(rt, t, set, append([]any{}, row...)), stored(rt, t, set, append([]any{}, row...), other)
		if alone != among || alone == "" {
			rt.Fatalf("alone %q, among others %q", alone, among)
		}
	})
}
