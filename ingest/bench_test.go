package ingest_test

import (
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/value"
)

// BenchmarkPushOneRow measures a push of one row to one view on memory drivers.
func BenchmarkPushOneRow(b *testing.B) {
	r := storetest.New(b, noon, nil)
	defer r.Store.Close()
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	r.Apply(b, set)
	in := rows(map[string]string{"k": `["a"]`, "event": `["2026-03-12T11:00:00Z"]`, "f": `[1]`})
	b.ReportAllocs()
	for b.Loop() {
		r.Clock.Add(1)
		if _, err := r.Store.Push(b.Context(), &truepoint.PushRequest{Source: "p", Rows: in}); err != nil {
			b.Fatal(err)
		}
	}
}
