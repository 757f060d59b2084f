package parallel_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/internal/parallel"
)

func TestRangesCoverEveryItemOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 9, 10, 11, 1000} {
		seen := make([]atomic.Int32, n)
		if err := parallel.Ranges(n, 10, func(lo, hi int) error {
			for i := lo; i < hi; i++ {
				seen[i].Add(1)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i := range seen {
			if got := seen[i].Load(); got != 1 {
				t.Errorf("item %d of %d was done %d times", i, n, got)
			}
		}
	}
}

func TestRangesReturnTheErrorOfTheSmallestItem(t *testing.T) {
	t.Parallel()
	err := parallel.Ranges(1000, 1, func(lo, hi int) error {
		for i := lo; i < hi; i++ {
			if i%100 == 7 {
				return fmt.Errorf("item %d", i)
			}
		}
		return nil
	})
	if err == nil || err.Error() != "item 7" {
		t.Errorf("got %v, want item 7", err)
	}
}
