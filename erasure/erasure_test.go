package erasure_test

import (
	"fmt"
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
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

// rig returns a store with the push-fed views "v" by k, "w" by k and m, and "x" by m alone, filled for k1 to k3 and m1, m2.
func rig(t *testing.T, change func(*truepoint.Options)) *storetest.Rig {
	t.Helper()
	r := storetest.New(t, noon, change)
	t.Cleanup(func() { r.Store.Close() })
	var rows [][]any
	for i := range 6 {
		rows = append(rows, []any{fmt.Sprint("k", i%3+1), fmt.Sprint("m", i%2+1), noon.Add(-eventtime.Hour), i})
	}
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "m:String", "event:UnixTimestamp", "f:Int64"}, rows...))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Entities = append(set.Entities, &feature.Entity{Name: "merchant", JoinKeys: []string{"m"}, ValueType: value.Scalar(value.String)})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	pair, other := *set.Views[0], *set.Views[0]
	pair.Name, pair.Entities, other.Name, other.Entities = "w", []string{"e", "merchant"}, "x", []string{"merchant"}
	set.Views = append(set.Views, &pair, &other)
	r.Apply(t, set)
	fill(t, r)
	return r
}

func fill(t *testing.T, r *storetest.Rig) {
	t.Helper()
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
}

func keys(pairs ...string) []input.Column {
	var out []input.Column
	for _, p := range pairs {
		name, text, _ := strings.Cut(p, "=")
		out = append(out, input.FromTexts(name, []string{text}))
	}
	return out
}

// read returns the value of a view for keys, "missing" if there is none.
func read(t *testing.T, r *storetest.Rig, view string, pairs ...string) string {
	t.Helper()
	a, err := r.Store.Online(t.Context(), &truepoint.OnlineRequest{Features: []string{view + ":f"}, AsOf: eventtime.None, Entities: keys(pairs...)})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Columns[len(a.Columns)-1].Cells[0]
	if c.Status != value.Present {
		return "missing"
	}
	return string(jsonvalue.AppendOwn(nil, c.Value))
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func remove(t *testing.T, r *storetest.Rig, req truepoint.DeleteEntityRequest) *truepoint.Receipt {
	t.Helper()
	receipt, err := r.Store.DeleteEntity(t.Context(), &req)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

// push writes one row through the push source, with an event time.
func push(t *testing.T, r *storetest.Rig, event eventtime.Instant) {
	t.Helper()
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", To: "online", Rows: []input.Column{
		input.FromTexts("k", []string{"k1"}), input.FromTexts("m", []string{"m1"}), input.FromTexts("event", []string{event.String()}), input.FromTexts("f", []string{"100"})}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryViewThatHasTheKeyForgetsTheEntityAndNoOther(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	want(t, "v before", read(t, r, "v", "k=k1"), "3")
	dry := remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("k=k1"), DryRun: true})
	if dry.Rows() != 3 || dry.ID != "" || read(t, r, "v", "k=k1") != "3" {
		t.Errorf("dry run: %+v", dry)
	}
	receipt := remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("k=k1")})
	if receipt.Rows() != 3 || len(receipt.Tables) != 2 || !receipt.Tables[0].Verified || !receipt.Tables[1].Verified || receipt.Tables[1].Rows != 2 {
		t.Errorf("receipt %+v", receipt)
	}
	want(t, "v", read(t, r, "v", "k=k1"), "missing")
	want(t, "w", read(t, r, "w", "k=k1", "m=m1"), "missing")
	want(t, "w", read(t, r, "w", "k=k1", "m=m2"), "missing")
	want(t, "another key", read(t, r, "v", "k=k2"), "4")
	want(t, "another pair", read(t, r, "w", "k=k2", "m=m2"), "1")
	want(t, "a view without the key", read(t, r, "x", "m=m1"), "4")
	var left []string
	for _, l := range receipt.Remaining {
		left = append(left, l.Kind+" "+l.Name)
	}
	want(t, "remaining", strings.Join(left, ", "), "source src, push log p")
}

func TestPairIsDeletedWithoutItsParts(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("m=m1", "k=k1")})
	want(t, "the pair", read(t, r, "w", "k=k1", "m=m1"), "missing")
	want(t, "another pair", read(t, r, "w", "k=k1", "m=m2"), "3")
	want(t, "a part", read(t, r, "v", "k=k1"), "3")
}

func TestOlderRowsDoNotComeBackAndLaterOnesDo(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("k=k1")})
	fill(t, r)
	want(t, "after a run", read(t, r, "v", "k=k1"), "missing")
	push(t, r, noon.Add(-eventtime.Second))
	want(t, "after an older push", read(t, r, "v", "k=k1"), "missing")
	r.Clock.Add(eventtime.Minute)
	push(t, r, noon.Add(eventtime.Minute))
	want(t, "after a later push", read(t, r, "v", "k=k1"), "100")
}

func TestErasedEntityNeverComesBack(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	receipt := remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("k=k1"), Erase: true})
	if !receipt.Erased || receipt.Keys[0].Value != "k1" {
		t.Errorf("receipt %+v", receipt)
	}
	r.Clock.Add(eventtime.Minute)
	push(t, r, noon.Add(eventtime.Minute))
	want(t, "v after a later push", read(t, r, "v", "k=k1"), "missing")
	want(t, "w after a later push", read(t, r, "w", "k=k1", "m=m1"), "missing")
	want(t, "x after that push", read(t, r, "x", "m=m1"), "100")
	kept, err := r.Store.Receipts(t.Context(), receipt.ID)
	if err != nil || len(kept) != 1 || kept[0].Keys[0].Value != "" || kept[0].Hash != receipt.Hash || kept[0].Rows() != 3 {
		t.Errorf("kept receipt %+v, %v: an erasure keeps no value of a key", kept, err)
	}
	r.Online.Drop(t.Context(), "test/v/1") // as if the store were lost: a new run fills it without the entity
	fill(t, r)
	want(t, "v after the store was filled again", read(t, r, "v", "k=k1"), "missing")
	want(t, "others after that", read(t, r, "v", "k=k2"), "4")
	second := r.Second(t, nil)
	if all, err := second.Receipts(t.Context(), ""); err != nil || len(all) != 1 {
		t.Errorf("receipts in another process: %+v, %v", all, err)
	}
}

func TestDeleteReachesRowsAheadOfTheClock(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	push(t, r, noon.Add(2*eventtime.Second))
	want(t, "pushed", read(t, r, "v", "k=k1"), "100")
	remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("k=k1")})
	want(t, "deleted", read(t, r, "v", "k=k1"), "missing")
}

func TestKeyWithoutARowIsKeptOutOfTheFirstRun(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	r.Online.Drop(t.Context(), "test/v/1")
	receipt := remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("k=k1")})
	if receipt.Tables[0].Rows != 0 || receipt.Tables[0].Tombstones != 1 {
		t.Errorf("receipt %+v", receipt)
	}
	fill(t, r)
	want(t, "v", read(t, r, "v", "k=k1"), "missing")
}

func TestFormerGenerationsForgetTheEntityToo(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	set, _, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set.Views[0].Schema[0].Type = value.Scalar(value.Int32)
	r.Apply(t, set)
	receipt := remove(t, r, truepoint.DeleteEntityRequest{Keys: keys("k=k1")})
	if len(receipt.Tables) != 3 || receipt.Tables[1].Table != "test/v/1" || receipt.Tables[1].Rows != 1 {
		t.Errorf("receipt %+v", receipt)
	}
	want(t, "v, served by generation 1", read(t, r, "v", "k=k1"), "missing")
}

func TestWhatCannotBeDeletedIsRefusedWithoutWriting(t *testing.T) {
	t.Parallel()
	r := rig(t, nil)
	for name, tt := range map[string]struct {
		keys []input.Column
		code errs.Code
	}{
		"nothing": {nil, errs.InvalidArgument}, "an unknown key": {keys("nobody=1"), errs.NotFound},
		"two entities":            {[]input.Column{input.FromTexts("k", []string{"k1", "k2"})}, errs.InvalidArgument},
		"a pair that no view has": {keys("k=k1", "q=1"), errs.NotFound},
	} {
		if _, err := r.Store.DeleteEntity(t.Context(), &truepoint.DeleteEntityRequest{Keys: tt.keys, Erase: true}); errs.CodeOf(err) != tt.code {
			t.Errorf("%s: %v, want %v", name, err, tt.code)
		}
	}
	if all, err := r.Store.Receipts(t.Context(), ""); err != nil || len(all) != 0 {
		t.Errorf("receipts %+v, %v", all, err)
	}
	if _, err := r.Store.Receipts(t.Context(), "2026"); errs.CodeOf(err) != errs.NotFound {
		t.Errorf("got %v", err)
	}
}

// Every call that an erasure makes goes wrong once; repeated, it ends as an undisturbed one does.
func TestFault_delete_entity_may_be_stopped_anywhere_and_repeated(t *testing.T) {
	t.Parallel()
	prepare := func() (*storetest.Rig, *fault.Injector) {
		in := fault.New()
		r := rig(t, func(o *truepoint.Options) { o.Online, o.State = fault.Online(o.Online, in), fault.State(o.State, in) })
		in.Set()
		return r, in
	}
	request := truepoint.DeleteEntityRequest{Keys: keys("k=k1"), Erase: true}
	r, in := prepare()
	remove(t, r, request)
	trials := 0
	for _, op := range []string{"Tables", "Scan", "GetBatch", "PutBatch", "Get", "CompareAndSwap", "List"} {
		for n := range in.Calls(op) {
			for _, effect := range []fault.Effect{fault.Fail, fault.Lost, fault.Torn, fault.Duplicate} {
				trials++
				r, in := prepare()
				in.Set(fault.Rule{Op: op, Nth: n + 1, Effect: effect})
				_, err := r.Store.DeleteEntity(t.Context(), &request)
				if c := errs.CodeOf(err); c != errs.OK && c != errs.Unavailable && c != errs.Aborted {
					t.Errorf("%s#%d/%d: %v", op, n+1, effect, err)
				}
				in.Set()
				r.Clock.Add(eventtime.Second)
				remove(t, r, request)
				r.Clock.Add(eventtime.Second)
				push(t, r, noon.Add(eventtime.Second))
				if got := read(t, r, "v", "k=k1") + read(t, r, "w", "k=k1", "m=m1"); got != "missingmissing" {
					t.Errorf("%s#%d/%d: read %s", op, n+1, effect, got)
				}
			}
		}
	}
	t.Logf("%d trials", trials)
}
