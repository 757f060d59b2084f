package load_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/truepoint/truepoint/internal/load"
)

// Times in these tests are of synctest's clock, which moves when everybody waits.

func TestRequestsAreSentWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		at := map[int]time.Duration{}
		r := load.Run(t.Context(), &load.Load{Rate: 100, Duration: time.Second, Connections: 4, Ask: func(_ context.Context, k int) (int, error) {
			mu.Lock()
			at[k] = time.Since(start)
			mu.Unlock()
			pass(3 * time.Millisecond)
			return 7, nil
		}})
		if r.Requests != 100 || r.Errors != 0 || len(r.Latency) != 100 || r.Bytes != 700 {
			t.Fatalf("%d requests, %d errors, %d latencies, %d bytes", r.Requests, r.Errors, len(r.Latency), r.Bytes)
		}
		for k, when := range at {
			if want := time.Duration(k) * 10 * time.Millisecond; when != want {
				t.Errorf("request %d was sent at %v, want %v", k, when, want)
			}
		}
		if r.Quantile(0.5) != 3*time.Millisecond || r.Mean() != 3*time.Millisecond || r.Elapsed != 993*time.Millisecond {
			t.Errorf("median %v, mean %v, elapsed %v", r.Quantile(0.5), r.Mean(), r.Elapsed)
		}
	})
}

func TestStallIsChargedToEveryRequestThatItKeptWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := load.Run(t.Context(), &load.Load{Rate: 100, Duration: time.Second, Connections: 1, Ask: func(_ context.Context, k int) (int, error) {
			if k == 0 {
				pass(500 * time.Millisecond)
			}
			return 0, nil
		}})
		// Requests 0 to 49 were due during the stall of 500 ms; request k waited 500 − 10 k ms.
		if len(r.Latency) != 100 || r.Quantile(1) != 500*time.Millisecond || r.Quantile(0.75) != 250*time.Millisecond || r.Quantile(0.5) != 0 {
			t.Errorf("%d answers, max %v, p75 %v, median %v", len(r.Latency), r.Quantile(1), r.Quantile(0.75), r.Quantile(0.5))
		}
	})
}

func TestWithoutARateConnectionsAskAgainAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := load.Run(t.Context(), &load.Load{Duration: time.Second, WarmUp: time.Second, Connections: 3, Ask: func(context.Context, int) (int, error) {
			pass(10 * time.Millisecond)
			return 1, nil
		}})
		if r.Requests != 300 || r.Throughput() != 300 || r.Quantile(1) != 10*time.Millisecond {
			t.Errorf("%d requests, %v a second, max %v", r.Requests, r.Throughput(), r.Quantile(1))
		}
	})
}

func TestErrorsAreCountedAndHaveNoLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := load.Run(t.Context(), &load.Load{Rate: 10, Duration: time.Second, Connections: 2, Ask: func(_ context.Context, k int) (int, error) {
			if k%2 == 0 {
				return 0, errors.New("refused")
			}
			return 1, nil
		}})
		if r.Requests != 10 || r.Errors != 5 || len(r.Latency) != 5 || r.Error == nil || r.Error.Error() != "refused" {
			t.Errorf("%+v", r)
		}
	})
}

func TestEndOfTheContextEndsARun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		r := load.Run(ctx, &load.Load{Rate: 10, Duration: time.Hour, Connections: 1, Ask: func(context.Context, int) (int, error) { return 0, nil }})
		if r.Requests != 3 || r.Errors != 0 || r.Elapsed != 250*time.Millisecond {
			t.Errorf("%d requests, %d errors, %v", r.Requests, r.Errors, r.Elapsed)
		}
	})
}

func TestQuantileIsTheNearestRank(t *testing.T) {
	t.Parallel()
	r := &load.Result{Latency: []time.Duration{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}
	for q, want := range map[float64]time.Duration{0: 1, 0.1: 1, 0.11: 2, 0.5: 5, 0.9: 9, 0.99: 10, 1: 10} {
		if got := r.Quantile(q); got != want {
			t.Errorf("%v: got %d, want %d", q, got, want)
		}
	}
	if (&load.Result{}).Quantile(0.5) != 0 {
		t.Error("a quantile of nothing is not 0")
	}
}

func TestHistogramRisesToTheGreatest(t *testing.T) {
	t.Parallel()
	r := &load.Result{}
	for i := range 1000 {
		r.Latency = append(r.Latency, time.Duration(i+1)*time.Millisecond)
	}
	var b strings.Builder
	if err := r.WriteHistogram(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.000 0.000000000000          1           1.00\n",
		"     500.000 0.500000000000        500           2.00\n", "     750.000 0.750000000000        750           4.00\n",
		"    1000.000 1.000000000000       1000\n#[Mean    =      500.500,", "Total count    =         1000]\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the histogram lacks %q:\n%s", want, b.String())
		}
	}
}

// pass lets so much of the test's time pass.
func pass(d time.Duration) { <-time.After(d) }
