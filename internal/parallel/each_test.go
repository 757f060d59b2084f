package parallel_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/internal/parallel"
)

func TestEachDoesEveryItemOnceAndNoMoreAtOnceThanAsked(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 3, 100} {
		var seen [100]atomic.Int32
		var now, most atomic.Int32
		if err := parallel.Each(n, 4, func(i int) error {
			seen[i].Add(1)
			if at := now.Add(1); at > most.Load() {
				most.Store(at)
			}
			now.Add(-1)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i := range seen {
			if got := seen[i].Load(); (got == 1) != (i < n) || got > 1 {
				t.Errorf("item %d of %d was done %d times", i, n, got)
			}
		}
		if most.Load() > 4 {
			t.Errorf("%d items at once", most.Load())
		}
	}
}

func TestEachReturnsTheErrorOfTheSmallestItem(t *testing.T) {
	t.Parallel()
	err := parallel.Each(1000, 8, func(i int) error {
		if i%100 == 7 {
			return fmt.Errorf("item %d", i)
		}
		return nil
	})
	if err == nil || err.Error() != "item 7" {
		t.Errorf("got %v, want item 7", err)
	}
}
