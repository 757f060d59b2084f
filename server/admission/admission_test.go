package admission_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/server/admission"
)

func TestNoMoreThanTheBoundAreInside(t *testing.T) {
	t.Parallel()
	const most = 3
	gate := admission.New(most)
	var inside, refused atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 1000 {
				if err := gate.Enter(); err != nil {
					if refused.Add(1); errs.CodeOf(err) != errs.Unavailable {
						t.Errorf("got %v, want that the server is unavailable", err)
					}
					continue
				}
				if n := inside.Add(1); n > most {
					t.Errorf("%d are inside, want at most %d", n, most)
				}
				inside.Add(-1)
				gate.Leave()
			}
		})
	}
	all.Wait()
	for range most {
		if err := gate.Enter(); err != nil {
			t.Errorf("all have left: %v", err)
		}
	}
	if gate.Enter() == nil {
		t.Errorf("one more than %d was let in", most)
	}
	t.Logf("%d of 50,000 were refused", refused.Load())
}
