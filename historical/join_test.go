package historical_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/historical"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

var batch = storetest.Batch

// rig returns a store with the view "v" (features f and g, created times) and a little history.
func rig(t *testing.T, change func(*feature.Set)) *storetest.Rig {
	t.Helper()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
		[]any{"a", noon - 10, noon - 10, 1, "x"},
		[]any{"a", noon - 5, noon + 5, 2, nil},
		[]any{"b", noon - 10, nil, 3, "y"},
		[]any{nil, noon - 10, nil, 9, "z"},
	))
	set := storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.String)})
	if change != nil {
		change(set)
	}
	r.Apply(t, set)
	return r
}

func spine(rows ...[]any) *value.Batch {
	return batch([]string{"label:Int64", "k:String", "event_timestamp:UnixTimestamp"}, rows...)
}

func column(b *value.Batch, name string) string {
	var out []string
	for i := range b.Rows {
		v := b.Column(name).At(i)
		switch {
		case v.IsNull():
			out = append(out, "null")
		case v.Kind() == value.String:
			out = append(out, v.Text())
		default:
			out = append(out, fmt.Sprint(v.Int()))
		}
	}
	return strings.Join(out, " ")
}

func TestJoinKeepsEverySpineRowInOrderWithItsOtherColumns(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	for _, engine := range []historical.Engine{historical.Fast, historical.Naive} {
		res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
			Spine:    spine([]any{7, "b", noon}, []any{8, "a", noon}, []any{7, "b", noon}, []any{9, "c", noon}, []any{6, "a", noon - 6}),
			Features: []string{"v:g", "v:f", "v:g"}, Engine: engine,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(res.Batch.Names, " "); got != "label k event_timestamp g f" {
			t.Errorf("columns: %s", got)
		}
		for name, want := range map[string]string{"label": "7 8 7 9 6", "f": "3 2 3 null 1", "g": "y null y null x"} {
			if got := column(res.Batch, name); got != want {
				t.Errorf("%q %s: got %s, want %s", engine, name, got, want)
			}
		}
		if got := fmt.Sprint(res.Features[0].Status); got != "[PRESENT NULL_VALUE PRESENT NOT_FOUND PRESENT]" {
			t.Errorf("statuses: %s", got)
		}
		v := res.Views[0]
		if v.Rows != 4 || v.RejectedKey != 1 || v.Cells != 10 || v.NotFound != 2 || v.Null != 1 || v.Present != 7 {
			t.Errorf("report: %+v", v)
		}
		if res.Revision != 1 {
			t.Errorf("revision %d", res.Revision)
		}
	}
}

func TestLeakReportCountsCellsThatUsedLaterKnowledge(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}, []any{1, "b", noon}, []any{1, "a", noon + 5}), Features: []string{"v:f"}, Leaks: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if l := res.Leaks; l.Cells != 3 || l.Changed != 1 || l.Rows != 1 || res.Views[0].Features[0].Leaked != 1 {
		t.Errorf("leaks: %+v, %+v", l, res.Views[0].Features)
	}
	honest, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}), Features: []string{"v:f"}, Known: pit.KnownAtAsOf,
	})
	if err != nil || column(honest.Batch, "f") != "1" {
		t.Errorf("known_at as_of: %s, %v", column(honest.Batch, "f"), err)
	}
	then, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}), Features: []string{"v:f"}, Known: pit.KnownAtInstant, KnownAt: noon + 5,
	})
	if err != nil || column(then.Batch, "f") != "2" {
		t.Errorf("known_at an instant: %s, %v", column(then.Batch, "f"), err)
	}
}

func TestCellThatIsExpiredInsteadOfNotFoundIsNoLeak(t *testing.T) {
	t.Parallel()
	r := rig(t, func(set *feature.Set) { set.Views[0].TTL = eventtime.Second })
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
		[]any{"a", noon.Add(-2 * eventtime.Second), noon + 1, 1, "x"}))
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}), Features: []string{"v:f"}, Leaks: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Features[0].Status[0]; got != value.OutsideMaxAge || res.Leaks.Changed != 0 || res.Leaks.Rows != 0 {
		t.Errorf("status %v, leaks: %+v", got, res.Leaks)
	}
}

func TestDefaultsFillAndTheStatusStays(t *testing.T) {
	t.Parallel()
	r := rig(t, func(s *feature.Set) {
		absent, null := "7", `"none"`
		s.Views[0].Schema[0].Default = &feature.Default{Absent: &absent}
		s.Views[0].Schema[1].Default = &feature.Default{Null: &null}
	})
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}, []any{1, "c", noon}), Features: []string{"v:f", "v:g"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := column(res.Batch, "f") + ", " + column(res.Batch, "g"); got != "2 7, none null" {
		t.Errorf("values: %s", got)
	}
	if f := res.Features[0]; f.Status[1] != value.NotFound || !f.Defaulted[1] || f.Defaulted[0] {
		t.Errorf("f: %v %v", f.Status, f.Defaulted)
	}
}

func TestAllKeysAnswersEveryKnownKeyAtOneMoment(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{AllKeys: "v", AsOf: noon})
	if err != nil {
		t.Fatal(err)
	}
	if got := column(res.Batch, "k") + ", " + column(res.Batch, "f"); got != "a b, 2 3" {
		t.Errorf("got %s", got)
	}
	if _, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{AllKeys: "w", AsOf: noon}); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("an unknown view: %v", err)
	}
}

func TestOneHistoryIsOpenedOncePerSource(t *testing.T) {
	t.Parallel()
	r := rig(t, func(s *feature.Set) {
		other := *s.Views[0]
		other.Name = "w"
		other.Schema = other.Schema[:1]
		s.Views = append(s.Views, &other)
	})
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}), Features: []string{"w:f", "v:f", "v:g"}, Names: feature.FullNames,
	})
	if err != nil || strings.Join(res.Batch.Names[3:], " ") != "w__f v__f v__g" || column(res.Batch, "w__f") != "2" {
		t.Errorf("got %v, %v", res, err)
	}
	if _, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "a", noon}), Features: []string{"w:f", "v:f"},
	}); errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), "full") {
		t.Errorf("a clash of short names: %v", err)
	}
}

func TestTimeColumnMayBeTextOrANumberWithAUnit(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	for name, c := range map[string]struct {
		spine *value.Batch
		unit  eventtime.Unit
	}{
		"text":   {spine: batch([]string{"k:String", "t:String"}, []any{"a", "2026-03-12T12:00:00Z"})},
		"number": {batch([]string{"k:String", "t:Int64"}, []any{"a", int(noon / 1_000_000)}), "s"},
	} {
		res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: c.spine, TimeColumn: "t", Unit: c.unit, Features: []string{"v:f"}})
		if err != nil || column(res.Batch, "f") != "2" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: batch([]string{"k:String", "t:Int64"}, []any{"a", 1}), TimeColumn: "t", Features: []string{"v:f"}})
	if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), "unit") {
		t.Errorf("a number without unit: %v", err)
	}
}

func TestLeaksAreToldWithKeyValuesAndTimes(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "b", noon}, []any{2, "a", noon}, []any{3, "a", noon}), Features: []string{"v:f", "v:g"}, Leaks: true, LeaksMax: 3,
	})
	if err != nil {
		t.Fatal(err)
	}
	l := res.Leaks
	if l.Changed != 4 || l.Rows != 2 || len(l.First) != 3 {
		t.Fatalf("%+v", l)
	}
	first := l.First[0]
	if first.Row != 2 || first.Name != "f" || first.Keys[0].Name != "k" || first.Key[0].Text() != "a" || first.AsOf != noon ||
		first.Used.Value.Int() != 2 || first.Used.Created != noon+5 || first.Known.Value.Int() != 1 || first.Known.Event != noon-10 {
		t.Errorf("%+v", first)
	}
	if g := l.First[2]; g.Name != "g" || g.Used.Status != value.NullValue || g.Known.Status != value.Present {
		t.Errorf("%+v", g)
	}
}

func TestAgesAreReportedOfCellsWithAValue(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Spine: spine([]any{1, "b", noon}, []any{2, "a", noon}, []any{3, "c", noon}), Features: []string{"v:f", "v:g"}, Ages: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	f, g := res.Views[0].Features[0].Age, res.Views[0].Features[1].Age
	if f == nil || f.Cells != 2 || f.P50 != 5 || f.P99 != 10 || f.Max != 10 || g == nil || g.Cells != 1 || g.P50 != 10 {
		t.Errorf("f %+v, g %+v", f, g)
	}
}
