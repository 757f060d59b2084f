package storetest

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// wideKinds are those of the features of each view of Wide.
var wideKinds = []value.Kind{value.Float64, value.Float64, value.Float64, value.Float64, value.Float32, value.Int64, value.Int64, value.Int64, value.Bool, value.String}

// Wide returns a rig on an online store, with rows of so many entities, numbered from 0 by the Int64 key "k", in five views
// of ten features, and a service "all" of them. The test closes the rig.
func Wide(t testing.TB, now eventtime.Instant, driver online.Driver, entities int) *Rig {
	t.Helper()
	r := New(t, now, func(o *truepoint.Options) { o.Online = driver })
	set := Set("")
	set.Entities[0].ValueType = value.Scalar(value.Int64)
	first, all := *set.Views[0], &feature.Service{Name: "all"}
	set.Views = nil
	for v := range 5 {
		view := first
		view.Name = fmt.Sprintf("view_%d", v)
		for f, k := range wideKinds {
			view.Schema = append(view.Schema, feature.Field{Name: fmt.Sprintf("v%d_f%d", v, f), Type: value.Scalar(k)})
		}
		set.Views, all.Features = append(set.Views, &view), append(all.Features, feature.Projection{View: view.Name})
	}
	set.Services = []*feature.Service{all}
	r.Apply(t, set)
	set, _, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range set.Views {
		if _, err := driver.PutBatch(t.Context(), v.Table(Project), wideRows(t, v, now, entities)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func wideRows(t testing.TB, v *feature.View, now eventtime.Instant, entities int) []online.Cell {
	t.Helper()
	cells := make([]online.Cell, entities)
	for k := range cells {
		key, err := value.AppendKey(nil, []value.Value{value.OfInt64(int64(k))})
		if err != nil {
			t.Fatal(err)
		}
		x, n := value.OfFloat64(float64(k)+0.25), value.OfInt64(int64(k))
		row, err := value.AppendRow(nil, v.RowSchema(), value.Version{Event: now - 1, Created: now - 1, Snapshot: now},
			[]value.Value{x, x, x, x, value.OfFloat32(0.5), n, n, n, value.OfBool(true), value.OfString(fmt.Sprintf("cat_%d", k))})
		if err != nil {
			t.Fatal(err)
		}
		cells[k] = online.Cell{Key: key, Row: row}
	}
	return cells
}
