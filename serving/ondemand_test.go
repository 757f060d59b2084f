package serving_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/derive"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

func computed(name string, kind value.Kind, text string) feature.OnDemandFeature {
	return feature.OnDemandFeature{Field: feature.Field{Name: name, Type: value.Scalar(kind)}, Expression: text}
}

// onDemand returns the rig with an on-demand view "d" of v and the request columns n and s, and "dd" of d and w.
func onDemand(t *testing.T) (*storetest.Rig, *meter) {
	t.Helper()
	r, m := rig(t)
	set, _, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seven := "7"
	total := computed("total", value.Int64, "f + n")
	total.Default = &feature.Default{Null: &seven}
	set.OnDemand = []*feature.OnDemandView{
		{Name: "d", Sources: []feature.OnDemandSource{
			{View: "v"},
			{Request: "req", Schema: []feature.Field{{Name: "n", Type: value.Scalar(value.Int64)}, {Name: "s", Type: value.Scalar(value.String)}}},
		}, Features: []feature.OnDemandFeature{
			computed("product", value.Int64, "f * n"), total, computed("text", value.String, "g + s"), computed("age", value.Float64, "seconds(as_of - timestamp('2026-03-12T12:00:00Z'))"),
		}},
		{Name: "dd", Sources: []feature.OnDemandSource{{View: "d"}, {View: "w", Alias: "w"}}, Features: []feature.OnDemandFeature{
			computed("twice", value.Int64, "2 * product"), computed("both", value.Int64, "product - w__f"),
		}},
	}
	set.Services = append(set.Services, &feature.Service{Name: "o", Features: []feature.Projection{
		{View: "w", Alias: "x", JoinKeyMap: map[string]string{"k": "other"}}, {View: "dd"},
	}})
	r.Apply(t, set)
	return r, m
}

// with returns the columns of k, n and s, one text a row each; an empty list leaves a column out.
func with(k, n, s []string) []input.Column {
	var out []input.Column
	for name, texts := range map[string][]string{"k": k, "n": n, "s": s} {
		if len(texts) > 0 {
			out = append(out, input.FromTexts(name, texts))
		}
	}
	return out
}

func TestOnDemandFeaturesAreComputedFromStoredRowsAndTheRequest(t *testing.T) {
	t.Parallel()
	r, m := onDemand(t)
	m.calls.Store(0)
	m.keys.Store(0)
	req := ask("d:product", "d:text", "v:f", "d:product")
	req.Entities = with([]string{"1", "2", "2"}, []string{"10", "20", "30"}, []string{"a", "b", "c"})
	if got := answer(t, r, req); got != "product: 10, 40, 60; text: xa, NULL_VALUE, NULL_VALUE; f: 1, 2, 2; product: 10, 40, 60" {
		t.Errorf("got %s", got)
	}
	if m.calls.Load() != 1 || m.keys.Load() != 2 {
		t.Errorf("%d calls for %d keys, want 1 for 2", m.calls.Load(), m.keys.Load())
	}
}

func TestHiddenInputsAndRequestColumnsAreNotAnswered(t *testing.T) {
	t.Parallel()
	r, _ := onDemand(t)
	req := ask("dd:both")
	req.Entities = with([]string{"1"}, []string{"10"}, nil)
	req.Strict = true
	res, err := r.Store.Online(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Keys) != 1 || res.Keys[0].Name != "k" || len(res.Columns) != 1 || res.Columns[0].View != "dd" {
		t.Fatalf("got keys %v, columns %v", res.Keys, res.Columns)
	}
	cell := res.Columns[0].Cells[0]
	if cell.Value.Int() != 9 || cell.Status != value.Present || cell.Event != noon-10 {
		t.Errorf("got %+v", cell)
	}
}

func TestOnDemandCellOfAbsentRowsIsNullAndItsDefaultApplies(t *testing.T) {
	t.Parallel()
	r, _ := onDemand(t)
	req := ask("d:product", "d:total")
	req.Entities = with([]string{"99"}, []string{"10"}, nil)
	res, err := r.Store.Online(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	product, total := res.Columns[0].Cells[0], res.Columns[1].Cells[0]
	if product.Status != value.NullValue || !product.Value.IsNull() || product.Defaulted || product.Event != eventtime.None {
		t.Errorf("product: %+v", product)
	}
	if total.Status != value.NullValue || !total.Defaulted || total.Value.Int() != 7 {
		t.Errorf("total: %+v", total)
	}
}

func TestOverflowIsAnErrorCellThatLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	r, _ := onDemand(t)
	req := ask("d:product", "d:total", "dd:twice")
	req.Entities = with([]string{"1", "2"}, []string{"1", "9223372036854775807"}, nil)
	overflow := "ERROR " + derive.ReasonExpression + ": the result does not fit Int64"
	want := "product: 1, " + overflow + "; total: 2, " + overflow + "; twice: 2, " + overflow
	if got := answer(t, r, req); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFailingStoreFailsWhatIsComputedFromIt(t *testing.T) {
	t.Parallel()
	r, m := onDemand(t)
	m.fail.Store(true)
	req := ask("d:total", "d:age", "dd:both")
	req.OnError = serving.Cells
	req.AsOf = noon + eventtime.Instant(90*eventtime.Second)
	req.Entities = with([]string{"1"}, []string{"10"}, nil)
	res, err := r.Store.Online(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []serving.Cell{
		{Status: value.Error, Event: eventtime.None, Reason: serving.ReasonStore},
		{Status: value.Present, Value: value.OfFloat64(90), Event: eventtime.None},
		{Status: value.Error, Event: eventtime.None, Reason: serving.ReasonStore},
	} {
		if got := res.Columns[i].Cells[0]; !got.Value.Identical(want.Value) || got.Status != want.Status || got.Event != want.Event || got.Reason != want.Reason {
			t.Errorf("%s: got %+v, want %+v", res.Columns[i].Name, got, want)
		}
	}
}

func TestRequestColumnsHaveTheirDeclaredTypes(t *testing.T) {
	t.Parallel()
	r, _ := onDemand(t)
	for token, want := range map[string]string{
		"4": "product: 4", `"4"`: "product: 4", "null": "product: NULL_VALUE", "4.5": "", "true": "", `"x"`: "", "9223372036854775808": "",
	} {
		req := ask("d:product")
		req.Entities = append(keys("1"), input.FromJSON("n", []json.RawMessage{[]byte(token)}))
		_, err := r.Store.Online(t.Context(), req)
		if want == "" {
			if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), `request column "n" is Int64`) {
				t.Errorf("%s: %v", token, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", token, err)
		} else if got := answer(t, r, req); got != want {
			t.Errorf("%s: got %s, want %s", token, got, want)
		}
	}
}

func TestMissingKeysAndRequestColumnsAreNamedTogether(t *testing.T) {
	t.Parallel()
	r, _ := onDemand(t)
	req := ask("d:text", "d:product")
	req.Entities = []input.Column{input.FromTexts("zzz", []string{"1"})}
	_, err := r.Store.Online(t.Context(), req)
	if errs.CodeOf(err) != errs.InvalidArgument {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`join key "k" is missing`, `request column "n" is missing`, `request column "s" is missing`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	all := errs.All(err)
	if hint := all[0].Hint; hint != "needed are the join keys k (Int64) and the request columns s (String), n (Int64)" {
		t.Errorf("hint %q", hint)
	}
	req.Entities = append(with([]string{"1"}, []string{"1"}, []string{"a"}), req.Entities...)
	req.Strict = true
	if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), `"zzz"`) {
		t.Errorf("strict: %v", err)
	}
}

func TestServiceWithRenamedKeysComputesFromItsOwnRoles(t *testing.T) {
	t.Parallel()
	r, m := onDemand(t)
	m.calls.Store(0)
	req := &truepoint.OnlineRequest{Service: "o", Names: feature.FullNames, AsOf: eventtime.None}
	req.Entities = append(with([]string{"1"}, []string{"5"}, nil), input.FromTexts("other", []string{"2"}))
	if got := answer(t, r, req); got != "x__f: 2; dd__twice: 10; dd__both: 4" {
		t.Errorf("got %s", got)
	}
	if m.calls.Load() != 1 {
		t.Errorf("%d calls of the store, want 1", m.calls.Load())
	}
}

func TestFeatureThatTheOlderFormOfAViewCannotGiveIsRefusedUntilTheFirstRun(t *testing.T) {
	t.Parallel()
	r, _ := onDemand(t)
	set, _, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changed := *set.Views[0]
	changed.Schema = []feature.Field{{Name: "h", Type: value.Scalar(value.Int64)}, changed.Schema[1]}
	set.Views[0] = &changed
	set.OnDemand = []*feature.OnDemandView{
		{Name: "d", Sources: []feature.OnDemandSource{{View: "v"}}, Features: []feature.OnDemandFeature{
			computed("twice", value.Int64, "2 * h"), computed("text", value.String, "g + g"),
		}},
	}
	set.Services = nil
	r.Offline.Put("src", storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "h:Int64", "g:String", "f:Int64"}, []any{1, noon, 5, "q", 1}))
	r.Apply(t, set)
	fresh, old := ask("d:twice"), ask("d:text")
	fresh.Entities, old.Entities = keys("1"), keys("1")
	if _, err := r.Store.Online(t.Context(), fresh); errs.CodeOf(err) != errs.FailedPrecondition {
		t.Errorf("before the first run: %v", err)
	}
	if got := answer(t, r, old); got != "text: xx" {
		t.Errorf("before the first run: %s", got)
	}
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	if got := answer(t, r, fresh) + "; " + answer(t, r, old); got != "twice: 10; text: qq" {
		t.Errorf("after it: %s", got)
	}
}

// TestAllocationsOfOnDemandFeatures bounds what they add to a read. It is not parallel, because the allocations of other
// tests would count.
func TestAllocationsOfOnDemandFeatures(t *testing.T) {
	r, _ := onDemand(t)
	req := ask("d:product", "d:total", "dd:both")
	req.Entities = with([]string{"1", "2"}, []string{"10", "20"}, nil)
	got := testing.AllocsPerRun(50, func() {
		if _, err := r.Store.Online(t.Context(), req); err != nil {
			t.Error(err)
		}
	})
	if got > 130 {
		t.Errorf("a read of three on-demand features allocates %.0f times, want at most 130", got)
	}
	t.Logf("a read of three on-demand features allocates %.0f times", got)
}
