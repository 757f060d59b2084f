package ingest_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
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
)

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
		c.wantTwenty(t)
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

// TestFormat3OfThePushLogIsReadForEver compares what pushes leave in one record with the bytes that the first release of
// this format left, and reads those, and those of format 2.
func TestFormat3OfThePushLogIsReadForEver(t *testing.T) {
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
		third := sameAsFixture(t, "testdata/pushlog-3.json", string(r.Value)+"\n")
		second, err := os.ReadFile("testdata/pushlog-2.json")
		if err != nil {
			t.Fatal(err)
		}
		want, err := c.store.PushLog(t.Context(), "p")
		if err != nil || len(want) != 3 {
			t.Fatalf("%+v, %v", want, err)
		}
		for format, golden := range map[int][]byte{3: []byte(third), 2: second} {
			if r.Version, err = c.log.Driver.CompareAndSwap(t.Context(), r.Key, r.Version, golden); err != nil {
				t.Fatal(err)
			}
			if got, err := c.store.PushLog(t.Context(), "p"); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("format %d: read %+v, %v; want %+v", format, got, err, want)
			}
		}
	})
}
