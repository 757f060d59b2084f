package materialize_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

// faulty returns a store with n keys, whose online store an injector disturbs.
func faulty(t *testing.T, n int, rules ...fault.Rule) (*storetest.Rig, *fault.Injector) {
	t.Helper()
	in := fault.New(rules...)
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = fault.Online(memonline.New(), in) })
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", rows(n))
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}))
	return r, in
}

func TestChunkIsSentAgainWhileTheStoreIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]fault.Effect{"fail": fault.Fail, "lost": fault.Lost, "torn": fault.Torn} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r, in := faulty(t, 20, fault.Rule{Op: "PutBatch", Nth: 2, Times: 3, Effect: effect})
				began := time.Now()
				run := r.Materialize(t, whole(5))["v"]
				if run.Status != runs.Complete || run.Checkpoint != 20 || run.Retried != 3 {
					t.Errorf("run %+v", run)
				}
				if n := in.Calls("PutBatch"); n != 7 {
					t.Errorf("%d writes, want 4 chunks and 3 retries", n)
				}
				if waited := time.Since(began); waited < 175*time.Millisecond || waited > 350*time.Millisecond {
					t.Errorf("waited %s, want between half and all of 50, 100 and 200 ms", waited)
				}
			})
		})
	}
}

func TestPermanentErrorIsNotRetried(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"denied": errs.New(errs.PermissionDenied, "no"), "uncoded": errors.New("no"), "refused": errs.New(errs.InvalidArgument, "no"),
		"data lost": errs.New(errs.DataLoss, "no"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, in := faulty(t, 20, fault.Rule{Op: "PutBatch", Nth: 2, Effect: fault.Fail, Err: err})
			if _, err := r.Store.Materialize(t.Context(), whole(5)); err == nil {
				t.Error("the run ended well")
			}
			if n := in.Calls("PutBatch"); n != 2 {
				t.Errorf("%d writes, want 2", n)
			}
		})
	}
}

func TestStoreThatStaysAwayEndsTheRunAfterItsPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, in := faulty(t, 20, fault.Rule{Op: "PutBatch", Nth: 2, Times: -1, Effect: fault.Fail})
		began := time.Now()
		_, err := r.Store.Materialize(t.Context(), whole(5))
		if errs.CodeOf(err) != errs.Unavailable {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(began); waited > 15*time.Second || waited < 5*time.Second {
			t.Errorf("waited %s, want at most the default patience and more than a failover", waited)
		}
		if n := in.Calls("PutBatch"); n > 2+10 {
			t.Errorf("%d writes", n)
		}
		in.Set()
		if run := r.Materialize(t, whole(5))["v"]; run.Resumed != 1 || run.Checkpoint != 20 {
			t.Errorf("the run was not resumed: %+v", run)
		}
	})
}

func TestNegativePatienceRetriesNothing(t *testing.T) {
	t.Parallel()
	r, in := faulty(t, 20, fault.Rule{Op: "PutBatch", Nth: 2, Effect: fault.Fail})
	req := whole(5)
	req.Patience = -1
	if _, err := r.Store.Materialize(t.Context(), req); errs.CodeOf(err) != errs.Unavailable || in.Calls("PutBatch") != 2 {
		t.Errorf("%d writes, %v", in.Calls("PutBatch"), err)
	}
}

// A store that fails every second write would be sent twice as much; the budget ends that.
func TestRetriesOfARequestAreATenthOfItsChunksAndTen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{Driver: memonline.New()}
		r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = g })
		t.Cleanup(func() { r.Store.Close() })
		r.Offline.Put("src", rows(600))
		r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}))
		failed := 0
		g.on(func(n int) error {
			if n%2 == 0 {
				failed++
				return errs.New(errs.Unavailable, "overloaded")
			}
			return nil
		})
		if _, err := r.Store.Materialize(t.Context(), whole(10)); errs.CodeOf(err) != errs.Unavailable {
			t.Errorf("got %v", err)
		}
		if failed < 11 || failed > 13 {
			t.Errorf("%d writes failed before the run gave up, want ten retries and a tenth of about a dozen chunks", failed)
		}
	})
}

func TestCancelEndsTheWaitForAStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, _ := faulty(t, 20, fault.Rule{Op: "PutBatch", Nth: 2, Times: -1, Effect: fault.Fail})
		ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := r.Store.Materialize(ctx, whole(5))
		if errs.CodeOf(err) != errs.DeadlineExceeded || time.Since(began) != 400*time.Millisecond {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		if v := view(t, r); v.Lease != nil || v.Current == nil || v.Current.Checkpoint != 5 {
			t.Errorf("state %+v", v)
		}
	})
}

func TestRateBoundsHowFastViewsAreWritten(t *testing.T) {
	t.Parallel()
	for name, parallel := range map[string]int{"one after the other": 1, "both at once": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &gate{Driver: memonline.New()}
				r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = g })
				t.Cleanup(func() { r.Store.Close() })
				r.Offline.Put("src", rows(300))
				set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
				second := *set.Views[0]
				second.Name = "w"
				set.Views = append(set.Views, &second)
				r.Apply(t, set)
				req := whole(0)
				req.RowsPerSecond, req.Parallel = 100, parallel
				began := time.Now()
				r.Materialize(t, req)
				if took := time.Since(began); took < 6*time.Second || took > 6*time.Second+time.Millisecond {
					t.Errorf("600 rows took %s, want 6 s", took)
				}
				if n := g.n.Load(); n < 24 {
					t.Errorf("%d chunks, want four a second at least", n)
				}
			})
		})
	}
}

// A store that answers slowly is what holds a run back: nothing is read ahead of it beyond one group.
func TestViewsAtOnceAreAsManyAsAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		counter := &together{Driver: memonline.New()}
		r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = counter })
		t.Cleanup(func() { r.Store.Close() })
		r.Offline.Put("src", rows(100))
		set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
		for _, name := range []string{"w", "x", "y", "z"} {
			other := *set.Views[0]
			other.Name = name
			set.Views = append(set.Views, &other)
		}
		r.Apply(t, set)
		req := whole(10)
		req.Parallel = 3
		began := time.Now()
		if done := r.Materialize(t, req); len(done) != 5 {
			t.Errorf("%d views", len(done))
		}
		if counter.most != 3 {
			t.Errorf("%d writes at once, want 3", counter.most)
		}
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("five views of ten chunks of a second took %s, want 20 s for three at once", took)
		}
	})
}

// together counts writes that are under way at once; each takes a second.
type together struct {
	online.Driver
	mu        sync.Mutex
	now, most int
}

func (d *together) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	d.count(1)
	<-time.After(time.Second)
	d.count(-1)
	return d.Driver.PutBatch(ctx, table, cells)
}

func (d *together) count(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now += n
	d.most = max(d.most, d.now)
}

func TestRateThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	r, _ := faulty(t, 1)
	req := whole(0)
	req.RowsPerSecond = -1
	if _, err := r.Store.Materialize(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("got %v", err)
	}
}
