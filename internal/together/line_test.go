package together_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/internal/together"
)

// A bench is a line whose groups take a second each, and what they were.
type bench struct {
	*together.Line[int, int]
	groups [][]int
	ended  []error // of the context of each group, at its end
	work   sync.WaitGroup
}

// newBench returns a bench whose groups hold so much; an item is as great as itself.
func newBench(most int) *bench {
	b := &bench{}
	b.Line = &together.Line[int, int]{Running: &b.work, Most: most, Size: func(n int) int { return n }}
	b.Work = func(ctx context.Context, items []int) (int, error) {
		b.groups = append(b.groups, slices.Clone(items))
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
		b.ended = append(b.ended, ctx.Err())
		if slices.Contains(items, 13) {
			return 0, errThirteen
		}
		return len(items), nil
	}
	return b
}

var errThirteen = errors.New("thirteen")

// bring brings items one after the other, in this order, and returns when all have their answers.
func (b *bench) bring(t *testing.T, items ...int) (results []int, failed []error) {
	t.Helper()
	results, failed = make([]int, len(items)), make([]error, len(items))
	var all sync.WaitGroup
	for i, n := range items {
		all.Go(func() { results[i], failed[i] = b.Do(t.Context(), n) })
		synctest.Wait()
	}
	all.Wait()
	return results, failed
}

func (b *bench) want(t *testing.T, groups ...[]int) {
	t.Helper()
	if !slices.EqualFunc(b.groups, groups, slices.Equal) {
		t.Errorf("groups %v, want %v", b.groups, groups)
	}
}

func TestTheFirstGoesAloneAndThoseWhoCameMeanwhileTogetherInTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, began := newBench(100), time.Now()
		results, _ := b.bring(t, 5, 3, 9, 1)
		b.want(t, []int{5}, []int{3, 9, 1})
		if !slices.Equal(results, []int{1, 3, 3, 3}) {
			t.Errorf("results %v", results)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("it took %s, want two groups of a second", took)
		}
	})
}

func TestAGroupHoldsWhatFitsAndAGreaterItemGoesAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(10)
		b.bring(t, 1, 6, 4, 5, 70, 2)
		b.want(t, []int{1}, []int{6, 4}, []int{5}, []int{70}, []int{2})
	})
}

func TestAnErrorIsThatOfItsGroupAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(20)
		_, failed := b.bring(t, 1, 13, 2, 8)
		if want := []error{nil, errThirteen, errThirteen, nil}; !slices.Equal(failed, want) {
			t.Errorf("got %v, want %v", failed, want)
		}
	})
}

func TestWhoLeavesBeforeTheGroupBeginsBringsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(100)
		var all sync.WaitGroup
		all.Go(func() { _, _ = b.Do(t.Context(), 1) })
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		for _, n := range []int{2, 3} {
			all.Go(func() {
				if _, err := b.Do(short, n); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%d: %v", n, err)
				}
			})
			synctest.Wait()
		}
		<-time.After(2 * time.Millisecond)
		all.Go(func() { _, _ = b.Do(t.Context(), 4) })
		all.Wait()
		b.want(t, []int{1}, []int{4})
		if _, err := b.Do(short, 5); !errors.Is(err, context.DeadlineExceeded) || len(b.groups) != 2 {
			t.Errorf("an ended context: %v, groups %v", err, b.groups)
		}
	})
}

func TestWorkGoesOnUntilAllWhoWaitForItHaveLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, began := newBench(100), time.Now()
		var all sync.WaitGroup
		within := func(d time.Duration, n int) {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), d)
				defer cancel()
				_, _ = b.Do(ctx, n)
			})
			synctest.Wait()
		}
		within(100*time.Millisecond, 1) // its group has nobody else and stops
		within(300*time.Millisecond, 2)
		within(time.Minute, 3)
		all.Wait()
		b.work.Wait()
		b.want(t, []int{1}, []int{2, 3})
		if b.ended[0] == nil || b.ended[1] != nil {
			t.Errorf("contexts ended with %v, want the first alone", b.ended)
		}
		if took := time.Since(began); took != 1100*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

func TestEveryItemIsWorkedOnOnce(t *testing.T) {
	t.Parallel()
	var seen []int
	var work sync.WaitGroup
	l := &together.Line[int, struct{}]{Running: &work, Most: 64, Size: func(int) int { return 1 }, Gathers: true}
	l.Work = func(_ context.Context, items []int) (struct{}, error) {
		seen = append(seen, items...)
		return struct{}{}, nil
	}
	var all sync.WaitGroup
	for n := range 1000 {
		all.Go(func() {
			if _, err := l.Do(t.Context(), n); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	work.Wait()
	slices.Sort(seen)
	for n, got := range seen {
		if got != n {
			t.Fatalf("item %d at place %d", got, n)
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d items, want 1000", len(seen))
	}
}

func TestAGroupWaitsForThoseWhoWereInTheOneBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(100)
		b.Gathers = true
		b.bring(t, 1, 2, 3) // the two wait for the first to come again
		<-time.After(300 * time.Microsecond)
		b.bring(t, 4, 5) // they wait for each other
		<-time.After(time.Millisecond)
		began := time.Now()
		b.bring(t, 6) // after a pause nobody waits
		b.want(t, []int{1}, []int{2, 3}, []int{4, 5}, []int{6})
		if took := time.Since(began); took != time.Second {
			t.Errorf("the one after a pause took %s, want the second of its work", took)
		}
		began = time.Now()
		b.bring(t, 7, 8, 9)
		b.bring(t, 10) // for another that does not come
		if took := time.Since(began); took != 3*time.Second+time.Millisecond {
			t.Errorf("the last three groups took %s, want a second each and twice half a millisecond", took)
		}
		<-time.After(10 * time.Microsecond)
		began = time.Now()
		b.bring(t, 11)
		if took := time.Since(began); took != time.Second {
			t.Errorf("one caller alone took %s, want the second of its work", took)
		}
	})
}

func TestWhoLeavesWhileItsGroupGathersHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(100)
		b.Gathers = true
		b.bring(t, 1, 2, 3)
		short, cancel := context.WithTimeout(t.Context(), 100*time.Microsecond)
		defer cancel()
		if _, err := b.Do(short, 4); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		b.bring(t, 5)
		b.want(t, []int{1}, []int{2, 3}, []int{5})
	})
}

func TestWithOneProcessorAGroupWaitsForThoseWhoAreBusyWithTheirResults(t *testing.T) {
	t.Parallel()
	for took, c := range map[time.Duration]struct {
		groups [][]int
		waits  time.Duration
	}{
		1200 * time.Microsecond: {[][]int{{1}, {2, 3}}, 1200 * time.Microsecond}, // it brings 3 and leaves
		time.Hour:               {[][]int{{1}, {2}}, 2 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, began := newBench(100), time.Now()
			b.Gathers, b.Yields = true, true
			var all sync.WaitGroup
			all.Go(func() {
				b.Enter()
				_, _ = b.Do(t.Context(), 1)
				<-time.After(took)
				if took < time.Second {
					all.Go(func() { _, _ = b.Do(t.Context(), 3) })
					<-time.After(100 * time.Microsecond)
				}
				b.Leave()
			})
			<-time.After(time.Second + time.Microsecond)
			b.Enter()
			_, _ = b.Do(t.Context(), 2)
			b.Leave()
			if waited := time.Since(began) - 2*time.Second; waited < c.waits || waited > c.waits+time.Millisecond {
				t.Errorf("busy for %s: it waited for %s, want %s", took, waited, c.waits)
			}
			all.Wait()
			b.work.Wait()
			b.want(t, c.groups...)
		})
	}
}
