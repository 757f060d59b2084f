package fault_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

// A rig is a store all of whose ports an injector disturbs, and the undisturbed parts beside it.
type rig struct {
	*storetest.Rig
	in    *fault.Injector
	clean truepoint.Options
}

// newRig returns a rig with the views "v" and "w" behind the push source "p", and a history of seven keys.
func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{in: fault.New()}
	r.Rig = storetest.New(t, noon, func(o *truepoint.Options) {
		r.clean = *o
		o.Registry, o.State = fault.Registry(o.Registry, r.in), fault.State(o.State, r.in)
		o.Offline, o.Online = fault.Offline(o.Offline, r.in), fault.Online(o.Online, r.in)
	})
	t.Cleanup(func() {
		if err := r.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	columns := []string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:Float64"}
	var rows [][]any
	for i := range 14 {
		at := noon.Add(-eventtime.Hour) + eventtime.Instant(i)
		rows = append(rows, []any{fmt.Sprint("k", i%7), at, at, i, float64(i) / 2})
	}
	r.Offline.Put("src", storetest.Batch(columns, rows...))
	set := storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	other := *set.Views[0]
	other.Name, other.Schema = "w", []feature.Field{{Name: "g", Type: value.Scalar(value.Float64)}}
	set.Views = append(set.Views, &other)
	r.Apply(t, set)
	return r
}

// stored returns every online row as text: table, key, event, created and cells, without the instant of the run.
func (r *rig) stored(t *testing.T) string {
	t.Helper()
	const snapshotFrom, snapshotTo = 6 + 16, 6 + 24 // value/row.go: format, flags, schema, event, created, snapshot
	var out strings.Builder
	for _, table := range []string{storetest.Project + "/v/1", storetest.Project + "/w/1"} {
		err := r.clean.Online.Scan(t.Context(), table, func(c online.Cell) bool {
			fmt.Fprintf(&out, "%s %x %x\n", table, c.Key, slices.Delete(slices.Clone(c.Row), snapshotFrom, snapshotTo))
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// A trial is one call that goes wrong.
type trial struct{ rule fault.Rule }

func (tr trial) String() string {
	return fmt.Sprintf("%s#%d/%s", tr.rule.Op, tr.rule.Nth, [...]string{"fail", "lost", "slow", "torn", "duplicate", "stale"}[tr.rule.Effect])
}

// trials returns one trial for each of ops, each call of it that work makes undisturbed, and each effect.
func trials(t *testing.T, work func(t *testing.T, r *rig) error, ops ...string) []trial {
	t.Helper()
	r := newRig(t)
	r.in.Set()
	if err := work(t, r); err != nil {
		t.Fatal(err)
	}
	var out []trial
	for _, op := range ops {
		for n := range r.in.Calls(op) {
			for _, e := range []fault.Effect{fault.Fail, fault.Lost, fault.Torn, fault.Duplicate, fault.Stale} {
				out = append(out, trial{fault.Rule{Op: op, Nth: n + 1, Effect: e}})
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("nothing to disturb")
	}
	return out
}

// wantClear fails the test unless err is nil, or says that a store was unavailable, for one view or all, that somebody
// else was faster, or, of a registry that answers what was true earlier, that nothing was applied.
func (tr trial) wantClear(t *testing.T, err error) {
	t.Helper()
	switch c := errs.CodeOf(err); {
	case c == errs.OK, c == errs.Unavailable, c == errs.Partial, c == errs.Aborted:
	case c == errs.FailedPrecondition && tr.rule.Effect == fault.Stale:
	default:
		t.Errorf("the disturbed call failed with code %v: %v", c, err)
	}
}

func materializeAll(t *testing.T, r *rig) error {
	t.Helper()
	_, err := r.Store.Materialize(t.Context(), &truepoint.MaterializeRequest{
		Mode: materialize.Interval, Start: eventtime.Min, End: noon, ChunkRows: 3})
	return err
}

func TestFault_materialize_ends_right_whichever_call_goes_wrong(t *testing.T) {
	t.Parallel()
	undisturbed := newRig(t)
	if err := materializeAll(t, undisturbed); err != nil {
		t.Fatal(err)
	}
	want := undisturbed.stored(t)
	all := trials(t, materializeAll, "Head", "Read", "History", "Get", "CompareAndSwap", "List", "Delete", "Columns", "Open", "Part.Read", "GetBatch", "PutBatch")
	t.Logf("%d trials", len(all))
	for _, tr := range all {
		t.Run(tr.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.in.Set(tr.rule)
			err := materializeAll(t, r)
			tr.wantClear(t, err)
			r.in.Set()
			if got := r.stored(t); err == nil && got != want {
				t.Fatalf("it reported success and stored\n%s\nwant\n%s", got, want)
			}
			if err != nil {
				r.Clock.Add(10 * eventtime.Minute) // a lease whose holder lost touch runs out
				if err := materializeAll(t, r); err != nil {
					t.Fatalf("again, undisturbed: %v", err)
				}
			}
			if got := r.stored(t); got != want {
				t.Errorf("stored\n%s\nwant\n%s", got, want)
			}
			wantEnded(t, r)
		})
	}
}

// wantEnded checks that both views rest: complete up to noon, not leased, with a complete run in their history.
func wantEnded(t *testing.T, r *rig) {
	t.Helper()
	views, err := r.Store.LastRuns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"v", "w"} {
		v := views[name]
		if v == nil || v.Lease != nil || v.Current != nil || v.Generations[0].Watermark != noon {
			t.Errorf("state of %s: %+v", name, v)
		}
		history, err := r.Store.Runs(t.Context(), name, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(history, func(run truepoint.Run) bool { return run.Status == runs.Complete && run.Total == 7 }) {
			t.Errorf("no complete run of %s: %+v", name, history)
		}
	}
}

func pushRows(t *testing.T, r *rig) error {
	t.Helper()
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", To: "online_and_offline", ID: "push 1", Rows: []input.Column{
		input.FromTexts("k", []string{"k1", "new"}), input.FromTexts("event", []string{"2026-03-12T11:59:00Z", "2026-03-12T11:59:00Z"}),
		input.FromTexts("f", []string{"100", "200"}), input.FromTexts("g", []string{"1.5", "2.5"})}})
	return err
}

func TestFault_push_ends_right_whichever_call_goes_wrong(t *testing.T) {
	t.Parallel()
	undisturbed := newRig(t)
	if err := pushRows(t, undisturbed); err != nil {
		t.Fatal(err)
	}
	want, history := undisturbed.stored(t), undisturbed.history(t)
	all := trials(t, pushRows, "Head", "Read", "History", "Get", "CompareAndSwap", "List", "Delete", "Append", "GetBatch", "PutBatch")
	t.Logf("%d trials", len(all))
	for _, tr := range all {
		t.Run(tr.String(), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.in.Set(tr.rule)
			err := pushRows(t, r)
			tr.wantClear(t, err)
			r.in.Set()
			if got := r.stored(t); err == nil && got != want {
				t.Fatalf("it reported success and stored\n%s\nwant\n%s", got, want)
			}
			if err := pushRows(t, r); err != nil {
				t.Fatalf("again, undisturbed: %v", err)
			}
			if got := r.stored(t); got != want {
				t.Errorf("stored\n%s\nwant\n%s", got, want)
			}
			if got := r.history(t); got != history {
				t.Errorf("the history has %d rows, want %d: an append must happen once", got, history)
			}
		})
	}
}

// history returns how many rows the source has, the appended ones included.
func (r *rig) history(t *testing.T) int {
	t.Helper()
	b, err := r.Store.Preview(t.Context(), "v", 1000)
	if err != nil {
		t.Fatal(err)
	}
	return b.Rows
}
