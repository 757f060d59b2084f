package online_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
)

// TestCountingKeysCostsOneAllocation is not parallel, because the allocations of other tests would count.
func TestCountingKeysCostsOneAllocation(t *testing.T) {
	near, far := &still{memonline.New(), false}, &still{memonline.New(), true}
	r := []*online.Read{{Use: use([]feature.Field{{Name: "n", Type: int64s}}, counted), Table: table}}
	for k := range 100 {
		r[0].Keys = append(r[0].Keys, onlinetest.Key(t, fmt.Sprint(k)))
	}
	count := func(d *still) float64 {
		s := online.New(d, nil)
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
	far bool
}

func (s *still) Distant() bool { return s.far }

func (s *still) GetBatch(context.Context, []online.TableKeys) error { return nil }

func BenchmarkCountingKeys(b *testing.B) {
	for _, far := range []bool{false, true} {
		b.Run(fmt.Sprintf("distant=%t", far), func(b *testing.B) {
			s := online.New(&still{memonline.New(), far}, nil)
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
