package collect_test

import (
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/collect"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/value"
)

// kept returns a store with a day of records: 25 runs of "v", a push with an id, and a receipt.
func kept(t *testing.T, change func(*truepoint.Options)) *storetest.Rig {
	t.Helper()
	r := rig(t, change)
	set := views(map[string]value.Type{"v": int64s})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	r.Apply(t, set)
	for range runs.RunsLeast + 5 {
		r.Clock.Add(eventtime.Second)
		fill(t, r)
	}
	pushed(t, r, "one")
	_, err := r.Store.DeleteEntity(t.Context(), &truepoint.DeleteEntityRequest{Keys: []input.Column{input.FromTexts("k", []string{"k1"})}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func pushed(t *testing.T, r *storetest.Rig, id string) {
	t.Helper()
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", To: "online", ID: id, Rows: []input.Column{
		input.FromTexts("k", []string{"k1"}), input.FromTexts("event", []string{noon.String()}), input.FromTexts("f", []string{"1"})}})
	if err != nil {
		t.Fatal(err)
	}
}

// forgot collects and returns how many records of each kind went, or would.
func forgot(t *testing.T, r *storetest.Rig, req collect.Request) map[collect.RecordKind]int64 {
	t.Helper()
	report, err := r.Store.Collect(t.Context(), &req)
	if err != nil {
		t.Fatal(err)
	}
	out := map[collect.RecordKind]int64{}
	for _, of := range report.Records {
		if of.Action != collect.Kept {
			out[of.Kind] = of.Count
		}
		if want := map[bool]collect.Action{true: collect.WouldGo, false: collect.Gone}[req.DryRun]; of.Action != want && of.Why == "" {
			t.Errorf("%+v, want %s", of, want)
		}
	}
	return out
}

func wantForgot(t *testing.T, what string, got map[collect.RecordKind]int64, runs, log, ids, receipts int64) {
	t.Helper()
	for kind, want := range map[collect.RecordKind]int64{collect.RunRecords: runs, collect.PushRecords: log, collect.PushIDs: ids, collect.Receipts: receipts} {
		if got[kind] != want {
			t.Errorf("%s: %d of %s, want %d", what, got[kind], kind, want)
		}
	}
}

func TestRecordsGoByTheirAgeAndTheirKind(t *testing.T) {
	t.Parallel()
	r := kept(t, nil)
	day := map[collect.RecordKind]eventtime.Duration{collect.RunRecords: eventtime.Day, collect.PushRecords: eventtime.Day, collect.Receipts: eventtime.Day}
	wantForgot(t, "too new", forgot(t, r, collect.Request{Records: day}), 0, 0, 0, 0)
	r.Clock.Add(2 * eventtime.Day)
	pushed(t, r, "two")
	wantForgot(t, "dry run", forgot(t, r, collect.Request{Records: day, DryRun: true}), 4, 1, 1, 1)
	wantForgot(t, "not asked for", forgot(t, r, collect.Request{DryRun: true}), 0, 0, 1, 0)
	wantForgot(t, "one kind", forgot(t, r, collect.Request{Records: map[collect.RecordKind]eventtime.Duration{collect.PushRecords: eventtime.Day}}), 0, 1, 1, 0)
	wantForgot(t, "all", forgot(t, r, collect.Request{Records: day}), 4, 0, 0, 1)
	wantForgot(t, "again", forgot(t, r, collect.Request{Records: day}), 0, 0, 0, 0)
	all, err := r.Store.Runs(t.Context(), "v", 0)
	if err != nil || len(all) != runs.RunsLeast+1 {
		t.Errorf("%d runs, %v: the newest and the first complete one stay", len(all), err)
	}
	log, err := r.Store.PushLog(t.Context(), "p")
	if err != nil || len(log) != 1 || log[0].ID != "two" {
		t.Errorf("push log %+v, %v", log, err)
	}
}

func TestRecordsStayWhenTheTimeIsOverOrTheStateFails(t *testing.T) {
	t.Parallel()
	in := fault.New()
	r := kept(t, func(o *truepoint.Options) { o.State = fault.State(o.State, in) })
	r.Clock.Add(2 * eventtime.Day)
	req := collect.Request{Records: map[collect.RecordKind]eventtime.Duration{collect.RunRecords: eventtime.Day}}
	in.Set(fault.Rule{Op: "Delete", Nth: 3, Effect: fault.Fail})
	report, err := r.Store.Collect(t.Context(), &req)
	if err == nil || len(report.Records) != 1 || report.Records[0].Count != 2 || report.Records[0].Action != collect.Gone {
		t.Errorf("%+v, %v: want the two that went before the failure", report.Records, err)
	}
	in.Set()
	wantForgot(t, "the rest", forgot(t, r, req), 2, 0, 1, 0)
}

func TestGenerationsAreJudgedAlikeAfterRunsWentFromTheHistory(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	fill(t, r)
	r.Apply(t, views(map[string]value.Type{"v": int32s}))
	for range runs.RunsLeast + 5 {
		r.Clock.Add(eventtime.Day)
		r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	}
	week := collect.Request{Keep: 7 * eventtime.Day, DryRun: true}
	want(t, "before", gc(t, r.Store, week), "test/v/1 would go")
	records := map[collect.RecordKind]eventtime.Duration{collect.RunRecords: 7 * eventtime.Day}
	if got := forgot(t, r, collect.Request{Keep: 100 * eventtime.Day, Records: records}); got[collect.RunRecords] == 0 {
		t.Error("no run went")
	}
	want(t, "after", gc(t, r.Store, week), "test/v/1 would go")
}
