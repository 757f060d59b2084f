package statetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/state"
)

// batcher returns the ability of d to change several records in one transaction, and skips the test without it.
func batcher(t *testing.T, d state.Driver) state.Batcher {
	t.Helper()
	b := state.BatcherOf(d)
	if b == nil {
		t.Skip("the driver changes one record at a time")
	}
	return b
}

// swapAll must succeed.
func swapAll(t *testing.T, b state.Batcher, swaps ...state.Swap) []int64 {
	t.Helper()
	versions, refused, err := b.SwapAll(t.Context(), swaps)
	if err != nil || len(refused) != 0 || len(versions) != len(swaps) {
		t.Fatalf("swap %d records: versions %v, refused %v, %v", len(swaps), versions, refused, err)
	}
	return versions
}

func testSwapAll(t *testing.T, d state.Driver) {
	b := batcher(t, d)
	gone := swap(t, d, "gone", swap(t, d, "gone", 0, "x"), "y")
	remove(t, d, "gone", gone)
	old := swap(t, d, "old", 0, "one")
	value := []byte("two")
	got := swapAll(t, b, state.Swap{Key: "new", Value: value}, state.Swap{Key: "old", Expected: old, Value: []byte("three")},
		state.Swap{Key: "gone"}, state.Swap{Key: "big", Value: []byte(strings.Repeat("\x00\xff", 1<<19))})
	clear(value)
	want(t, d, state.Record{Key: "new", Value: []byte("two"), Version: got[0]})
	want(t, d, state.Record{Key: "old", Value: []byte("three"), Version: got[1]})
	want(t, d, state.Record{Key: "gone", Version: got[2]})
	want(t, d, state.Record{Key: "big", Value: []byte(strings.Repeat("\x00\xff", 1<<19)), Version: got[3]})
	if got[1] <= old || got[2] <= gone {
		t.Errorf("versions went from %d and %d to %d and %d", old, gone, got[1], got[2])
	}
	if more := swap(t, d, "new", got[0], "four"); more <= got[0] {
		t.Errorf("version %d after %d", more, got[0])
	}
	swapAll(t, b)
}

func testSwapAllRefused(t *testing.T, d state.Driver) {
	b := batcher(t, d)
	v := swap(t, d, "b", 0, "one")
	swaps := []state.Swap{{Key: "a"}, {Key: "b"}, {Key: "c", Expected: 7}, {Key: "d", Value: []byte("d")}}
	versions, refused, err := b.SwapAll(t.Context(), swaps)
	if err != nil || versions != nil || !slices.Equal(refused, []int{1, 2}) {
		t.Errorf("versions %v, refused %v, %v; want 1 and 2 refused", versions, refused, err)
	}
	want(t, d, state.Record{Key: "b", Value: []byte("one"), Version: v})
	if all, err := d.List(t.Context(), ""); err != nil || len(all) != 1 {
		t.Errorf("it left %d records, %v; want the one from before", len(all), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = b.SwapAll(ctx, []state.Swap{{Key: "a"}, {Key: "d"}})
	wantCode(t, d, err, errs.Canceled)
	swapAll(t, b, state.Swap{Key: "a"}, state.Swap{Key: "b", Expected: v}, state.Swap{Key: "d"})
}

func testSwapAllBadKey(t *testing.T, d state.Driver) {
	b := batcher(t, d)
	_, _, err := b.SwapAll(t.Context(), []state.Swap{{Key: "good"}, {Key: "b\x00d"}})
	wantCode(t, d, err, errs.InvalidArgument)
	want(t, d, state.Record{Key: "good"})
}

// testSwapAllConcurrent has writers move the same records in different orders: all of them have gone equally far in the end.
func testSwapAllConcurrent(t *testing.T, d state.Driver) {
	b := batcher(t, d)
	const writers, rounds, records = 4, 10, 5
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for done := 0; done < rounds; {
				swaps := make([]state.Swap, records)
				for i := range swaps {
					key := fmt.Sprint("r", (i*(w+1))%records) // 5 is prime
					r, err := d.Get(t.Context(), key)
					if err != nil {
						t.Errorf("get: %v", err)
						return
					}
					swaps[i] = state.Swap{Key: key, Expected: r.Version, Value: fmt.Append(nil, w, done)}
				}
				_, refused, err := b.SwapAll(t.Context(), swaps)
				if err != nil {
					t.Errorf("swap: %v", err)
					return
				}
				if len(refused) == 0 {
					done++
				}
			}
		})
	}
	all.Wait()
	got, err := d.List(t.Context(), "r")
	if err != nil || len(got) != records {
		t.Fatalf("%d records, %v", len(got), err)
	}
	for _, r := range got {
		if r.Version != writers*rounds || !reflect.DeepEqual(r.Value, got[0].Value) {
			t.Errorf("%s has version %d and %q, want %d and %q", r.Key, r.Version, r.Value, writers*rounds, got[0].Value)
		}
	}
}
