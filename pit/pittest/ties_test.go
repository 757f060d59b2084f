package pittest_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/pit/pittest"
	"github.com/truepoint/truepoint/value"
)

// TestNaiveTiesAreThePairsOfRowsThatAreAmbiguousAlone asks NaiveNewest about every two rows of a history.
func TestNaiveTiesAreThePairsOfRowsThatAreAmbiguousAlone(t *testing.T) {
	t.Parallel()
	found := 0
	check(t, func(t *rapid.T) {
		v := pittest.Random(t).Views[0]
		scan := v.Scan()
		ties, err := pit.NaiveTies(context.Background(), &scan)
		if err != nil {
			t.Fatal(err)
		}
		rows := singleRows(v)
		got, want := make([]bool, len(v.Layout.Features)), make([]bool, len(v.Layout.Features))
		for _, tie := range ties {
			found++
			got[tie.Feature] = true
			if tie.Row <= tie.Other || ambiguous(t, v, rows[tie.Other], rows[tie.Row])[tie.Feature] != 1 {
				t.Fatalf("rows %d and %d do not differ in feature %d", tie.Other, tie.Row, tie.Feature)
			}
		}
		for i, a := range rows {
			for _, b := range rows[:i] {
				for f, n := range ambiguous(t, v, b, a) {
					want[f] = want[f] || n > 0
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("features with ties: got %v, want %v", got, want)
		}
	})
	if found == 0 && !t.Failed() {
		t.Error("the random cases had no ties")
	}
}

// singleRows returns the rows of the history of v, each as a table.
func singleRows(v *pittest.View) (out []*value.Batch) {
	for _, part := range v.Parts {
		for i := range part.Rows {
			one := &value.Batch{Rows: 1}
			for j, name := range part.Names {
				c := value.NewColumn(part.Columns[j].Type, 1)
				c.Append(part.Columns[j].At(i))
				one.Add(name, c)
			}
			out = append(out, one)
		}
	}
	return out
}

// ambiguous returns the number of ambiguous cells per feature in a history of two rows.
func ambiguous(t *rapid.T, v *pittest.View, a, b *value.Batch) []int64 {
	w, err := pit.NaiveNewest(context.Background(), &pit.NewestPlan{
		Name: v.Name, Table: pit.MemTable(a, b), Layout: v.Layout, Availability: v.Availability,
		Select: pit.Selection{
			Interval: eventtime.Interval{Start: eventtime.Min, End: eventtime.Max}, AvailableBy: eventtime.Max,
			CreatedAfter: eventtime.None, AvailableAfter: eventtime.None,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.Report().Ambiguous
}
