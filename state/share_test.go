package state_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/memstate"
	"github.com/truepoint/truepoint/state/statetest"
)

func TestConformanceOfShared(t *testing.T) {
	statetest.Run(t, func(*testing.T) state.Driver { return state.Share(memstate.New()) })
}

// slow is a state whose readings take a second, of which the record is read at the beginning.
type slow struct {
	state.Driver
	gets atomic.Int64
}

func (s *slow) Get(ctx context.Context, key string) (state.Record, error) {
	s.gets.Add(1)
	r, err := s.Driver.Get(ctx, key)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return state.Record{}, ctx.Err()
	}
	return r, err
}

func TestARecordIsReadOnceForAllWhoAskMeanwhileAndNeverFromBeforeTheyAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &slow{Driver: memstate.New()}
		s := state.Share(d)
		var all sync.WaitGroup
		ask := func(want string) {
			all.Go(func() {
				if r, err := s.Get(t.Context(), "k"); err != nil || string(r.Value) != want || r.Key != "k" {
					t.Errorf("got %+v, %v, want %q", r, err, want)
				}
			})
			synctest.Wait()
		}
		ask("")
		version := int64(0)
		for i := range 5 { // while the first reading is under way
			v, err := s.CompareAndSwap(t.Context(), "k", version, []byte(strconv.Itoa(i)))
			if err != nil {
				t.Fatal(err)
			}
			version = v
			ask("4")
		}
		all.Go(func() { _, _ = s.Get(t.Context(), "another") })
		all.Wait()
		if n := d.gets.Load(); n != 3 {
			t.Errorf("%d readings, want 3: the first, one for the five, and that of another record", n)
		}
	})
}

func TestACallerThatLeavesDoesNotStopTheReadingOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := state.Share(&slow{Driver: memstate.New()})
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() { _, _ = s.Get(t.Context(), "k") })
		synctest.Wait()
		for _, ctx := range []context.Context{short, t.Context()} {
			all.Go(func() {
				if _, err := s.Get(ctx, "k"); (err != nil) != (ctx == short) {
					t.Errorf("got %v", err)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
