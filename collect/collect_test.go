package collect_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/collect"
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
	"github.com/truepoint/truepoint/value/jsonvalue"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

var int64s, int32s = value.Scalar(value.Int64), value.Scalar(value.Int32)

// rig returns a store with a history of seven keys an hour before noon, and nothing applied.
func rig(t *testing.T, change func(*truepoint.Options)) *storetest.Rig {
	t.Helper()
	r := storetest.New(t, noon, change)
	t.Cleanup(func() { r.Store.Close() })
	var rows [][]any
	for i := range 7 {
		rows = append(rows, []any{fmt.Sprint("k", i), noon.Add(-eventtime.Hour), i})
	}
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, rows...))
	return r
}

// views returns definitions of views by name, with one field of a type each.
func views(types map[string]value.Type) *feature.Set {
	set := storetest.Set("")
	set.Views = nil
	for name, typ := range types {
		set.Views = append(set.Views, &feature.View{Name: name, Entities: []string{"e"}, Source: "src", Online: true, Schema: []feature.Field{{Name: "f", Type: typ}}})
	}
	slices.SortFunc(set.Views, func(a, b *feature.View) int { return strings.Compare(a.Name, b.Name) })
	return set
}

func fill(t *testing.T, r *storetest.Rig) {
	t.Helper()
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
}

// gc collects and returns the tables of the report as "table action".
func gc(t *testing.T, s *truepoint.Store, req collect.Request) []string {
	t.Helper()
	report, err := s.Collect(t.Context(), &req)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, l := range report.Tables {
		out = append(out, l.Table+" "+string(l.Action))
	}
	return out
}

func want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func tables(t *testing.T, r *storetest.Rig) []string {
	t.Helper()
	names, err := r.Online.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// read returns the answer for one key.
func read(t *testing.T, s *truepoint.Store, view string) string {
	t.Helper()
	a, err := s.Online(t.Context(), &truepoint.OnlineRequest{Features: []string{view + ":f"}, AsOf: eventtime.None,
		Entities: []input.Column{input.FromTexts("k", []string{"k3"})}})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Columns[len(a.Columns)-1]
	if c.Cells[0].Status != value.Present {
		return "missing"
	}
	return string(jsonvalue.AppendOwn(nil, c.Cells[0].Value))
}

func TestRemovedViewGoesAfterTheSpan(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s, "w": int64s}))
	fill(t, r)
	r.Clock.Add(eventtime.Day)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	week := collect.Request{Keep: 7 * eventtime.Day}
	r.Clock.Add(6 * eventtime.Day)
	want(t, "within the span", gc(t, r.Store, week))
	r.Clock.Add(eventtime.Day + 1)
	dry := week
	dry.DryRun = true
	want(t, "dry run", gc(t, r.Store, dry), "test/w/1 would go")
	want(t, "tables after a dry run", tables(t, r), "test/v/1", "test/w/1")
	want(t, "after the span", gc(t, r.Store, week), "test/w/1 gone")
	want(t, "again", gc(t, r.Store, week))
	want(t, "tables", tables(t, r), "test/v/1")
	all, err := r.Store.LastRuns(t.Context())
	if err != nil || all["w"].Lease != nil || len(all["w"].Generations) != 0 {
		t.Errorf("state of w: %+v, %v", all["w"], err)
	}
}

func TestReportCountsRowsAndBytes(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s, "w": int64s}))
	fill(t, r)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	r.Clock.Add(eventtime.Hour)
	report, err := r.Store.Collect(t.Context(), &collect.Request{Keep: 1})
	if err != nil || report.Rows != 7 || report.Bytes < 7*30 || len(report.Tables) != 1 || report.Tables[0].Reason != collect.ReasonRemoved {
		t.Errorf("got %+v, %v", report, err)
	}
}

func TestSupersededGenerationGoesOnlyAfterItsSuccessorServedForTheSpan(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	fill(t, r)
	r.Clock.Add(eventtime.Hour)
	r.Apply(t, views(map[string]value.Type{"v": int32s}))
	day := collect.Request{Keep: eventtime.Day}
	r.Clock.Add(30 * eventtime.Day)
	want(t, "the new generation was never filled", gc(t, r.Store, day))
	fill(t, r)
	want(t, "it was filled just now", gc(t, r.Store, day))
	r.Clock.Add(eventtime.Day + 1)
	want(t, "a day later", gc(t, r.Store, day), "test/v/1 gone")
	if got := read(t, r.Store, "v"); got != "3" {
		t.Errorf("read %s", got)
	}
}

func TestRollbackWithinTheSpanFindsItsRowsAndBeyondItAnEmptyView(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	first := r.Apply(t, views(map[string]value.Type{"v": int64s}))
	fill(t, r)
	r.Clock.Add(eventtime.Hour)
	r.Apply(t, views(map[string]value.Type{"v": int32s}))
	fill(t, r)
	r.Clock.Add(23 * eventtime.Hour)
	want(t, "within", gc(t, r.Store, collect.Request{Keep: eventtime.Day}))
	r.Clock.Add(2 * eventtime.Hour)
	want(t, "beyond", gc(t, r.Store, collect.Request{Keep: eventtime.Day}), "test/v/1 gone")
	if _, err := r.Store.Rollback(t.Context(), first, apply.Options{AllowBreaking: true, AllowDestructive: true}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, r.Store, "v"); got != "missing" {
		t.Errorf("after the rollback: %s, want no row rather than half a table", got)
	}
	fill(t, r)
	if got := read(t, r.Store, "v"); got != "3" {
		t.Errorf("after the next run: %s", got)
	}
}

func TestAnotherProjectsTablesStay(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	for _, name := range []string{"other/w/1", "tests/v/9", "test", "test/w", "test/w/x", "test/w/0", "test/w/1/2"} {
		row := value.AppendTombstone(nil, value.Version{Event: 1, Created: eventtime.None, Snapshot: 1})
		if _, err := r.Online.PutBatch(t.Context(), name, []online.Cell{{Key: []byte("k"), Row: row}}); err != nil {
			t.Fatal(err)
		}
	}
	before := tables(t, r)
	r.Clock.Add(365 * eventtime.Day)
	want(t, "gc", gc(t, r.Store, collect.Request{Expired: true}))
	want(t, "tables", tables(t, r), before...)
}

func TestWithoutRevisionsNothingGoes(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	row := value.AppendTombstone(nil, value.Version{Event: 1, Created: eventtime.None, Snapshot: 1})
	if _, err := r.Online.PutBatch(t.Context(), "test/v/1", []online.Cell{{Key: []byte("k"), Row: row}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Store.Collect(t.Context(), &collect.Request{}); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("got %v", err)
	}
	want(t, "tables", tables(t, r), "test/v/1")
}

func TestRunKeepsWhatItWrites(t *testing.T) {
	t.Parallel()
	in := fault.New()
	r := rig(t, func(o *truepoint.Options) { o.Online = fault.Online(o.Online, in) })
	r.Apply(t, views(map[string]value.Type{"v": int64s, "w": int64s}))
	in.Set(fault.Rule{Op: "PutBatch", Nth: 2, Effect: fault.Fail, Err: errs.New(errs.Internal, "no")})
	_, err := r.Store.Materialize(t.Context(), &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon, ChunkRows: 3, Views: []string{"w"}})
	if err == nil {
		t.Fatal("the run should have stopped")
	}
	in.Set()
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	r.Clock.Add(eventtime.Day)
	report, err := r.Store.Collect(t.Context(), &collect.Request{Keep: 1})
	if err != nil || len(report.Tables) != 1 || report.Tables[0].Action != collect.Kept || !strings.Contains(report.Tables[0].Why, "truepoint runs cancel w-") {
		t.Fatalf("got %+v, %v", report, err)
	}
	all, err := r.Store.Runs(t.Context(), "w", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Store.CancelRun(t.Context(), all[0].ID); err != nil {
		t.Fatal(err)
	}
	want(t, "after the cancel", gc(t, r.Store, collect.Request{Keep: 1}), "test/w/1 gone")
}

func TestLeasedViewIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s, "w": int64s}))
	fill(t, r)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	r.Clock.Add(eventtime.Day)
	ledger := runs.NewLedger(r.Options.State, storetest.Project)
	_, err := ledger.Update(t.Context(), "w", func(v *runs.View) error { v.Take("host 1", r.Clock.Now(), eventtime.Minute); return nil })
	if err != nil {
		t.Fatal(err)
	}
	want(t, "leased", gc(t, r.Store, collect.Request{Keep: 1}), "test/w/1 kept")
	r.Clock.Add(2 * eventtime.Minute)
	want(t, "the lease ran out", gc(t, r.Store, collect.Request{Keep: 1}), "test/w/1 gone")
}

func TestMaterializeIsRefusedWhileATableOfItsViewGoes(t *testing.T) {
	t.Parallel()
	var s *truepoint.Store
	d := &dropping{}
	r := rig(t, func(o *truepoint.Options) { d.Driver = o.Online; o.Online = d })
	s = r.Store
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	fill(t, r)
	r.Apply(t, views(map[string]value.Type{"v": int32s}))
	fill(t, r)
	r.Clock.Add(eventtime.Day)
	d.before = func() {
		_, err := s.Materialize(context.Background(), &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: noon})
		if errs.CodeOf(err) != errs.Aborted {
			t.Errorf("a run while the table goes: %v", err)
		}
	}
	want(t, "gc", gc(t, s, collect.Request{Keep: 1}), "test/v/1 gone")
	d.before = nil
	fill(t, r)
}

// dropping calls before each Drop.
type dropping struct {
	online.Driver
	before func()
}

func (d *dropping) Drop(ctx context.Context, table string) error {
	if d.before != nil {
		d.before()
	}
	return d.Driver.Drop(ctx, table)
}

func TestBoundsLeaveTheRestForNextTime(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Apply(t, views(map[string]value.Type{"v": int64s, "w": int64s, "x": int64s}))
	fill(t, r)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	r.Clock.Add(eventtime.Day)
	want(t, "rows", gc(t, r.Store, collect.Request{Keep: 1, RowsMax: 10}), "test/w/1 gone", "test/x/1 kept")
	want(t, "rest", gc(t, r.Store, collect.Request{Keep: 1, RowsMax: 10}), "test/x/1 gone")
}

// Every call that a collection makes goes wrong once; the next one always ends in the state of an undisturbed one.
func TestFault_gc_may_be_stopped_anywhere_and_repeated(t *testing.T) {
	t.Parallel()
	prepare := func(t *testing.T) (*storetest.Rig, *fault.Injector) {
		in := fault.New()
		r := rig(t, func(o *truepoint.Options) {
			o.Online, o.State, o.Registry = fault.Online(o.Online, in), fault.State(o.State, in), fault.Registry(o.Registry, in)
		})
		r.Apply(t, views(map[string]value.Type{"v": int64s, "w": int64s}))
		fill(t, r)
		r.Apply(t, views(map[string]value.Type{"v": int32s}))
		fill(t, r)
		r.Clock.Add(eventtime.Day)
		in.Set()
		return r, in
	}
	r, in := prepare(t)
	want(t, "undisturbed", gc(t, r.Store, collect.Request{Keep: 1}), "test/v/1 gone", "test/w/1 gone")
	trials := 0
	for _, op := range []string{"Tables", "Scan", "Drop", "Get", "CompareAndSwap", "List", "Head", "Read", "History"} {
		for n := range in.Calls(op) {
			for _, effect := range []fault.Effect{fault.Fail, fault.Lost, fault.Torn, fault.Duplicate} {
				trials++
				r, in := prepare(t)
				in.Set(fault.Rule{Op: op, Nth: n + 1, Effect: effect})
				_, err := r.Store.Collect(t.Context(), &collect.Request{Keep: 1})
				if c := errs.CodeOf(err); c != errs.OK && c != errs.Unavailable && c != errs.Aborted {
					t.Errorf("%s#%d/%d: %v", op, n+1, effect, err)
				}
				in.Set()
				if got := read(t, r.Store, "v"); got != "3" {
					t.Errorf("%s#%d/%d: served %s", op, n+1, effect, got)
				}
				r.Clock.Add(2 * eventtime.Minute)
				gc(t, r.Store, collect.Request{Keep: 1})
				want(t, fmt.Sprintf("%s#%d/%d", op, n+1, effect), tables(t, r), "test/v/2")
			}
		}
	}
	t.Logf("%d trials", trials)
}

func TestAppliedMeanwhileStopsTheCollection(t *testing.T) {
	t.Parallel()
	d := &scanning{}
	r := rig(t, func(o *truepoint.Options) { d.Driver = o.Online; o.Online = d })
	both := views(map[string]value.Type{"v": int64s, "w": int64s})
	r.Apply(t, both)
	fill(t, r)
	r.Apply(t, views(map[string]value.Type{"v": int64s}))
	r.Clock.Add(eventtime.Day)
	d.before = func() { r.Apply(t, both) }
	if _, err := r.Store.Collect(t.Context(), &collect.Request{Keep: 1}); errs.CodeOf(err) != errs.Aborted {
		t.Errorf("got %v", err)
	}
	want(t, "tables", tables(t, r), "test/v/1", "test/w/1")
}

// scanning calls before the first Scan.
type scanning struct {
	online.Driver
	before func()
}

func (d *scanning) Scan(ctx context.Context, table string, yield func(online.Cell) bool) error {
	if f := d.before; f != nil {
		d.before = nil
		f()
	}
	return d.Driver.Scan(ctx, table, yield)
}
