package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/state"
)

func TestPushesWithIDsThatComeAtOnceShareWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, began := newCrowd(t), time.Now()
		for n := range 20 {
			c.pushAs(t.Context(), fmt.Sprint("push ", n), "a", n, mustPush(t))
		}
		c.all.Wait()
		// The first by itself, the claims and entries of the others with its result, and their results.
		if n, took := c.log.writes.Load(), time.Since(began); n != 3 || took > 3*time.Second+time.Millisecond {
			t.Errorf("%d writes in %s, want 3", n, took)
		}
		c.wantTwenty(t)
		for n := range 20 {
			again := push(t, &storetest.Rig{Store: c.store}, &truepoint.PushRequest{Source: "p", Rows: one("a", n), ID: fmt.Sprint("push ", n)})
			if !again.Repeated || again.Arrival != noon+1+eventtime.Instant(n) {
				t.Errorf("push %d again: %+v", n, again)
			}
		}
	})
}

func TestPushesOfOneIDAtOnceAreOnePush(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.push(t.Context(), "b", 0, mustPush(t)) // the others wait for it, and are one group
		var mu sync.Mutex
		var arrivals []string
		for range 3 {
			c.pushAs(t.Context(), "the same", "a", 7, func(r *truepoint.PushResult, err error) {
				if err != nil || r.Views[0].Written+r.Views[0].Superseded != 1 {
					t.Errorf("got %+v, %v", r, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				arrivals = append(arrivals, r.Arrival.String())
			})
		}
		c.pushAs(t.Context(), "the same", "a", 8, func(_ *truepoint.PushResult, err error) {
			if errs.CodeOf(err) != errs.InvalidArgument {
				t.Errorf("the id for other rows: %v", err)
			}
		})
		c.all.Wait()
		if want := (noon + 2).String(); !reflect.DeepEqual(arrivals, []string{want, want, want}) {
			t.Errorf("arrivals %v, want %s of all", arrivals, want)
		}
		if got := c.logged(t); got != "0 7" {
			t.Errorf("the log has %s, want the push once", got)
		}
	})
}

// A plain state changes one record at a time.
type plain struct{ state.Driver }

func TestAPushThatBrokeOffBetweenLogAndAnswerIsLoggedOnce(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(state.Driver) state.Driver{
		"records together": func(d state.Driver) state.Driver { return d },
		"one by one":       func(d state.Driver) state.Driver { return plain{d} },
	} {
		r, b := rig(t, nil)
		s := r.Second(t, func(o *truepoint.Options) { o.State = change(o.State) })
		req := &truepoint.PushRequest{Source: "p", Rows: one("a", 1), ID: "1"}
		b.open.Store(true)
		if _, err := s.Push(t.Context(), req); errs.CodeOf(err) != errs.Unavailable {
			t.Fatalf("%s: %v", name, err)
		}
		b.open.Store(false)
		r.Clock.Add(5)
		for n := range 2 {
			res, err := s.Push(t.Context(), req)
			if err != nil || res.Arrival != noon || res.Repeated != (n > 0) || res.Views[0].Written != 1 {
				t.Errorf("%s: repetition %d: %+v, %v", name, n, res, err)
			}
		}
		if got := logged(t, s); got != "1" {
			t.Errorf("%s: the log has %s, want the push once", name, got)
		}
	}
}

// An interrupted state fails once before it writes the push log, as a process would that is killed there.
type interrupted struct {
	state.Driver
	done bool
}

func (s *interrupted) CompareAndSwap(ctx context.Context, key string, expected int64, body []byte) (int64, error) {
	if strings.HasPrefix(key, "pushlog/") && !s.done {
		s.done = true
		return 0, errors.New("killed")
	}
	return s.Driver.CompareAndSwap(ctx, key, expected, body)
}

func TestAClaimWithoutAnEntryIsLoggedByItsRepetition(t *testing.T) {
	t.Parallel()
	r, b := rig(t, nil)
	s := r.Second(t, func(o *truepoint.Options) { o.State = &interrupted{Driver: o.State} })
	req := &truepoint.PushRequest{Source: "p", Rows: one("a", 1), ID: "1"}
	if _, err := s.Push(t.Context(), req); err == nil || b.puts.Load() != 0 {
		t.Fatalf("%v after %d writes, want an error before any", err, b.puts.Load())
	}
	r.Clock.Add(5)
	if res := push(t, r, req); res.Arrival != noon || res.Repeated { // by a process whose state can do both at once
		t.Errorf("got %+v", res)
	}
	if got := logged(t, s); got != "1" {
		t.Errorf("the log has %s", got)
	}
}

func TestALogThatCannotBeWrittenTakesNoIDs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.log.failing = 1
		for n := range 3 {
			c.pushAs(t.Context(), fmt.Sprint(n), "a", n, func(_ *truepoint.PushResult, err error) {
				if errs.CodeOf(err) != errs.Unavailable {
					t.Errorf("got %v", err)
				}
			})
		}
		c.all.Wait()
		if got := claims(t, c.Options.State); got != "" || c.logged(t) != "" || c.breaker.puts.Load() != 0 {
			t.Errorf("it left the claims %s and the log %s after %d writes of rows", got, c.logged(t), c.breaker.puts.Load())
		}
	})
}

func TestAnExpiredIDIsTakenAnewInAGroup(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	req := &truepoint.PushRequest{Source: "p", Rows: one("a", 1), ID: "1"}
	push(t, r, req)
	r.Clock.Add(ingest.IDKept + 1)
	if res := push(t, r, req); res.Repeated || res.Arrival != r.Clock.Now() {
		t.Errorf("got %+v", res)
	}
	if got := logged(t, r.Store); got != "1 1" {
		t.Errorf("the log has %s, want both pushes", got)
	}
}
