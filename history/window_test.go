package history_test

import (
	"slices"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/history"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline/memoffline"
	"github.com/truepoint/truepoint/value"
)

func windowUse() *feature.Use {
	float := value.Scalar(value.Float64)
	v := &feature.View{Name: "v", Refresh: eventtime.Hour, Delay: eventtime.Minute, TTL: 3 * eventtime.Hour,
		Inputs: []value.Field{{Name: "amount", Type: float}, {Name: "country", Type: value.Scalar(value.String)}},
		Aggregations: []feature.Aggregation{
			{Name: "n", Function: "count", Lifetime: true, Where: "amount > 1.0"},
			{Name: "by", Function: "sum", Column: "amount", Window: eventtime.Day, By: "country"},
		},
		Schema: []feature.Field{{Name: "n", Type: value.Scalar(value.Int64)}, {Name: "by", Type: value.MapOf(float)}},
	}
	return &feature.Use{View: v, Alias: "w", Fields: v.Schema, Keys: []value.Field{{Name: "k", Type: value.Scalar(value.Int64)}}, Columns: []string{"card"},
		Source: &feature.Source{Name: "s", TimestampField: "at", EventID: "id"}}
}

func TestColumnsOfAWindowViewAreThoseThatItIsComputedFrom(t *testing.T) {
	t.Parallel()
	u := windowUse()
	u.Source.EventID = ""
	got, err := history.Columns(t.Context(), nil, u)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range got {
		names = append(names, f.Name)
	}
	if want := []string{"k", "at", "__arrived", "amount", "country"}; len(names) != len(want) || !slices.Equal(names[3:], want[3:]) {
		t.Errorf("got columns %v, want those of %v", names, want)
	}
	l, err := history.Layout(u)
	if err != nil || len(l.Features) > 0 {
		t.Errorf("no column holds a feature: got %v, %v", l.Features, err)
	}
}

func TestWindowsHaveTheRolesOfTheDefinition(t *testing.T) {
	t.Parallel()
	u := windowUse()
	u.Source.FieldMapping = map[string]string{"id": "event"}
	u.Fields = u.Fields[1:]
	w, err := history.Windows(u, &history.Table{})
	if err != nil {
		t.Fatal(err)
	}
	if w.Name != "w" || w.EventID != "event" || w.Refresh != eventtime.Hour || w.Delay != eventtime.Minute || !slices.Equal(w.Spine, u.Columns) {
		t.Errorf("got %+v", w)
	}
	if len(w.Features) != 2 || w.Features[0].Name != "by" || w.Features[0].By != "country" || w.Features[0].Window.Length != eventtime.Day || w.Features[0].Where != nil ||
		w.Features[1].Name != "n" || w.Features[1].Window != (eventtime.Window{}) { // its window decides the status too
		t.Errorf("got features %+v", w.Features)
	}
}

// TestAnOpenTableHasCompiledItsFilters opens a history and takes its windows twice: the filters are the same ones.
func TestAnOpenTableHasCompiledItsFilters(t *testing.T) {
	t.Parallel()
	u := windowUse()
	u.Source.EventID, u.Source.Type = "", feature.FileSource
	d := memoffline.New()
	d.Put("s", storetest.Batch([]string{"k:Int64", "at:UnixTimestamp", "amount:Float64", "country:String"}))
	alone, err := history.Open(t.Context(), d, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	together, err := history.OpenAll(t.Context(), d, []feature.Use{*u, *u})
	if err != nil {
		t.Fatal(err)
	}
	defer together.Close()
	for _, table := range append(together.Of, alone) {
		first, err := history.Windows(u, table)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := history.Windows(u, table); err != nil || first.Features[0].Where == nil || again.Features[0].Where != first.Features[0].Where {
			t.Errorf("the filter of %q was compiled again: %v", first.Features[0].Name, err)
		}
	}
}
