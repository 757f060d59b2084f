package truepoint_test

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

const noon = eventtime.Instant(1_773_316_800_000_000) // 2026-03-12T12:00:00Z

var int64Field = feature.Field{Name: "f", Type: value.Scalar(value.Int64)}

// history returns a batch with the columns k, event, created and f.
func history(rows ...[4]any) *value.Batch {
	k, e := value.NewColumn(value.Scalar(value.String), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
	c, f := value.NewColumn(value.Scalar(value.UnixTimestamp), 0), value.NewColumn(value.Scalar(value.Int64), 0)
	for _, r := range rows {
		k.Append(value.OfString(r[0].(string)))
		e.Append(value.OfInstant(r[1].(eventtime.Instant)))
		for i, col := range []*value.Column{c, f} {
			switch v := r[2+i].(type) {
			case nil:
				col.Append(value.Value{})
			case int:
				col.Append(value.OfInt64(int64(v)))
			case eventtime.Instant:
				col.Append(value.OfInstant(v))
			}
		}
	}
	b := &value.Batch{}
	b.Add("k", k)
	b.Add("event", e)
	b.Add("created", c)
	b.Add("f", f)
	return b
}

func read(t *testing.T, s *truepoint.Store, at eventtime.Instant, keys ...string) []value.Status {
	t.Helper()
	res, err := s.Online(t.Context(), &truepoint.OnlineRequest{Entities: []input.Column{input.FromTexts("k", keys)}, Features: []string{"v:f"}, AsOf: at})
	if err != nil {
		t.Fatal(err)
	}
	var out []value.Status
	for _, c := range res.Columns[0].Cells {
		out = append(out, c.Status)
	}
	return out
}

func TestOneLifeOfAFeature(t *testing.T) {
	t.Parallel()
	r := storetest.New(t, noon, nil)
	defer r.Store.Close()
	set := storetest.Set("created", int64Field)
	set.Views[0].TTL = eventtime.Hour
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	r.Offline.Put("src", history([4]any{"a", noon - 1, noon, 1}, [4]any{"b", noon - 1, noon, nil}, [4]any{"c", noon.Add(-2 * eventtime.Hour), noon, 3}))
	r.Apply(t, set)
	runs := r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: 0, End: noon})
	if got := runs["v"]; got.Written != 3 || got.Read != 3 || got.Watch.After != noon {
		t.Fatalf("run: %+v", got)
	}
	want := []value.Status{value.Present, value.NullValue, value.OutsideMaxAge, value.NotFound}
	for i, got := range read(t, r.Store, eventtime.None, "a", "b", "c", "d") {
		if got != want[i] {
			t.Errorf("cell %d: got %v, want %v", i, got, want[i])
		}
	}
	res, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", To: ingest.OnlineAndOffline, Rows: []input.Column{
		input.FromTexts("k", []string{"d"}), input.FromTexts("event", []string{"2026-03-12T12:00:00Z"}), input.FromTexts("f", []string{"4"}),
	}})
	if err != nil || res.Views[0].Written != 1 || !res.Offline {
		t.Fatalf("push: %+v, %v", res, err)
	}
	spine := &value.Batch{}
	ks, at := value.NewColumn(value.Scalar(value.String), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0)
	for _, k := range []string{"a", "b", "c", "d"} {
		ks.Append(value.OfString(k))
		at.Append(value.OfInstant(noon))
	}
	spine.Add("k", ks)
	spine.Add("event_timestamp", at)
	h, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine, Features: []string{"v:f"}, Leaks: true})
	if err != nil {
		t.Fatal(err)
	}
	want[3] = value.Present
	for i, got := range h.Features[0].Status {
		if got != want[i] {
			t.Errorf("offline cell %d: got %v, want %v", i, got, want[i])
		}
	}
	v, err := r.Store.Verify(t.Context(), &truepoint.VerifyRequest{Entities: []input.Column{input.FromTexts("k", []string{"a", "b", "c", "d", "e"})}, Features: []string{"v:f"}, AsOf: eventtime.None})
	if err != nil || v.Agreed != v.Cells || v.Cells != 5 {
		t.Fatalf("verify: %+v, %v", v, err)
	}
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: []input.Column{input.FromTexts("k", []string{"d"})}, At: eventtime.None})
	if err != nil || !e.Agree {
		t.Fatalf("explain: %+v, %v", e, err)
	}
	fresh, err := r.Store.Freshness(t.Context())
	if err != nil || fresh[0].NewestEvent != noon || fresh[0].ValueAge != 0 {
		t.Fatalf("freshness: %+v, %v", fresh, err)
	}
	sizes, err := r.Store.Sizes(t.Context())
	if err != nil || sizes[0].View != "v" || sizes[0].Rows != 4 || sizes[0].RowBytes == 0 || sizes[0].KeyBytes == 0 {
		t.Fatalf("sizes: %+v, %v", sizes, err)
	}
}
