package backoff_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/internal/backoff"
)

func TestWaitsDoubleUpToTheGreatest(t *testing.T) {
	t.Parallel()
	b := backoff.Backoff{First: 5 * time.Millisecond, Most: time.Second}
	for n, want := range map[int]time.Duration{0: 5, 1: 10, 2: 20, 7: 640, 8: 1000, 9: 1000, 100: 1000, math.MaxInt: 1000} {
		if got := b.Nominal(n); got != want*time.Millisecond {
			t.Errorf("repetition %d: %s, want %s", n, got, want*time.Millisecond)
		}
	}
	if got := (backoff.Backoff{First: time.Second, Most: time.Millisecond}).Nominal(0); got != time.Millisecond {
		t.Errorf("a first wait beyond the greatest: %s", got)
	}
}

func TestWaitIsShortenedByAHalfAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := backoff.Backoff{First: time.Second, Most: time.Minute}
		seen := map[time.Duration]bool{}
		for range 200 {
			began := time.Now()
			if err := b.Wait(t.Context(), 2); err != nil {
				t.Fatal(err)
			}
			took := time.Since(began)
			if took < 2*time.Second || took > 4*time.Second {
				t.Fatalf("waited %s, want 2s to 4s", took)
			}
			seen[took] = true
		}
		if len(seen) < 100 {
			t.Errorf("%d different waits of 200", len(seen))
		}
	})
}

func TestWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		err := backoff.Backoff{First: time.Hour, Most: time.Hour}.Wait(ctx, 0)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("got %v after %s", err, time.Since(began))
		}
	})
}
