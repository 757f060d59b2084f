package idle_test

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/server/idle"
)

// crowd takes n items at one time and puts them back, and returns how many of them are new.
func crowd(l *idle.List[int], n int) (fresh int) {
	var taken []*int
	for range n {
		x := l.Get()
		if *x == 0 {
			fresh++
		}
		*x = 1
		taken = append(taken, x)
	}
	for _, x := range taken {
		l.Put(x)
	}
	return fresh
}

func TestACrowdIsServedByTheItemsOfTheCrowdBeforeIt(t *testing.T) {
	t.Parallel()
	var l idle.List[int]
	if fresh := crowd(&l, 500); fresh != 500 {
		t.Errorf("the first crowd got %d new items", fresh)
	}
	if fresh := crowd(&l, 500); fresh != 0 {
		t.Errorf("the second crowd got %d new items", fresh)
	}
}

func TestItemsThatNobodyNeedsAreLetGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var l idle.List[int]
		crowd(&l, 500)
		for range 4 {
			<-time.After(7 * time.Second)
			crowd(&l, 100)
		}
		if fresh := crowd(&l, 500); fresh != 400 {
			t.Errorf("100 at a time for 28 s left %d items", 500-fresh)
		}
		<-time.After(time.Minute)
		least := idle.PerCore * runtime.GOMAXPROCS(0)
		if fresh := crowd(&l, 500); fresh != 500-least {
			t.Errorf("a minute without requests left %d items, want %d", 500-fresh, least)
		}
		<-time.After(time.Minute) // the last look was the last one, or the test does not end
	})
}

func TestNoItemHasTwoUsers(t *testing.T) {
	t.Parallel()
	var l idle.List[int]
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			for range 2000 {
				x := l.Get()
				*x++
				if *x != 1 {
					t.Error("an item has two users")
				}
				*x = 0
				l.Put(x)
			}
		})
	}
	wait.Wait()
}

func TestANilListKeepsNothing(t *testing.T) {
	t.Parallel()
	var l *idle.List[int]
	x := l.Get()
	l.Put(x)
	if l.Get() == x {
		t.Error("the item came back")
	}
}
