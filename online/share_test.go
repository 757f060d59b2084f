package online_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/onlinetest"
)

func TestAHotKeyIsReadAFewTimesForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		began := time.Now()
		c.start(1000, 1, "hot")
		c.ended.Wait()
		if took := time.Since(began); c.d.calls != online.Alone+2 || took != 2*roundTrip {
			t.Errorf("1,000 readings at once: got %d calls in %s, want %d alone, 1 for the first that joins and 1 for the rest, in %s", c.d.calls, took, online.Alone, 2*roundTrip)
		}
	})
}

// A tally sums what calls share. It is an online.Watcher.
type tally struct{ keys, shared atomic.Int64 }

func (*tally) Now() time.Time { return time.Now() }

func (y *tally) Called(_ context.Context, c online.Call) {
	if c.Op == online.OpRead {
		y.keys.Add(int64(c.Keys))
		y.shared.Add(int64(c.Shared))
	}
}

func TestKeysThatTheStoreIsNotAskedForAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, y := newCrowd(t), &tally{}
		c.s.Watch(y)
		c.start(1000, 1, "hot")
		c.ended.Wait()
		asked := c.d.keys[table+string(onlinetest.Key(t, "hot"))]
		if keys, shared := y.keys.Load(), y.shared.Load(); keys != 1000 || keys-shared != int64(asked) {
			t.Errorf("1,000 readings of one key, for which the store was asked %d times: told of %d keys, %d of them shared", asked, keys, shared)
		}
	})
}

func TestKeysThatMeetByChanceDoNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		began := time.Now()
		for n := range 20 {
			c.start(1, 0, fmt.Sprint(n), fmt.Sprint(n+1), fmt.Sprint(n+2))
		}
		c.ended.Wait()
		// Two keys share a counter in one of a thousand runs, and then one reading waits for another.
		if took := time.Since(began); c.d.calls < 19 || took > 2*roundTrip {
			t.Errorf("20 readings of keys that few share: got %d calls in %s, want 20 in %s", c.d.calls, took, roundTrip)
		}
	})
}

func TestOnlyHotKeysOfAReadingAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.put("b", 7)
		c.start(online.Alone+1, 1, "hot")
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

func TestEveryCallerGetsTheRowsOfItsHotKeys(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		want := map[string]int64{"hot": 1, "none": 0}
		for n, key := range []string{"b", "c", "d", "e"} {
			want[key] = int64(n + 2)
			c.put(key, want[key])
		}
		all := slices.Sorted(maps.Keys(want))
		for range 200 {
			var keys []string
			for _, i := range rng.Perm(len(all))[:1+rng.IntN(len(all))] {
				keys = append(keys, all[i])
			}
			c.ended.Go(func() {
				got, err := c.read(t.Context(), keys...)
				for i, key := range keys {
					if err != nil || got[i] != want[key] {
						t.Errorf("read %v: got %v, %v", keys, got, err)
						return
					}
				}
			})
		}
		c.ended.Wait()
		if c.d.calls >= 200 {
			t.Errorf("200 readings took %d calls: nothing was shared", c.d.calls)
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
	for when, wait := range map[string]time.Duration{"before it begins": 0, "while it runs": roundTrip + roundTrip/2} {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowd(t)
			c.start(online.Alone+1, 1, "hot") // the last is shared and runs
			ctx, cancel := context.WithCancel(t.Context())
			c.ended.Go(func() {
				if _, err := c.read(ctx, "hot"); !errors.Is(err, context.Canceled) {
					t.Errorf("%s: the caller that left: got %v", when, err)
				}
			})
			synctest.Wait()
			c.start(1, 1, "hot") // with it
			<-time.After(wait)
			cancel()
			c.ended.Wait()
			if c.d.calls != online.Alone+2 {
				t.Errorf("%s: got %d calls, want %d", when, c.d.calls, online.Alone+2)
			}
		})
	}
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
		for range online.Alone + 1 {
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
