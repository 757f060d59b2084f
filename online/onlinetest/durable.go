package onlinetest

import (
	"context"
	"testing"

	"github.com/truepoint/truepoint/online"
)

// RunDurable checks that cells outlive the driver. open opens the store kept under dir, which exists.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) online.Driver) {
	t.Helper()
	for _, tt := range []struct {
		name string
		run  func(t *testing.T, reopen func() online.Driver)
	}{
		{"CellsSurviveReopening", durableCells},
		{"BigBatchSurvivesReopening", durableBig},
		{"RuleHoldsAcrossReopening", durableRule},
		{"DropSurvivesReopening", durableDrop},
		{"ManyReopenings", durableMany},
	} {
		t.Run("Durable/"+tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var d online.Driver
			shut := func() {
				if d == nil {
					return
				}
				if err := d.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}
			t.Cleanup(func() { shut() })
			tt.run(t, func() online.Driver {
				shut()
				d = open(t, dir)
				return d
			})
		})
	}
}

func durableCells(t *testing.T, reopen func() online.Driver) {
	cells := series(t, 0, 500, 50, At(5))
	put(t, reopen(), "p/v/1", cells...)
	checkAll(t, reopen(), "p/v/1", cells)
	wantTables(t, reopen(), "p/v/1")
}

func durableBig(t *testing.T, reopen func() online.Driver) {
	d := reopen()
	cells := series(t, 0, bigCount(d), 50, At(5))
	put(t, d, "p/v/1", cells...)
	checkAll(t, reopen(), "p/v/1", cells)
}

func durableRule(t *testing.T, reopen func() online.Driver) {
	put(t, reopen(), "p/v/1", series(t, 0, 100, 50, At(5))...)
	put(t, reopen(), "p/v/1", series(t, 50, 100, 50, At(4))...)
	newer := series(t, 0, 20, 50, At(6))
	put(t, reopen(), "p/v/1", newer...)
	want := append(newer, series(t, 20, 80, 50, At(5))...)
	want = append(want, series(t, 100, 50, 50, At(4))...)
	checkAll(t, reopen(), "p/v/1", want)
}

func durableDrop(t *testing.T, reopen func() online.Driver) {
	d := reopen()
	put(t, d, "p/v/1", series(t, 0, 100, 50, At(5))...)
	put(t, d, "p/w/1", series(t, 0, 100, 50, At(5))...)
	if err := d.Drop(context.Background(), "p/v/1"); err != nil {
		t.Fatal(err)
	}
	d = reopen()
	wantTables(t, d, "p/w/1")
	older := series(t, 0, 3, 50, At(1))
	put(t, d, "p/v/1", older...)
	checkAll(t, reopen(), "p/v/1", older)
}

func durableMany(t *testing.T, reopen func() online.Driver) {
	var want []online.Cell
	for i := range 12 {
		cells := series(t, int64(i*10), 10, 50, At(5))
		put(t, reopen(), "p/v/1", cells...)
		want = append(want, cells...)
	}
	checkAll(t, reopen(), "p/v/1", want)
}
