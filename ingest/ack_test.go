package ingest_test

import (
	"context"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
)

// A twin is a way to the same store that counts what it writes, and outlives its Close.
type twin struct {
	online.Driver
	puts, closed int
}

func (w *twin) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	w.puts++
	return w.Driver.PutBatch(ctx, table, cells)
}

func (w *twin) Close() error {
	w.closed++
	return nil
}

// acknowledged returns a store whose pushes may say when they are acknowledged, and the way that replicates.
func acknowledged(t *testing.T) (*storetest.Rig, *breaker, *truepoint.Store, *twin) {
	t.Helper()
	r, b := rig(t, nil)
	w := &twin{Driver: b.Driver}
	s := r.Second(t, func(o *truepoint.Options) {
		o.Acknowledging = func(_ context.Context, ack string) (online.Driver, error) {
			if ack == ingest.Durable {
				return nil, nil
			}
			return w, nil
		}
	})
	return r, b, s, w
}

func TestAPushSaysWhenItIsAcknowledged(t *testing.T) {
	t.Parallel()
	_, b, s, w := acknowledged(t)
	for n, c := range []struct {
		ack          string
		plain, twins int // writes of two views so far
	}{{"", 2, 0}, {ingest.Replicated, 2, 2}, {ingest.Durable, 4, 2}, {ingest.Replicated, 4, 4}} {
		if _, err := s.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: one("a", n), Ack: c.ack}); err != nil {
			t.Fatal(err)
		}
		if got := int(b.puts.Load()); got != c.plain || w.puts != c.twins {
			t.Errorf("after push %d with ack %q: %d writes as the store is set and %d replicated, want %d and %d", n, c.ack, got, w.puts, c.plain, c.twins)
		}
	}
	if err := s.Close(); err != nil || w.closed != 1 {
		t.Errorf("closed %d times, %v", w.closed, err)
	}
	if _, err := s.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: one("a", 9), Ack: ingest.Replicated}); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("after Close: %v", err)
	}
}

func TestAnAcknowledgementThatCannotBeGivenIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	r, b := rig(t, nil)
	for name, c := range map[string]struct {
		to   ingest.Target
		ack  string
		code errs.Code
		id   string
	}{
		"no replicas":   {"", ingest.Replicated, errs.FailedPrecondition, "T1022"},
		"no word":       {"", "soon", errs.InvalidArgument, "T1020"},
		"to no replica": {ingest.Offline, ingest.Replicated, errs.InvalidArgument, "T1021"},
	} {
		_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: one("a", 1), To: c.to, Ack: c.ack, ID: "1"})
		if all := errs.All(err); len(all) != 1 || all[0].Code != c.code || all[0].ID != c.id || all[0].Hint == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got := claims(t, r.Options.State); got != "" || logged(t, r.Store) != "" || b.puts.Load() != 0 {
		t.Errorf("left the claims %q, the log %q and %d writes", got, logged(t, r.Store), b.puts.Load())
	}
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: one("a", 1), Ack: ingest.Durable})
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: one("a", 2), To: ingest.Offline, Ack: ingest.Durable})
}

func TestARepetitionThatWantsMoreIsWrittenOnceMoreAndReturnsTheFirstResult(t *testing.T) {
	t.Parallel()
	r, b, s, w := acknowledged(t)
	req := &truepoint.PushRequest{Source: "p", Rows: one("a", 1), ID: "1"}
	for n, c := range []struct {
		ack          string
		plain, twins int // writes so far
	}{{ingest.Durable, 2, 0}, {ingest.Durable, 2, 0}, {"", 4, 0}, {ingest.Replicated, 4, 2}, {ingest.Durable, 4, 2}, {"", 4, 2}, {ingest.Replicated, 4, 2}} {
		req.Ack = c.ack
		res, err := s.Push(t.Context(), req)
		if err != nil || res.Repeated != (n > 0) || res.Arrival != noon || res.Views[0].Written != 1 {
			t.Errorf("push %d with ack %q: %+v, %v", n, c.ack, res, err)
		}
		if got := int(b.puts.Load()); got != c.plain || w.puts != c.twins {
			t.Errorf("after push %d with ack %q: %d writes and %d replicated, want %d and %d", n, c.ack, got, w.puts, c.plain, c.twins)
		}
		r.Clock.Add(eventtime.Minute)
	}
	if got := logged(t, s); got != "1" {
		t.Errorf("the log has %s", got)
	}
}
