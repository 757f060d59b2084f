package online_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/online/onlinetest"
	"github.com/truepoint/truepoint/value"
)

// roundTrip is how long a distant store takes to answer.
const roundTrip = 10 * time.Millisecond

// A distant store answers after roundTrip what it held when the reading was sent, and counts. While stuck is set, readings
// wait for their context.
type distant struct {
	*memonline.Driver

	mu    sync.Mutex
	calls int
	keys  map[string]int // how often each was read
	stuck bool
	fails error
}

func (d *distant) Distant() bool { return true }

func (d *distant) GetBatch(ctx context.Context, items []online.TableKeys) error {
	d.mu.Lock()
	d.calls++
	for _, item := range items {
		for _, k := range item.Keys {
			d.keys[item.Table+string(k)]++
		}
	}
	stuck, fails := d.stuck, d.fails
	d.mu.Unlock()
	if err := d.Driver.GetBatch(ctx, items); err != nil {
		return err
	}
	if stuck {
		<-ctx.Done()
		return ctx.Err()
	}
	select {
	case <-time.After(roundTrip):
		return fails
	case <-ctx.Done():
		return ctx.Err()
	}
}

var counted = value.Schema{ID: 1, Fields: []value.Field{{Name: "n", Type: int64s}}}

// A crowd reads from one distant store.
type crowd struct {
	t     *testing.T
	d     *distant
	s     *online.Store
	ended sync.WaitGroup
}

func newCrowd(t *testing.T) *crowd {
	d := &distant{Driver: memonline.New(), keys: map[string]int{}}
	c := &crowd{t: t, d: d, s: online.New(d, nil)}
	c.put("hot", 1)
	return c
}

// put writes a row of a key whose event time and only value are n.
func (c *crowd) put(key string, n int64) {
	c.t.Helper()
	putAll(c.t, c.s, online.Cell{Key: onlinetest.Key(c.t, key), Row: row(c.t, &counted, eventtime.Instant(n), value.OfInt64(n))})
}

// read returns the values of keys, 0 for one without a row.
func (c *crowd) read(ctx context.Context, keys ...string) ([]int64, error) {
	r := &online.Read{Use: use([]feature.Field{{Name: "n", Type: int64s}}, counted), Table: table}
	for _, k := range keys {
		r.Keys = append(r.Keys, onlinetest.Key(c.t, k))
	}
	out := make([]int64, len(keys))
	err := c.s.Each(ctx, []*online.Read{r}, func(_, key int, _ *online.RowInfo, cells []value.Value) {
		if cells != nil {
			out[key] = cells[0].Int()
		}
	})
	return out, err
}

// start has n callers read keys at once; each must get want, or at least want for a key that is written meanwhile.
func (c *crowd) start(n int, want int64, keys ...string) {
	for range n {
		c.ended.Go(func() {
			got, err := c.read(c.t.Context(), keys...)
			if err != nil || got[0] < want {
				c.t.Errorf("read %v: got %v, %v, want at least %d", keys, got, err, want)
			}
		})
	}
	synctest.Wait() // all have asked
}

func TestAHotKeyIsReadAFewTimesForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		began := time.Now()
		c.start(1000, 1, "hot")
		c.ended.Wait()
		if took := time.Since(began); c.d.calls != 6 || took != 2*roundTrip {
			t.Errorf("1,000 readings at once: got %d calls in %s, want 4 alone, 1 for the first that joins and 1 for the rest, in %s", c.d.calls, took, 2*roundTrip)
		}
	})
}

func TestKeysThatMeetByChanceDoNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		began := time.Now()
		for n := range 100 {
			c.start(1, 0, fmt.Sprint(n), fmt.Sprint(n+1), fmt.Sprint(n+2))
		}
		c.ended.Wait()
		if took := time.Since(began); c.d.calls != 100 || took != roundTrip {
			t.Errorf("100 readings of keys that few share: got %d calls in %s, want 100 in %s", c.d.calls, took, roundTrip)
		}
	})
}

func TestOnlyHotKeysOfAReadingAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.put("b", 7)
		c.start(5, 1, "hot")
		c.ended.Go(func() {
			got, err := c.read(t.Context(), "a", "hot", "b")
			if err != nil || got[0] != 0 || got[1] != 1 || got[2] != 7 {
				t.Errorf("got %v, %v, want 0, 1, 7", got, err)
			}
		})
		c.ended.Wait()
		if a := c.d.keys[table+string(onlinetest.Key(t, "a"))]; a != 1 {
			t.Errorf("a key beside a hot one was read %d times, want once", a)
		}
	})
}

func TestASharedReadingSeesWhatWasWrittenBeforeItsCallersAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		for n := range int64(20) {
			c.put("hot", n+2) // while earlier readings are under way
			c.start(10, n+2, "hot")
			<-time.After(roundTrip / 4)
		}
		c.ended.Wait()
		if c.d.calls >= 100 {
			t.Errorf("200 readings took %d calls: nothing was shared", c.d.calls)
		}
	})
}

func TestACallerThatLeavesDoesNotEndTheReadingOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.start(5, 1, "hot") // the fifth is shared and runs
		ctx, cancel := context.WithCancel(t.Context())
		c.ended.Go(func() {
			if _, err := c.read(ctx, "hot"); !errors.Is(err, context.Canceled) {
				t.Errorf("the caller that left: got %v", err)
			}
		})
		synctest.Wait()
		c.start(3, 1, "hot") // with it
		cancel()
		c.ended.Wait()
		if c.d.calls != 6 {
			t.Errorf("got %d calls, want 6", c.d.calls)
		}
	})
}

func TestAReadingForWhichNobodyWaitsEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.d.stuck = true
		ctx, cancel := context.WithCancel(t.Context())
		for range 10 {
			c.ended.Go(func() {
				if _, err := c.read(ctx, "hot"); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want that the caller gave up", err)
				}
			})
		}
		synctest.Wait()
		cancel()
		c.ended.Wait()
		c.d.stuck = false
		c.start(10, 1, "hot")
		c.ended.Wait()
		if err := c.s.Close(); err != nil { // returns when no shared reading is left
			t.Error(err)
		}
	})
}

func TestAStuckReadingDoesNotStopTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.d.stuck = true
		ctx, cancel := context.WithCancel(t.Context())
		for range 5 {
			c.ended.Go(func() { _, _ = c.read(ctx, "hot") })
		}
		synctest.Wait()
		c.d.stuck = false
		began := time.Now()
		c.start(10, 1, "hot")
		for range 10 {
			got, err := c.read(t.Context(), "hot")
			if err != nil || got[0] != 1 {
				t.Errorf("got %v, %v", got, err)
			}
		}
		if took := time.Since(began); took > 10*100*time.Millisecond {
			t.Errorf("ten readings after a stuck one took %s", took)
		}
		cancel()
		c.ended.Wait()
	})
}

func TestAFailureReachesAllWhoShareIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.d.fails = errs.New(errs.ResourceExhausted, "too much")
		for range 20 {
			c.ended.Go(func() {
				if _, err := c.read(t.Context(), "hot"); errs.CodeOf(err) != errs.ResourceExhausted {
					t.Errorf("got %v, want the failure of the store", err)
				}
			})
		}
		c.ended.Wait()
	})
}

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
			if err := s.Each(t.Context(), r, func(int, int, *online.RowInfo, []value.Value) {}); err != nil {
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
					if err := s.Each(b.Context(), r, func(int, int, *online.RowInfo, []value.Value) {}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
