package redisonline_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/internal/redistest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/online/redisonline"
)

// A hurried driver reads with a deadline, as servers do.
type hurried struct{ *redisonline.Driver }

func (h hurried) GetBatch(ctx context.Context, items []online.TableKeys) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return h.Driver.GetBatch(ctx, items)
}

func TestConformanceOfReadingsWithADeadline(t *testing.T) {
	t.Parallel()
	redistest.Address(t, redistest.Single)
	onlinetest.Run(t, func(t *testing.T) online.Driver {
		return hurried{open(t, redisonline.Single, redistest.Database(t), nil)}
	})
}

func TestALaneGreetsAsTheClientDoesAndIsReplacedWhenItEnds(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t, "--requirepass", "secret")
	d := hurried{open(t, redisonline.Single, s.Address+",password=secret,db=3", nil)}
	stored := cells(t, 2500, 5, "payload")
	put(t, d, "p/v/1", stored)
	wantRows(t, d, "p/v/1", stored)
	if n := d.Lanes(); n != 1 {
		t.Fatalf("%d lanes are idle after a reading, want 1", n)
	}
	s.Kill(t)
	if code := errs.CodeOf(d.GetBatch(t.Context(), request(stored, "p/v/1"))); code != errs.Unavailable {
		t.Errorf("while the server is gone: got %v", code)
	}
	s.Restart(t)
	put(t, d, "p/v/1", stored)
	for range redisonline.LaneRetry + 1 {
		wantRows(t, d, "p/v/1", stored[:3])
	}
	if n := d.Lanes(); n != 1 {
		t.Errorf("%d lanes are idle when the server is there again, want 1", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if code := errs.CodeOf(d.GetBatch(t.Context(), request(stored, "p/v/1"))); code != errs.FailedPrecondition || d.Lanes() != 0 {
		t.Errorf("after Close: got %v, and %d lanes are idle", code, d.Lanes())
	}
}

// TestARowOnALaneCostsNoAllocation is not parallel, because the allocations of other tests would count.
func TestARowOnALaneCostsNoAllocation(t *testing.T) {
	d := open(t, redisonline.Single, redistest.Database(t), nil)
	defer d.Close()
	stored := cells(t, 200, 5, "payload")
	for _, table := range tables(5) {
		put(t, d, table, stored)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	asked := request(stored, tables(5)...)
	for i := range asked {
		asked[i].Room = &online.Room{}
	}
	if got := testing.AllocsPerRun(20, func() {
		for i := range asked {
			asked[i].Room.Clear()
		}
		if err := d.GetBatch(ctx, asked); err != nil {
			t.Fatal(err)
		}
	}); got > 5 {
		t.Errorf("%.0f allocations for 1,000 rows", got)
	}
	for _, item := range asked {
		for i, row := range item.Rows {
			if string(row) != string(stored[i].Row) {
				t.Fatalf("row %d of %s is %x", i, item.Table, row)
			}
		}
	}
}

func TestACrowdOpensNoMoreLanesThanAServerIsToHave(t *testing.T) {
	t.Parallel()
	d := hurried{open(t, redisonline.Single, redistest.Database(t), nil)}
	stored := cells(t, 50, 5, "payload")
	put(t, d, "p/v/1", stored)
	var wait sync.WaitGroup
	for range 300 {
		wait.Go(func() {
			for range 5 {
				asked := request(stored, "p/v/1")
				if err := d.GetBatch(t.Context(), asked); err != nil {
					t.Error(err)
					return
				}
				for i, row := range asked[0].Rows {
					if string(row) != string(stored[i].Row) {
						t.Errorf("row %d is %x", i, row)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	if n, most := d.Lanes(), redisonline.LanesMax(); n < 2 || n > most {
		t.Errorf("300 readings at once left %d lanes, want some and at most %d", n, most)
	}
}
