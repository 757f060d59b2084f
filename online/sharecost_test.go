package online_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
)

// TestCountingKeysCostsOneAllocation is not parallel, because the allocations of other tests would count.
func TestCountingKeysCostsOneAllocation(t *testing.T) {
	near, far := &still{Driver: memonline.New()}, &still{Driver: memonline.New(), far: true, held: make(chan struct{}), hold: make(chan struct{})}
	r := []*online.Read{{Use: use([]feature.Field{{Name: "n", Type: int64s}}, counted), Table: table}}
	for k := range 100 {
		r[0].Keys = append(r[0].Keys, onlinetest.Key(t, fmt.Sprint(k)))
	}
	count := func(d *still) float64 {
		s := online.New(d, nil)
		defer d.crowd(t, s)()
		return testing.AllocsPerRun(100, func() {
			if err := s.Fetch(t.Context(), r); err != nil {
				t.Error(err)
			}
		})
	}
	if without, with := count(near), count(far); with > without+1 {
		t.Errorf("a reading of 100 keys allocates %.0f times, and %.0f times with sharing, want at most one more", without, with)
	}
}

// A still store answers nothing at once.
type still struct {
	*memonline.Driver
	far  bool
	held chan struct{} // takes one of each reading of the table named held
	hold chan struct{} // ends them
}

// crowd keeps so many readings under way that others count their keys, until done is called.
func (s *still) crowd(t testing.TB, store *online.Store) (done func()) {
	if !s.far {
		return func() {}
	}
	var wait sync.WaitGroup
	for range online.Uncounted {
		wait.Go(func() {
			r := &online.Read{Use: use(nil, counted), Table: "held", Keys: [][]byte{[]byte("held")}}
			if err := store.Fetch(t.Context(), []*online.Read{r}); err != nil {
				t.Error(err)
			}
		})
	}
	for range online.Uncounted {
		<-s.held
	}
	return func() { close(s.hold); wait.Wait() }
}

func (s *still) Distant() bool { return s.far }

func (s *still) GetBatch(_ context.Context, items []online.TableKeys) error {
	if s.hold != nil && items[0].Table == "held" {
		s.held <- struct{}{}
		<-s.hold
	}
	return nil
}

func BenchmarkCountingKeys(b *testing.B) {
	for _, far := range []bool{false, true} {
		b.Run(fmt.Sprintf("distant=%t", far), func(b *testing.B) {
			d := &still{Driver: memonline.New(), far: far, held: make(chan struct{}), hold: make(chan struct{})}
			s := online.New(d, nil)
			defer d.crowd(b, s)()
			var keys [][]byte
			for k := range 100 {
				keys = append(keys, fmt.Appendf(nil, "key %d", k))
			}
			var r []*online.Read
			for v := range 5 {
				r = append(r, &online.Read{Use: use([]feature.Field{{Name: "n", Type: int64s}}, counted), Table: fmt.Sprintf("p/v%d/1", v), Keys: keys})
			}
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := s.Fetch(b.Context(), r); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
