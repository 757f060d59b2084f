package runs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/memstate"
)

// counted is a state that counts its writes. The first waits until gate is closed, if there is one.
type counted struct {
	state.Driver
	writes atomic.Int64
	begun  chan struct{}
	gate   chan struct{}
	fail   error
}

func (c *counted) CompareAndSwap(ctx context.Context, key string, expected int64, body []byte) (int64, error) {
	if c.writes.Add(1) == 1 && c.gate != nil {
		close(c.begun)
		<-c.gate
	}
	if c.fail != nil {
		return 0, c.fail
	}
	return c.Driver.CompareAndSwap(ctx, key, expected, body)
}

// known returns a state in which view "v" has generations 1 and 2.
func known(t *testing.T) state.Driver {
	t.Helper()
	d := memstate.New()
	_, err := runs.NewLedger(d, "p").Update(t.Context(), "v", func(v *runs.View) error { v.Generation(1); v.Generation(2); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func wantNewest(t *testing.T, d state.Driver, first, second eventtime.Instant) {
	t.Helper()
	v, err := runs.NewLedger(d, "p").View(t.Context(), "v")
	if err != nil || len(v.Generations) != 2 || v.Generations[0].Newest != first || v.Generations[1].Newest != second {
		t.Errorf("got %+v, %v, want %v and %v", v.Generations, err, first, second)
	}
}

func TestWroteKeepsTheNewestOfEachGeneration(t *testing.T) {
	t.Parallel()
	d := &counted{Driver: known(t)}
	l := runs.NewLedger(d, "p")
	wantNewest(t, d, eventtime.None, eventtime.None)
	for i, marks := range [][]runs.Mark{
		{{Generation: 1, Newest: -5}}, {{Generation: 1, Newest: -9}, {Generation: 2, Newest: 7}}, {{Generation: 2, Newest: eventtime.None}}, {{Generation: 2, Newest: 7}}, nil,
	} {
		if err := l.Wrote(t.Context(), "v", marks...); err != nil {
			t.Fatal(i, err)
		}
	}
	wantNewest(t, d, -5, 7)
	if n := d.writes.Load(); n != 2 {
		t.Errorf("%d writes, want 2: what is noted is not written again", n)
	}
}

func TestWroteMakesNoRecordOfACollectedGeneration(t *testing.T) {
	t.Parallel()
	d := known(t)
	if err := runs.NewLedger(d, "p").Wrote(t.Context(), "v", runs.Mark{Generation: 3, Newest: 1}); err != nil {
		t.Fatal(err)
	}
	wantNewest(t, d, eventtime.None, eventtime.None)
}

func TestCallsAtOnceShareAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &counted{Driver: known(t), begun: make(chan struct{}), gate: make(chan struct{})}
		l := runs.NewLedger(d, "p")
		var all sync.WaitGroup
		note := func(at eventtime.Instant) {
			if err := l.Wrote(t.Context(), "v", runs.Mark{Generation: 1, Newest: at}); err != nil {
				t.Error(err)
			}
		}
		all.Go(func() { note(1) })
		<-d.begun
		const callers = 50
		for i := range callers {
			all.Go(func() { note(eventtime.Instant(2 + i)) })
		}
		synctest.Wait() // until all of them wait for their turn
		close(d.gate)
		all.Wait()
		wantNewest(t, d, callers+1, eventtime.None)
		if n := d.writes.Load(); n != 2 {
			t.Errorf("%d writes, want 2: the first, and one for the %d callers that waited", n, callers)
		}
	})
}

func TestWroteThatFailedIsNotedByTheNext(t *testing.T) {
	t.Parallel()
	d := &counted{Driver: known(t), fail: errors.New("no")}
	l := runs.NewLedger(d, "p")
	if err := l.Wrote(t.Context(), "v", runs.Mark{Generation: 1, Newest: 9}); err == nil {
		t.Fatal("it cannot have been noted")
	}
	d.fail = nil
	if err := l.Wrote(t.Context(), "v", runs.Mark{Generation: 2, Newest: 3}); err != nil {
		t.Fatal(err)
	}
	wantNewest(t, d, 9, 3)
}

func TestWroteEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	d := &counted{Driver: known(t), begun: make(chan struct{}), gate: make(chan struct{})}
	l := runs.NewLedger(d, "p")
	var first sync.WaitGroup
	first.Go(func() { _ = l.Wrote(t.Context(), "v", runs.Mark{Generation: 1, Newest: 1}) })
	<-d.begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Wrote(ctx, "v", runs.Mark{Generation: 1, Newest: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(d.gate)
	first.Wait()
}
