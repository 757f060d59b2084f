package materialize_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

// rows returns a history of n keys with one row each, an hour before noon.
func rows(n int) *value.Batch {
	k, e, f := value.NewColumn(value.Scalar(value.String), n), value.NewColumn(value.Scalar(value.UnixTimestamp), n), value.NewColumn(value.Scalar(value.Int64), n)
	for i := range n {
		k.Append(value.OfString(string(rune('a'+i/26)) + string(rune('a'+i%26))))
		e.Append(value.OfInstant(noon.Add(-eventtime.Hour)))
		f.Append(value.OfInt64(int64(i)))
	}
	b := &value.Batch{}
	b.Add("k", k)
	b.Add("event", e)
	b.Add("f", f)
	return b
}

// A gate is an online driver that can be made to fail or to call back before a batch is written.
type gate struct {
	online.Driver
	before atomic.Pointer[func(n int) error]
	n      atomic.Int64
}

func (g *gate) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	n := int(g.n.Add(1))
	if f := g.before.Load(); f != nil {
		if err := (*f)(n); err != nil {
			return online.PutResult{}, err
		}
	}
	return g.Driver.PutBatch(ctx, table, cells)
}

func (g *gate) on(f func(n int) error) { g.before.Store(&f); g.n.Store(0) }

// rig returns a store with one view of n keys behind a gate.
func rig(t *testing.T, n int) (*storetest.Rig, *gate) {
	t.Helper()
	g := &gate{Driver: memonline.New()}
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = g })
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", rows(n))
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}))
	return r, g
}

func whole(chunk int) *truepoint.MaterializeRequest {
	return &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon, ChunkRows: chunk}
}

func view(t *testing.T, r *storetest.Rig) *runs.View {
	t.Helper()
	all, err := r.Store.LastRuns(t.Context())
	if err != nil || all["v"] == nil {
		t.Fatalf("state: %v, %v", all, err)
	}
	return all["v"]
}

func TestRunContinuesAtItsCheckpointAfterAFailure(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 10)
	g.on(func(n int) error {
		if n == 3 {
			return errors.New("the disk is on fire")
		}
		return nil
	})
	_, err := r.Store.Materialize(t.Context(), whole(3))
	if err == nil {
		t.Fatal("a failing store went unnoticed")
	}
	v := view(t, r)
	if v.Current == nil || v.Current.Checkpoint != 6 || v.Lease != nil || v.Current.Status != runs.Failed {
		t.Fatalf("after the failure: %+v", v.Current)
	}
	r.Clock.Add(eventtime.Minute)
	g.on(func(int) error { return nil })
	run := r.Materialize(t, whole(3))["v"]
	if g.n.Load() != 2 {
		t.Errorf("the second attempt wrote %d chunks, want the 2 that were missing", g.n.Load())
	}
	if run.Resumed != 1 || run.Written != 10 || run.Snapshot != noon || run.Status != runs.Complete {
		t.Errorf("run: %+v", run)
	}
	history, err := r.Store.Runs(t.Context(), "v", 0)
	if err != nil || len(history) != 1 || history[0].Status != runs.Complete {
		t.Errorf("history: %+v, %v", history, err)
	}
}

func TestAnotherRequestDoesNotContinueAnInterruptedRun(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 10)
	g.on(func(n int) error {
		if n == 2 {
			return errors.New("no")
		}
		return nil
	})
	r.Store.Materialize(t.Context(), whole(3))
	g.on(func(int) error { return nil })
	req := whole(3)
	req.End--
	run := r.Materialize(t, req)["v"]
	if run.Resumed != 0 || g.n.Load() != 4 {
		t.Errorf("resumed %d, wrote %d chunks", run.Resumed, g.n.Load())
	}
	history, err := r.Store.Runs(t.Context(), "", 0)
	if err != nil || len(history) != 2 || history[1].Status != runs.Failed && history[0].Status != runs.Failed {
		t.Errorf("history: %+v, %v", history, err)
	}
}

func TestSecondRunOfALiveViewIsRefused(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 4)
	second := r.Second(t, func(o *truepoint.Options) { o.Holder = "second" })
	var refused error
	g.on(func(n int) error {
		if n == 1 {
			_, refused = second.Materialize(t.Context(), whole(2))
		}
		return nil
	})
	r.Materialize(t, whole(2))
	if errs.CodeOf(refused) != errs.Aborted || errs.Aborted.Exit() != 12 {
		t.Fatalf("second run: %v", refused)
	}
	var e *errs.Error
	if !errors.As(refused, &e) || !strings.Contains(e.Message, "test") || !strings.Contains(e.Hint, "12:01:00Z") {
		t.Errorf("the refusal should say who and for how long: %v", refused)
	}
}

func TestExpiredLeaseIsTakenOverAndItsHolderMovesNothing(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 6)
	second := r.Second(t, func(o *truepoint.Options) { o.Holder = "second" })
	var taken *truepoint.MaterializeReport
	g.on(func(n int) error {
		if n != 2 {
			return nil
		}
		// The first holder stands still in the middle of its second chunk, past its lease.
		r.Clock.Add(2 * materialize.DefaultLease)
		var err error
		taken, err = second.Materialize(t.Context(), whole(2))
		return err
	})
	_, err := r.Store.Materialize(t.Context(), whole(2))
	if errs.CodeOf(err) != errs.Aborted {
		t.Fatalf("the first holder: %v", err)
	}
	run := taken.Views[0].Run
	if run.Resumed != 1 || run.Holder != "second" || run.Status != runs.Complete {
		t.Fatalf("the second holder: %+v", run)
	}
	v := view(t, r)
	if v.Current != nil || v.Lease != nil || v.Token != 2 {
		t.Errorf("state: %+v", v)
	}
	history, err := r.Store.Runs(t.Context(), "v", 0)
	if err != nil || len(history) != 1 || history[0].Holder != "second" || history[0].Token != 2 {
		t.Errorf("history: %+v, %v", history, err)
	}
}

func TestHolderThatSleptPastItsLeaseMovesNothingEvenAlone(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 6)
	g.on(func(n int) error {
		if n == 2 {
			r.Clock.Add(2 * materialize.DefaultLease)
		}
		return nil
	})
	_, err := r.Store.Materialize(t.Context(), whole(2))
	if errs.CodeOf(err) != errs.Aborted {
		t.Fatalf("got %v", err)
	}
	v := view(t, r)
	if v.Current == nil || v.Current.Checkpoint != 2 || v.Generations[0].Watermark != eventtime.None {
		t.Errorf("state: %+v %+v", v.Current, v.Generations)
	}
	g.on(func(int) error { return nil })
	if run := r.Materialize(t, whole(2))["v"]; run.Resumed != 1 || g.n.Load() != 2 {
		t.Errorf("the next run: %+v, %d chunks", run, g.n.Load())
	}
}

func TestCancelledRunStopsAtAChunkAndSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 10)
	ctx, cancel := context.WithCancel(t.Context())
	g.on(func(n int) error {
		if n == 2 {
			cancel()
		}
		return nil
	})
	_, err := r.Store.Materialize(ctx, whole(3))
	if errs.CodeOf(err) != errs.Canceled || errs.CodeOf(err).Exit() != 130 {
		t.Fatalf("got %v", err)
	}
	var e *errs.Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "6 of 10 rows are written") {
		t.Errorf("hint: %v", err)
	}
	if v := view(t, r); v.Current.Status != runs.Cancelled || v.Current.Checkpoint != 6 || v.Lease != nil {
		t.Errorf("state: %+v", v.Current)
	}
	g.on(func(int) error { return nil })
	if run := r.Materialize(t, whole(3))["v"]; run.Resumed != 1 || g.n.Load() != 2 {
		t.Errorf("the next run: %+v, %d chunks", run, g.n.Load())
	}
}

func TestRunThatSomebodyCancelsStopsAtAChunk(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 10)
	g.on(func(n int) error {
		if n == 2 {
			return r.Store.CancelRun(t.Context(), view(t, r).Current.ID)
		}
		return nil
	})
	_, err := r.Store.Materialize(t.Context(), whole(3))
	if errs.CodeOf(err) != errs.Canceled {
		t.Fatalf("got %v", err)
	}
	id := view(t, r).Current.ID
	if err := r.Store.CancelRun(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if v := view(t, r); v.Current != nil {
		t.Errorf("a cancelled run stayed resumable: %+v", v.Current)
	}
	if err := r.Store.CancelRun(t.Context(), id); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("cancelling it again: %v", err)
	}
}

func TestFilesThatAppearLaterAreIgnoredByAResume(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 4)
	g.on(func(n int) error {
		if n == 2 {
			return errors.New("no")
		}
		return nil
	})
	r.Store.Materialize(t.Context(), whole(2))
	late := rows(6)
	if err := r.Offline.Append(t.Context(), &feature.Source{Name: "src"}, "late", late); err != nil {
		t.Fatal(err)
	}
	g.on(func(int) error { return nil })
	run := r.Materialize(t, whole(2))["v"]
	if run.Resumed != 1 || run.Read != 4 || run.Total != 4 {
		t.Errorf("run: %+v", run)
	}
}

func TestSeveralViewsFailApart(t *testing.T) {
	t.Parallel()
	r := storetest.New(t, noon, nil)
	defer r.Store.Close()
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	other := *set.Views[0]
	other.Name, other.Source = "w", "gone"
	set.Views = append(set.Views, &other)
	set.Sources = append(set.Sources, &feature.Source{Name: "gone", Type: feature.FileSource, Path: "gone", TimestampField: "event"})
	r.Offline.Put("src", rows(3))
	r.Apply(t, set)
	for _, parallel := range []int{1, 2} {
		req := whole(0)
		req.Parallel = parallel
		report, err := r.Store.Materialize(t.Context(), req)
		if errs.CodeOf(err) != errs.Partial || errs.CodeOf(err).Exit() != 4 {
			t.Fatalf("got %v", err)
		}
		if report.Views[0].Err != nil || report.Views[1].Err == nil || !strings.Contains(err.Error(), "gone") {
			t.Errorf("report: %+v, %v", report.Views, err)
		}
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	t.Parallel()
	r, g := rig(t, 5)
	req := whole(0)
	req.DryRun = true
	report, err := r.Store.Materialize(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	d := report.Views[0].DryRun
	if d.Rows != 5 || d.Read != 5 || d.Bytes < 5*40 || g.n.Load() != 0 {
		t.Errorf("dry run: %+v, %d chunks written", d, g.n.Load())
	}
	if all, _ := r.Store.LastRuns(t.Context()); len(all) != 0 {
		t.Errorf("a dry run left state: %v", all)
	}
}

func TestBadInput_09_start_after_end(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, 1)
	req := whole(0)
	req.Start, req.End = noon, noon-1
	unchanged := datatest.Stores(t, &r.Options)
	if _, err := r.Store.Materialize(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("start after end: %v", err)
	}
	unchanged()
	req.Start = req.End
	if _, err := r.Store.Materialize(t.Context(), req); err != nil {
		t.Errorf("an interval of one instant: %v", err)
	}
}

func TestBadInput_10_end_in_2099(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, 1)
	req := whole(0)
	req.End, _ = eventtime.Parse("2099-01-01", nil)
	unchanged := datatest.Stores(t, &r.Options)
	if _, err := r.Store.Materialize(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("an end in 2099: %v", err)
	}
	unchanged()
	req.AllowFuture = true
	run := r.Materialize(t, req)["v"]
	if run.End != noon || run.Watch.After != noon {
		t.Errorf("an allowed future end is clamped to now: %+v", run)
	}
}

func TestUnknownViewIsRefusedBeforeAnythingIsDone(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, 1)
	defer datatest.Stores(t, &r.Options)()
	req := whole(0)
	req.Views = []string{"v", "w"}
	_, err := r.Store.Materialize(t.Context(), req)
	if errs.CodeOf(err) != errs.NotFound || !strings.Contains(err.Error(), "did you mean v?") {
		t.Errorf("got %v", err)
	}
}
