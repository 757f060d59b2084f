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
	if strings.HasPrefix(key, "pushlog/") {
		if err := s.wait(ctx); err != nil {
			return 0, err
		}
	}
	return s.Driver.CompareAndSwap(ctx, key, expected, body)
}

func (s *slowLog) SwapAll(ctx context.Context, swaps []state.Swap) ([]int64, []int, error) {
	if err := s.wait(ctx); err != nil {
		return nil, nil, err
	}
	return state.BatcherOf(s.Driver).SwapAll(ctx, swaps)
}

func (s *slowLog) wait(ctx context.Context) error {
	n := s.writes.Add(1)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.failing > 0 && n >= s.failing {
		return errors.New("the disk is full")
	}
	return nil
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
	c.pushAs(ctx, "", k, n, see)
}

// pushAs is push with an id.
func (c *crowd) pushAs(ctx context.Context, id, k string, n int, see func(*truepoint.PushResult, error)) {
	c.Clock.Add(1)
	c.all.Go(func() { see(c.store.Push(ctx, &truepoint.PushRequest{Source: "p", Rows: one(k, n), ID: id})) })
	synctest.Wait()
}

// one returns a row of value n for key k.
func one(k string, n int) []input.Column {
	return rows(map[string]string{"k": fmt.Sprintf("[%q]", k), "event": `["2026-03-12T11:00:00Z"]`, "f": fmt.Sprintf("[%d]", n), "g": "[null]"})
}

// logged returns what the push log holds, in its order: the values of f.
func (c *crowd) logged(t *testing.T) string {
	t.Helper()
	return logged(t, c.store)
}

func logged(t *testing.T, store *truepoint.Store) string {
	t.Helper()
	entries, err := store.PushLog(t.Context(), "p")
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

// wantTwenty checks that the log has twenty pushes of the key a, from 0 on, in their order, and that the last is served.
func (c *crowd) wantTwenty(t *testing.T) {
	t.Helper()
	if got, want := c.logged(t), "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"; got != want {
		t.Errorf("the log has %s, want %s", got, want)
	}
	if got := read(t, c.Rig, "v:f", "a"); got != "19" {
		t.Errorf("the key reads %s, want what arrived last", got)
	}
}
