package expiry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/server/expiry"
)

func TestContextEndsAtItsInstantWhetherSomebodyWaitsOrNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(time.Second)
		quiet, awaited := expiry.New(t.Context(), at), expiry.New(t.Context(), at)
		defer quiet.End()
		defer awaited.End()
		done := awaited.Done()
		<-time.After(time.Second - 1)
		if got, ok := quiet.Deadline(); !ok || !got.Equal(at) || quiet.Err() != nil || awaited.Err() != nil {
			t.Errorf("before: deadline %v, %v; %v, %v", got, ok, quiet.Err(), awaited.Err())
		}
		<-done
		if quiet.Err() != context.DeadlineExceeded || awaited.Err() != context.DeadlineExceeded {
			t.Errorf("after: %v, %v", quiet.Err(), awaited.Err())
		}
	})
}

func TestContextEndsWithItsParentAndByEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sooner, cancel := context.WithTimeout(t.Context(), time.Second)
		c := expiry.New(sooner, time.Now().Add(time.Hour))
		if at, ok := c.Deadline(); !ok || time.Until(at) != time.Second {
			t.Errorf("the deadline is %v, %v", at, ok)
		}
		cancel()
		if c.Err() != context.Canceled {
			t.Errorf("after the parent: %v", c.Err())
		}
		<-c.Done()
		c.End()
		ended := expiry.New(t.Context(), time.Now().Add(time.Hour))
		done := ended.Done()
		ended.End()
		if <-done; ended.Err() != context.Canceled {
			t.Errorf("after End: %v", ended.Err())
		}
	})
}

func TestContextCostsOneAllocation(t *testing.T) {
	parent, at := t.Context(), time.Now().Add(time.Hour)
	if n := testing.AllocsPerRun(100, func() {
		c := expiry.New(parent, at)
		if c.Err() != nil {
			t.Error("it ended")
		}
		c.End()
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
