package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/value"
)

// A slowLog is a state that takes a second to write an entry of the push log, and fails to from its write number failing
// on, counted from 1.
type slowLog struct {
	state.Driver
	writes  atomic.Int64
	failing int64
}

func (s *slowLog) CompareAndSwap(ctx context.Context, key string, expected int64, body []byte) (int64, error) {
	if !strings.HasPrefix(key, "pushlog/") {
		return s.Driver.CompareAndSwap(ctx, key, expected, body)
	}
	n := s.writes.Add(1)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if s.failing > 0 && n >= s.failing {
		return 0, errors.New("the disk is full")
	}
	return s.Driver.CompareAndSwap(ctx, key, expected, body)
}

func (s *slowLog) Code(error) errs.Code { return errs.Unavailable }

// A crowd pushes at once, to a store with a slow log.
type crowd struct {
	*storetest.Rig
	log     *slowLog
	breaker *breaker
	store   *truepoint.Store
	all     sync.WaitGroup
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c := &crowd{}
	c.Rig, c.breaker = rig(t, nil)
	c.log = &slowLog{Driver: c.Options.State}
	c.store = c.Second(t, func(o *truepoint.Options) { o.State = c.log })
	t.Cleanup(func() { c.store.Close() })
	return c
}

// push pushes value n of key k, a microsecond after the push before it, and shows what came of it to see.
func (c *crowd) push(ctx context.Context, k string, n int, see func(*truepoint.PushResult, error)) {
	c.Clock.Add(1)
	columns := map[string]string{"k": fmt.Sprintf("[%q]", k), "event": `["2026-03-12T11:00:00Z"]`, "f": fmt.Sprintf("[%d]", n), "g": "[null]"}
	c.all.Go(func() { see(c.store.Push(ctx, &truepoint.PushRequest{Source: "p", Rows: rows(columns)})) })
	synctest.Wait()
}

// logged returns what the push log holds, in its order: the values of f.
func (c *crowd) logged(t *testing.T) string {
	t.Helper()
	entries, err := c.store.PushLog(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		schema := &value.Schema{ID: 1, Fields: e.Fields}
		for _, row := range e.Rows {
			cells := make([]value.Value, len(e.Fields))
			if err := value.DecodeRow(schema, row, cells); err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprint(cells[2].Int()))
		}
	}
	return strings.Join(out, " ")
}

func mustPush(t *testing.T) func(*truepoint.PushResult, error) {
	return func(r *truepoint.PushResult, err error) {
		if err != nil || r.Rows != 1 || len(r.Views) != 2 || r.Views[0].Written+r.Views[0].Superseded != 1 {
			t.Errorf("got %+v, %v", r, err)
		}
	}
}

func TestPushesThatComeWhileOneIsLoggedAreLoggedByOneWriteInTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, began := newCrowd(t), time.Now()
		for n := range 20 {
			c.push(t.Context(), "a", n, func(r *truepoint.PushResult, err error) {
				if mustPush(t)(r, err); r.Arrival != noon+eventtime.Instant(n)+1 {
					t.Errorf("push %d arrived at %s", n, r.Arrival)
				}
			})
		}
		c.all.Wait()
		if n, took := c.log.writes.Load(), time.Since(began); n != 2 || took > 2*time.Second+time.Millisecond {
			t.Errorf("%d writes in %s, want the first and one for the others", n, took)
		}
		if got, want := c.logged(t), "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"; got != want {
			t.Errorf("the log has %s, want %s", got, want)
		}
		if got := read(t, c.Rig, "v:f", "a"); got != "19" {
			t.Errorf("the key reads %s, want what arrived last", got)
		}
	})
}

func TestRowsThatAreNotValidFailAloneAndOthersOfTheirTimeAreTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		for n := range 3 {
			c.push(t.Context(), "a", n, mustPush(t))
		}
		wrong := append(rows(map[string]string{"k": `["a"]`, "event": "[0]", "f": `["no number"]`}), input.FromTexts("g", []string{"1"}))
		if _, err := c.store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: wrong}); errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("got %v", err)
		}
		c.all.Wait()
		if got := c.logged(t); got != "0 1 2" {
			t.Errorf("the log has %s", got)
		}
	})
}

func TestALogThatCannotBeWrittenFailsAllWhoWaitForItAndWritesNoRow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.log.failing = 2
		c.push(t.Context(), "a", 1, mustPush(t))
		for n := range 3 {
			c.push(t.Context(), fmt.Sprint("b", n), n, func(r *truepoint.PushResult, err error) {
				if errs.CodeOf(err) != errs.Unavailable || r != nil {
					t.Errorf("got %+v, %v", r, err)
				}
			})
		}
		c.all.Wait()
		if n := c.breaker.puts.Load(); n != 2 {
			t.Errorf("%d writes, want those of the first push to its two views", n)
		}
	})
}

func TestNothingIsAnsweredOrServedBeforeItIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		var answered atomic.Int64
		for n := range 3 {
			c.push(t.Context(), fmt.Sprint(n), n, func(*truepoint.PushResult, error) { answered.Add(1) })
		}
		<-time.After(1500 * time.Millisecond) // the second write is under way
		if got := c.logged(t); got != "0" || answered.Load() != 1 || c.breaker.puts.Load() != 2 {
			t.Errorf("%d answers and %d writes while the log has %s", answered.Load(), c.breaker.puts.Load(), got)
		}
		c.all.Wait()
	})
}

func TestAClientThatLeavesBeforeItIsLoggedPushesNothingAndStopsNobody(t *testing.T) {
	t.Parallel()
	leaves(t, time.Millisecond, "0 2")
}

func TestAClientThatLeavesWhileItIsLoggedLeavesTheOthersOfItsGroup(t *testing.T) {
	t.Parallel()
	leaves(t, 1500*time.Millisecond, "0 1 2") // what is logged and was not answered may be replayed
}

// leaves pushes three rows, of which the client of the second leaves after a time, and compares what is logged.
func leaves(t *testing.T, after time.Duration, logged string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		gone, cancel := context.WithTimeout(t.Context(), after)
		defer cancel()
		c.push(t.Context(), "a", 0, mustPush(t))
		c.push(gone, "b", 1, func(_ *truepoint.PushResult, err error) {
			if errs.CodeOf(err) != errs.DeadlineExceeded {
				t.Errorf("got %v", err)
			}
		})
		c.push(t.Context(), "c", 2, mustPush(t))
		c.all.Wait()
		if got := c.logged(t); got != logged || read(t, c.Rig, "v:f", "b") != "NOT_FOUND" {
			t.Errorf("the log has %s, want %s and nothing of the client that left to be read", got, logged)
		}
	})
}

func TestAGroupIsForgottenWhenAllOfItIsOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		for n := range 5 {
			c.push(t.Context(), "a", n, mustPush(t))
		}
		c.all.Wait()
		env := &ingest.Env{Project: storetest.Project, State: c.log}
		for at, want := range map[eventtime.Instant]int{noon + 1: 0, noon + 2: 1, noon + 5: 1, noon + 6: 2} {
			if old, err := env.OldLog(t.Context(), at); err != nil || len(old) != want {
				t.Errorf("before noon + %d µs: %d records, %v; want %d", at-noon, len(old), err, want)
			}
		}
	})
}

// TestFormat2OfThePushLogIsReadForEver compares what pushes leave in one record with the bytes that the first release of
// this format left, and reads those.
func TestFormat2OfThePushLogIsReadForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		for n := range 3 {
			c.push(t.Context(), "a", n, mustPush(t))
		}
		c.all.Wait()
		records, err := c.log.List(t.Context(), "pushlog/")
		if err != nil || len(records) != 2 {
			t.Fatalf("%d records, %v", len(records), err)
		}
		r := records[1]
		golden := sameAsFixture(t, "testdata/pushlog-2.json", string(r.Value)+"\n")
		if _, err := c.log.Driver.CompareAndSwap(t.Context(), r.Key, r.Version, []byte(golden)); err != nil {
			t.Fatal(err)
		}
		if got := c.logged(t); got != "0 1 2" {
			t.Errorf("read %s", got)
		}
	})
}
