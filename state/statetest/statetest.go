// Package statetest is the conformance suite of state drivers. A driver is done when Run passes against the real
// thing; a durable one passes RunDurable too.
package statetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/state"
)

// Run tests a driver. open returns an empty state that the suite closes.
func Run(t *testing.T, open func(t *testing.T) state.Driver) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, state.Driver){
		"Get/MissingIsVersion0":             testMissing,
		"Swap/StoresAndCounts":              testSwap,
		"Swap/WrongVersionIsAborted":        testSwapAborted,
		"Swap/BigAndEmptyValuesComeBack":    testValues,
		"Swap/ArgumentsAreNotRetained":      testRetention,
		"Delete/WrongVersionIsAborted":      testDeleteAborted,
		"Delete/VersionsNeverGoBack":        testVersionsGrow,
		"List/PrefixInOrderOfKey":           testList,
		"Keys/BadOnesAreRefused":            testBadKeys,
		"Context/CancelledCallsDoNothing":   testCancelled,
		"Concurrent/CounterLosesNoUpdate":   testCounter,
		"Concurrent/OneCreatorWins":         testCreators,
		"Concurrent/DeleteAndCreateNoReuse": testChurn,
		"SwapAll/DoesAllAndCounts":          testSwapAll,
		"SwapAll/OneWrongVersionStopsAll":   testSwapAllRefused,
		"SwapAll/BadKeysAreRefused":         testSwapAllBadKey,
		"SwapAll/ConcurrentOnesAreWhole":    testSwapAllConcurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			t.Cleanup(func() {
				if err := d.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test(t, d)
		})
	}
}

// RunDurable tests a driver that keeps records over Close. open opens the state of one place, the same each time.
func RunDurable(t *testing.T, open func(t *testing.T) state.Driver) {
	t.Parallel()
	d := open(t)
	first := swap(t, d, "a/b", 0, "one")
	second := swap(t, d, "a/c", 0, "two")
	remove(t, d, "a/c", second)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t)
	want(t, d, state.Record{Key: "a/b", Value: []byte("one"), Version: first})
	want(t, d, state.Record{Key: "a/c"})
	if again := swap(t, d, "a/c", 0, "three"); again <= second {
		t.Errorf("version %d after a delete and a restart, want more than %d", again, second)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func swap(t *testing.T, d state.Driver, key string, expected int64, value string) int64 {
	t.Helper()
	v, err := d.CompareAndSwap(t.Context(), key, expected, []byte(value))
	if err != nil {
		t.Fatalf("swap %s on %d: %v", key, expected, err)
	}
	if v <= expected {
		t.Fatalf("swap %s on %d gave version %d, want more", key, expected, v)
	}
	return v
}

func remove(t *testing.T, d state.Driver, key string, expected int64) {
	t.Helper()
	if err := d.Delete(t.Context(), key, expected); err != nil {
		t.Fatalf("delete %s on %d: %v", key, expected, err)
	}
}

func want(t *testing.T, d state.Driver, r state.Record) {
	t.Helper()
	got, err := d.Get(t.Context(), r.Key)
	if err != nil || got.Key != r.Key || got.Version != r.Version || !bytes.Equal(got.Value, r.Value) {
		t.Fatalf("get %s: got %+v, %v, want %+v", r.Key, got, err, r)
	}
}

func wantCode(t *testing.T, d state.Driver, err error, code errs.Code) {
	t.Helper()
	if got := d.Code(err); got != code {
		t.Fatalf("got code %v (%v), want %v", got, err, code)
	}
}

func testMissing(t *testing.T, d state.Driver) {
	want(t, d, state.Record{Key: "none"})
	got, err := d.List(t.Context(), "")
	if err != nil || len(got) != 0 {
		t.Fatalf("list of nothing: got %v, %v", got, err)
	}
}

func testSwap(t *testing.T, d state.Driver) {
	v1 := swap(t, d, "k", 0, "one")
	want(t, d, state.Record{Key: "k", Value: []byte("one"), Version: v1})
	v2 := swap(t, d, "k", v1, "two")
	want(t, d, state.Record{Key: "k", Value: []byte("two"), Version: v2})
	remove(t, d, "k", v2)
	want(t, d, state.Record{Key: "k"})
}

func testSwapAborted(t *testing.T, d state.Driver) {
	_, err := d.CompareAndSwap(t.Context(), "k", 3, []byte("x"))
	wantCode(t, d, err, errs.Aborted)
	v := swap(t, d, "k", 0, "one")
	for _, expected := range []int64{0, v - 1, v + 1, -1} {
		if expected == v {
			continue
		}
		_, err := d.CompareAndSwap(t.Context(), "k", expected, []byte("x"))
		wantCode(t, d, err, errs.Aborted)
	}
	want(t, d, state.Record{Key: "k", Value: []byte("one"), Version: v})
}

func testValues(t *testing.T, d state.Driver) {
	big := strings.Repeat("\x00\xff", 1<<19) // 1 MiB
	v := swap(t, d, "big", 0, big)
	want(t, d, state.Record{Key: "big", Value: []byte(big), Version: v})
	v, err := d.CompareAndSwap(t.Context(), "empty", 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	want(t, d, state.Record{Key: "empty", Version: v})
}

func testRetention(t *testing.T, d state.Driver) {
	in := []byte("one")
	v, err := d.CompareAndSwap(t.Context(), "k", 0, in)
	if err != nil {
		t.Fatal(err)
	}
	clear(in)
	got, err := d.Get(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	clear(got.Value)
	want(t, d, state.Record{Key: "k", Value: []byte("one"), Version: v})
}

func testDeleteAborted(t *testing.T, d state.Driver) {
	v := swap(t, d, "k", 0, "one")
	for _, expected := range []int64{0, v + 1} {
		wantCode(t, d, d.Delete(t.Context(), "k", expected), errs.Aborted)
	}
	wantCode(t, d, d.Delete(t.Context(), "none", 1), errs.Aborted)
	want(t, d, state.Record{Key: "k", Value: []byte("one"), Version: v})
}

func testVersionsGrow(t *testing.T, d state.Driver) {
	last := int64(0)
	for range 5 {
		v := swap(t, d, "k", 0, "a")
		if v <= last {
			t.Fatalf("version %d after %d", v, last)
		}
		last = swap(t, d, "k", v, "b")
		swap(t, d, "other", version(t, d, "other"), "c")
		remove(t, d, "k", last)
	}
}

func version(t *testing.T, d state.Driver, key string) int64 {
	t.Helper()
	r, err := d.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return r.Version
}

func testList(t *testing.T, d state.Driver) {
	for _, key := range []string{"b/1", "a/2", "a/10", "a", "a0", "ab/1", "a/\U0010FFFF", "a/é", "A/1", "a%/1", "a_/1"} {
		swap(t, d, key, 0, key)
	}
	for prefix, wanted := range map[string][]string{
		"a/":   {"a/10", "a/2", "a/é", "a/\U0010FFFF"},
		"a":    {"a", "a%/1", "a/10", "a/2", "a/é", "a/\U0010FFFF", "a0", "a_/1", "ab/1"},
		"a%":   {"a%/1"},
		"a_":   {"a_/1"},
		"zz":   nil,
		"a/2":  {"a/2"},
		"b/11": nil,
	} {
		records, err := d.List(t.Context(), prefix)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range records {
			got = append(got, r.Key)
			want(t, d, r)
		}
		if !reflect.DeepEqual(got, wanted) {
			t.Errorf("list %q: got %q, want %q", prefix, got, wanted)
		}
	}
	if all, err := d.List(t.Context(), ""); err != nil || len(all) != 11 {
		t.Errorf("list of all: got %d records, %v, want 11", len(all), err)
	}
}

func testBadKeys(t *testing.T, d state.Driver) {
	for _, key := range []string{"", strings.Repeat("k", 513), "a\x00b", "a\xff"} {
		_, err := d.Get(t.Context(), key)
		wantCode(t, d, err, errs.InvalidArgument)
		_, err = d.CompareAndSwap(t.Context(), key, 0, nil)
		wantCode(t, d, err, errs.InvalidArgument)
		wantCode(t, d, d.Delete(t.Context(), key, 1), errs.InvalidArgument)
	}
	swap(t, d, strings.Repeat("k", 512), 0, "longest")
}

func testCancelled(t *testing.T, d state.Driver) {
	v := swap(t, d, "k", 0, "one")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.CompareAndSwap(ctx, "k", v, []byte("two"))
	wantCode(t, d, err, errs.Canceled)
	wantCode(t, d, d.Delete(ctx, "k", v), errs.Canceled)
	_, err = d.Get(ctx, "k")
	wantCode(t, d, err, errs.Canceled)
	_, err = d.List(ctx, "")
	wantCode(t, d, err, errs.Canceled)
	want(t, d, state.Record{Key: "k", Value: []byte("one"), Version: v})
}

func testCounter(t *testing.T, d state.Driver) {
	const writers, rounds = 8, 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < rounds; {
				r, err := d.Get(t.Context(), "n")
				if err != nil {
					t.Errorf("get: %v", err)
					return
				}
				_, err = d.CompareAndSwap(t.Context(), "n", r.Version, binary.AppendUvarint(nil, count(r.Value)+1))
				switch d.Code(err) {
				case errs.OK:
					done++
				case errs.Aborted:
				default:
					t.Errorf("swap: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	r, err := d.Get(t.Context(), "n")
	if err != nil || count(r.Value) != writers*rounds || r.Version != writers*rounds {
		t.Fatalf("got count %d at version %d, %v, want %d at %d", count(r.Value), r.Version, err, writers*rounds, writers*rounds)
	}
}

func count(b []byte) uint64 {
	n, _ := binary.Uvarint(b)
	return n
}

func testCreators(t *testing.T, d state.Driver) {
	var mu sync.Mutex
	won := 0
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, err := d.CompareAndSwap(t.Context(), "lease", 0, []byte("mine"))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if d.Code(err) != errs.Aborted {
				t.Errorf("swap: %v", err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Fatalf("%d creators of one record succeeded, want 1", won)
	}
}

func testChurn(t *testing.T, d state.Driver) {
	var mu sync.Mutex
	given := map[int64]bool{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				v, err := d.CompareAndSwap(t.Context(), "lease", 0, []byte("mine"))
				if d.Code(err) == errs.Aborted {
					continue
				}
				if err != nil {
					t.Errorf("swap: %v", err)
					return
				}
				mu.Lock()
				if given[v] {
					t.Errorf("version %d was given twice", v)
				}
				given[v] = true
				mu.Unlock()
				if err := d.Delete(t.Context(), "lease", v); err != nil {
					t.Errorf("delete: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
