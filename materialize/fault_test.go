package materialize_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

// killsQuick and killsLong are how many times fault 27 kills the process with each store; the long form runs with
// TRUEPOINT_LONG set.
const (
	killsQuick = 6
	killsLong  = 50
	longRun    = "TRUEPOINT_LONG"
)

// prepare makes a repository with childKeys keys of three rows each.
func prepare(t *testing.T, store string) string {
	t.Helper()
	dir := t.TempDir()
	setClock(t, dir, noon)
	writeRows(t, dir, 0)
	s, err := openRepository(dir, store, false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources[0].Path = "history.parquet"
	p, err := s.Plan(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// writeRows writes the history; newer is added to every event time and value.
func writeRows(t *testing.T, dir string, newer int64) {
	t.Helper()
	b := &value.Batch{}
	k, e, f := value.NewColumn(value.Scalar(value.String), 0), value.NewColumn(value.Scalar(value.UnixTimestamp), 0), value.NewColumn(value.Scalar(value.Int64), 0)
	for i := range int64(3 * childKeys) {
		k.Append(value.OfString(strconv.FormatInt(i%childKeys, 10)))
		e.Append(value.OfInstant(noon.Add(-eventtime.Hour) + eventtime.Instant(i+newer)))
		f.Append(value.OfInt64(i + newer))
	}
	b.Add("k", k)
	b.Add("event", e)
	b.Add("f", f)
	if err := offline.WriteTable(filepath.Join(dir, "history.parquet"), b); err != nil {
		t.Fatal(err)
	}
}

func TestFault_27_kill_during_materialize_ends_in_the_same_store(t *testing.T) {
	t.Parallel()
	kills := killsQuick
	if os.Getenv(longRun) != "" {
		kills = killsLong
	}
	for _, store := range []string{"embedded", "sqlite"} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			undisturbed := prepare(t, store)
			began := time.Now()
			if err := start(t, undisturbed, store, "").Wait(); err != nil {
				t.Fatal(err)
			}
			length := time.Since(began)
			want, _, _ := contents(t, undisturbed, store)
			chunks := puts(t, undisturbed)
			seed := rand.Uint64()
			t.Logf("seed %d, %d chunks, undisturbed %s", seed, chunks, length)
			random := rand.New(rand.NewPCG(seed, 27))
			for done := 0; done < kills; {
				done += killUntilComplete(t, store, chunks, want, func() time.Duration {
					return time.Duration(random.Int64N(int64(length)))
				})
			}
		})
	}
}

// killUntilComplete materializes a new repository, killing the process after each delay until one run gets to its end
// or it was killed five times, and compares what is stored. It returns the number of kills.
func killUntilComplete(t *testing.T, store string, chunks int, want string, delay func() time.Duration) int {
	t.Helper()
	dir := prepare(t, store)
	kills := 0
	for attempt := 0; ; attempt++ {
		setClock(t, dir, noon.Add(eventtime.Duration(attempt)*eventtime.Second)) // the lease of the dead still runs
		cmd := start(t, dir, store, "")
		var timer *time.Timer
		if kills < 5 {
			timer = time.AfterFunc(delay(), func() { _ = cmd.Process.Kill() })
		}
		err := cmd.Wait()
		if timer != nil {
			timer.Stop()
		}
		if err == nil {
			break
		}
		if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
			t.Fatalf("the process failed: %v: %s", err, cmd.Stderr)
		}
		kills++
		if _, view, _ := contents(t, dir, store); view != nil && view.Last != nil {
			break // it was killed on its way out
		}
	}
	got, view, history := contents(t, dir, store)
	if got != want {
		t.Errorf("after %d kills the store differs from that of an undisturbed run", kills)
	}
	if n := puts(t, dir); n > chunks+kills {
		t.Errorf("%d chunks were written after %d kills, want at most %d: more than one was redone", n, kills, chunks+kills)
	}
	if view.Current != nil || view.Lease != nil || view.Generations[0].Watermark != noon {
		t.Errorf("state after %d kills: %+v", kills, view)
	}
	if len(history) != 1 || history[0].Status != runs.Complete || history[0].Total != childKeys {
		t.Errorf("history after %d kills: %+v", kills, history)
	}
	return kills
}

func TestFault_30_holder_stopped_past_its_lease_moves_nothing(t *testing.T) {
	t.Parallel()
	const store = "sqlite"
	dir := prepare(t, store)
	first := start(t, dir, store, "5")
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(first.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the first process did not stop: %v, %v", status, err)
	}
	_, view, _ := contents(t, dir, store)
	if !view.Live(noon) || view.Current.Checkpoint != 4*childChunk {
		t.Fatalf("state at the stop: %+v", view)
	}
	if err := start(t, dir, store, "").Wait(); exitOf(err) != errs.Aborted.Exit() {
		t.Fatalf("a second run of the leased view: %v", err)
	}

	setClock(t, dir, noon.Add(2*eventtime.Minute))
	writeRows(t, dir, 1_000_000)
	second := start(t, dir, store, "")
	if err := second.Wait(); err != nil {
		t.Fatalf("the second process: %v: %s", err, second.Stderr)
	}
	stored, view, history := contents(t, dir, store)
	if view.Token != 2 || view.Current != nil || len(history) != 1 || history[0].Status != runs.Complete {
		t.Fatalf("state after the second run: %+v, %+v", view, history)
	}

	if err := os.WriteFile(filepath.Join(dir, "go-on"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := first.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); exitOf(err) != errs.Aborted.Exit() {
		t.Errorf("the first process ended with %v, want exit %d: %s", err, errs.Aborted.Exit(), first.Stderr)
	}
	again, viewAgain, historyAgain := contents(t, dir, store)
	if again != stored {
		t.Error("a row went back after the first process woke")
	}
	if viewAgain.Token != view.Token || viewAgain.Generations[0] != view.Generations[0] || viewAgain.Current != nil || viewAgain.Lease != nil {
		t.Errorf("the first process moved the state: %+v, was %+v", viewAgain, view)
	}
	if len(historyAgain) != 1 || historyAgain[0].Token != history[0].Token || historyAgain[0].Finished != history[0].Finished {
		t.Errorf("the first process moved the history: %+v", historyAgain)
	}
}

func TestLeaseOfAKilledProcessIsTakenOverAtOnce(t *testing.T) {
	t.Parallel()
	const store = "sqlite"
	dir := prepare(t, store)
	first := start(t, dir, store, "5")
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(first.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("the first process did not stop: %v, %v", status, err)
	}
	if err := start(t, dir, store, "").Wait(); exitOf(err) != errs.Aborted.Exit() {
		t.Fatalf("a second run while the first process stands still: %v", err)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	second := start(t, dir, store, "")
	if err := second.Wait(); err != nil {
		t.Fatalf("the second run at the same instant: %v: %s", err, second.Stderr)
	}
	_, view, history := contents(t, dir, store)
	if view.Token != 2 || len(history) != 1 || history[0].Resumed != 1 || history[0].Status != runs.Complete {
		t.Errorf("state: %+v, history: %+v", view, history)
	}
}

func exitOf(err error) int {
	if e, ok := err.(interface{ ExitCode() int }); ok {
		return e.ExitCode()
	}
	return 0
}
