package history_test

import (
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
)

func TestLayoutRefusesFeaturesThatNoColumnHolds(t *testing.T) {
	t.Parallel()
	u := &feature.Use{View: &feature.View{Name: "v", Aggregations: []feature.Aggregation{{Name: "n", Function: "count", Lifetime: true}}}, Source: &feature.Source{Name: "s"}}
	if _, err := history.Layout(u); err != nil {
		t.Errorf("keys alone are columns: %v", err)
	}
	u.Fields = []feature.Field{{Name: "n"}}
	if _, err := history.Layout(u); errs.CodeOf(err) != errs.Unimplemented {
		t.Errorf("got %v", err)
	}
}
