package serving_test

import (
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

var consent = apply.Options{AllowBreaking: true, AllowDestructive: true}

// filled returns a store with one view "v" whose first generation holds a row of key "1", and its definitions.
func filled(t *testing.T) (*storetest.Rig, *feature.Set) {
	t.Helper()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	rows := storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, []any{"1", noon - 10, 1})
	for _, name := range []string{"src", "src@v/1"} { // in memory a source's name is its place
		r.Offline.Put(name, rows)
	}
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	r.Apply(t, set)
	r.Materialize(t, incremental())
	return r, set
}

func incremental() *truepoint.MaterializeRequest {
	return &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: noon}
}

// served checks the answer for key "1" of the view; when says in words at which moment.
func served(t *testing.T, r *storetest.Rig, when, want string) {
	t.Helper()
	req := ask("v:f")
	req.Entities = keys("1")
	if got := answer(t, r, req); got != want {
		t.Errorf("%s: got %s, want %s", when, got, want)
	}
}

// rollBack goes back to the first revision.
func rollBack(t *testing.T, r *storetest.Rig) {
	t.Helper()
	if _, err := r.Store.Rollback(t.Context(), 1, consent); err != nil {
		t.Fatal(err)
	}
}

func withoutViews(set *feature.Set) *feature.Set {
	out := *set
	out.Views = nil
	return &out
}

func TestViewCreatedAgainIsEmptyUntilItsFirstRun(t *testing.T) {
	t.Parallel()
	r, set := filled(t)
	r.Apply(t, withoutViews(set))
	r.Apply(t, set)
	served(t, r, "before its first run", "f: NOT_FOUND")
	fresh, err := r.Store.Freshness(t.Context(), "v")
	if err != nil || fresh[0].Watermark != eventtime.None || fresh[0].LastRun != eventtime.None || fresh[0].NewestEvent != eventtime.None {
		t.Errorf("freshness %+v, %v", fresh, err)
	}
	run := r.Materialize(t, incremental())["v"]
	if run.Watch.Before != eventtime.None || run.Generation != 2 || run.Written != 1 {
		t.Errorf("its first run: %+v", run)
	}
	served(t, r, "after its first run", "f: 1")
}

func TestBreakingChangeOfAViewCreatedAgainIsServedByItsOwnGenerationsOnly(t *testing.T) {
	t.Parallel()
	r, set := filled(t)
	r.Apply(t, withoutViews(set))
	r.Apply(t, set)
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.String)}))
	served(t, r, "before its first run", "f: NOT_FOUND")
}

func TestRollbackOfADeletionServesTheRowsOfThen(t *testing.T) {
	t.Parallel()
	r, set := filled(t)
	r.Apply(t, withoutViews(set))
	rollBack(t, r)
	served(t, r, "after the rollback of the deletion", "f: 1")
	r.Apply(t, withoutViews(set))
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.String)}))
	served(t, r, "created again as another view", "f: NOT_FOUND")
	rollBack(t, r)
	served(t, r, "after the rollback over the creation", "f: 1")
}

func TestLeaseOfADeletedViewDoesNotHoldItsSuccessor(t *testing.T) {
	t.Parallel()
	r, set := filled(t)
	ledger := runs.NewLedger(r.Options.State, storetest.Project)
	_, err := ledger.Update(t.Context(), "v", func(v *runs.View) error {
		v.Token++
		v.Current = &runs.Run{ID: "old", View: "v", Mode: runs.Incremental, Status: runs.Running, Generation: 1, Token: v.Token}
		v.Lease = &runs.Lease{Holder: "elsewhere", Token: v.Token, Acquired: noon, Expires: noon.Add(eventtime.Hour)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Store.Materialize(t.Context(), incremental()); err == nil {
		t.Fatal("a live lease of the same view did not refuse a second run")
	}
	r.Apply(t, withoutViews(set))
	r.Apply(t, set)
	if run := r.Materialize(t, incremental())["v"]; run.Status != runs.Complete || run.Resumed != 0 || run.Generation != 2 {
		t.Errorf("run %+v", run)
	}
	state, err := ledger.View(t.Context(), "v")
	if err != nil || state.Current != nil || state.Lease != nil {
		t.Errorf("state %+v, %v", state, err)
	}
}

func TestAnswerNamesTheViewsThatAnOlderGenerationAnswers(t *testing.T) {
	t.Parallel()
	r, set := filled(t)
	req := ask("v:f")
	req.Entities = keys("1")
	described := *set
	view := *set.Views[0]
	view.Description = "the same values"
	described.Views = []*feature.View{&view}
	r.Apply(t, &described)
	changed := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Float64)})
	r.Apply(t, changed)
	res, err := r.Store.Online(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if res.Revision != 3 || len(res.Older) != 1 {
		t.Fatalf("revision %d, older %+v", res.Revision, res.Older)
	}
	if o := res.Older[0]; o.View != "v" || o.Generation != 1 || o.Revision != 2 || o.Waiting != 2 {
		t.Errorf("older %+v", o)
	}
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Float64"}, []any{"1", noon - 10, 1.5}))
	r.Materialize(t, incremental())
	res, err = r.Store.Online(t.Context(), req)
	if err != nil || len(res.Older) != 0 || res.Columns[0].Cells[0].Value.Float() != 1.5 {
		t.Errorf("after its first complete run: %+v, %v", res, err)
	}
}
