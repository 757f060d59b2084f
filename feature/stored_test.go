package feature_test

import (
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/value"
)

func TestMissingIsTheFunctionOfNothingInAWindowView(t *testing.T) {
	t.Parallel()
	float := value.Scalar(value.Float64)
	v := &feature.View{Name: "v", Inputs: []value.Field{{Name: "x", Type: float}},
		Aggregations: []feature.Aggregation{
			{Name: "n", Function: "count", Lifetime: true}, {Name: "total", Function: "sum", Column: "x", Lifetime: true},
			{Name: "recent", Function: "last_n", N: 3, Column: "x", Lifetime: true}, {Name: "by", Function: "sum", Column: "x", By: "g", Lifetime: true},
		}}
	for i, want := range []value.Value{value.OfInt64(0), {}, value.OfList(value.Array, nil), value.OfList(value.Map, nil)} {
		if got, err := v.Missing(i); err != nil || !got.Identical(want) {
			t.Errorf("%s of nothing: got %v, %v, want %v", v.Aggregations[i].Name, got, err, want)
		}
	}
	plain := &feature.View{Name: "p", Schema: []feature.Field{{Name: "f", Type: float}}}
	if got, err := plain.Missing(0); err != nil || !got.IsNull() {
		t.Errorf("a column of no row: got %v, %v", got, err)
	}
}

func TestSnapshotsAreUsableAfterTheDelayOfTheirView(t *testing.T) {
	t.Parallel()
	late := eventtime.Availability{Rule: eventtime.ByCreatedTime}
	u := &feature.Use{View: &feature.View{}, Source: &feature.Source{Availability: late}}
	if got := u.Availability(); got != late {
		t.Errorf("rows of a source: got %+v", got)
	}
	u.View.Aggregations, u.View.Delay = []feature.Aggregation{{Name: "n"}}, eventtime.Hour
	if at, ok := u.Availability().Of(5, eventtime.None); !ok || at != eventtime.Instant(5).Add(eventtime.Hour) {
		t.Errorf("a snapshot: got %s", at)
	}
}
