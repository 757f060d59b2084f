package historical_test

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/value"
)

// ranged answers a request without entity rows as "key@offset=value" of each row, in order.
func ranged(t *testing.T, r *truepoint.Store, start, end eventtime.Instant) string {
	t.Helper()
	res, err := r.Historical(t.Context(), &truepoint.HistoricalRequest{
		Range: &eventtime.Interval{Start: start, End: end}, Features: []string{"v:f"},
	})
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for i := range res.Batch.Rows {
		out += fmt.Sprintf("%s@%d=", res.Batch.Column("k").At(i).Text(), res.Batch.Column("event_timestamp").Instant(i)-noon)
		if v := res.Batch.Column("f").At(i); v.IsNull() {
			out += "null "
		} else {
			out += fmt.Sprint(v.Int(), " ")
		}
	}
	return out
}

func TestRangeHasEveryMomentOfAKeyOnceInOrderBothEndsInside(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
		[]any{"b", noon - 3, nil, 3, "y"}, []any{"a", noon - 3, noon - 3, 1, "x"}, []any{"a", noon - 3, noon - 2, 2, "x"},
		[]any{"a", noon - 9, nil, 5, "x"}, []any{"a", noon, nil, 7, "x"}, []any{"a", noon + 1, nil, 8, "x"},
		[]any{nil, noon - 3, nil, 9, "z"}, []any{"c", nil, nil, 9, "z"},
	))
	for _, c := range []struct {
		start, end eventtime.Instant
		want       string
	}{
		{noon - 9, noon, "a@-9=5 a@-3=2 b@-3=3 a@0=7 "},
		{noon - 8, noon - 1, "a@-3=2 b@-3=3 "},
		{noon + 2, noon + 9, ""},
		{eventtime.None, noon + 9, "a@-9=5 a@-3=2 b@-3=3 a@0=7 a@1=8 "},
	} {
		if got := ranged(t, r.Store, c.start, c.end); got != c.want {
			t.Errorf("%d to %d: got %s, want %s", c.start-noon, c.end-noon, got, c.want)
		}
	}
}

func TestRangeWithoutStartGoesBackByTheGreatestTTLOrThirtyDays(t *testing.T) {
	t.Parallel()
	for ttl, want := range map[eventtime.TTL]string{0: "a@-2592000000000=2 ", eventtime.TTL(eventtime.Hour): "a@-3600000000=3 "} {
		r := rig(t, func(s *feature.Set) { s.Views[0].TTL = ttl })
		day := eventtime.Instant(eventtime.Day)
		r.Offline.Put("src", batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:String"},
			[]any{"a", noon - 30*day - 1, nil, 1, "x"}, []any{"a", noon - 30*day, nil, 2, "x"}, []any{"a", noon - eventtime.Instant(eventtime.Hour), nil, 3, "x"}))
		got := ranged(t, r.Store, eventtime.None, noon)
		if ttl == 0 {
			want += "a@-3600000000=3 "
		}
		if got != want {
			t.Errorf("ttl %v: got %s, want %s", ttl, got, want)
		}
	}
}

func TestRangeIsRefusedWhereItCannotGiveTheEntityRows(t *testing.T) {
	t.Parallel()
	whole := &eventtime.Interval{Start: noon, End: noon - 1}
	refused(t, &truepoint.HistoricalRequest{Range: whole, Features: []string{"v:f"}}, errs.InvalidArgument, "ends at")
	refused(t, &truepoint.HistoricalRequest{Range: whole, Spine: spine(), Features: []string{"v:f"}}, errs.InvalidArgument, "twice")
	refused(t, &truepoint.HistoricalRequest{Range: whole, AllKeys: "v", Features: []string{"v:f"}}, errs.InvalidArgument, "twice")

	r := rig(t, func(s *feature.Set) {
		s.Entities = append(s.Entities, &feature.Entity{Name: "other", JoinKeys: []string{"o"}, ValueType: value.Scalar(value.String)})
		w := *s.Views[0]
		w.Name, w.Entities = "w", []string{"other"}
		w.Schema = []feature.Field{{Name: "h", Type: value.Scalar(value.Int64)}}
		s.Views = append(s.Views, &w)
	})
	defer datatest.Stores(t, &r.Options)()
	_, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{
		Range: &eventtime.Interval{Start: noon - 9, End: noon}, Features: []string{"v:f", "w:h"},
	})
	if errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("views of two entities: %v", err)
	}
}
