package runs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/state/memstate"
)

// oldRuns returns the ids of the runs that ended before an instant and may go.
func oldRuns(t *testing.T, l *runs.Ledger, before eventtime.Instant) []string {
	t.Helper()
	records, err := l.Old(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range records {
		ids = append(ids, r.Key[strings.LastIndex(r.Key, "/")+1:])
	}
	return ids
}

// ledgerOf returns a ledger with n complete runs of "v" that began at 1 to n, each ended at its begin, of generation 1; run
// number broken failed.
func ledgerOf(t *testing.T, n, broken int) *runs.Ledger {
	t.Helper()
	l := runs.NewLedger(memstate.New(), "p")
	for i := 1; i <= n; i++ {
		r := &runs.Run{ID: fmt.Sprintf("r%03d", i), View: "v", Status: runs.Complete, Generation: 1, Started: eventtime.Instant(i), Finished: eventtime.Instant(i)}
		if i == broken {
			r.Status = runs.Failed
		}
		if err := l.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestOldRunsAreThoseThatNothingNeeds(t *testing.T) {
	t.Parallel()
	l := ledgerOf(t, 30, 1)
	wantIDs(t, "before all", oldRuns(t, l, 1))
	wantIDs(t, "without a record of the view", oldRuns(t, l, 4), "r001", "r002", "r003")
	_, err := l.Update(t.Context(), "v", func(v *runs.View) error {
		v.Generation(1).Complete = true
		v.Last = &runs.Run{ID: "r004"}
		v.Unrecorded = []*runs.Run{{ID: "r005"}}
		v.Current = &runs.Run{ID: "r006"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantIDs(t, "the first complete run and those that are named stay", oldRuns(t, l, 8), "r001", "r003", "r007")
	wantIDs(t, "the newest stay", oldRuns(t, l, 1000), "r001", "r003", "r007", "r008", "r009", "r010")
}

func TestFewRunsStayHoweverOld(t *testing.T) {
	t.Parallel()
	wantIDs(t, "few", oldRuns(t, ledgerOf(t, runs.RunsLeast, 0), 1000))
}

func wantIDs(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
