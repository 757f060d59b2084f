package serving_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/registry/memregistry"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

// A meter counts calls and keys, and fails when it is told to.
type meter struct {
	online.Driver
	calls, keys atomic.Int64
	fail        atomic.Bool
}

func (m *meter) GetBatch(ctx context.Context, items []online.TableKeys) error {
	m.calls.Add(1)
	for _, i := range items {
		m.keys.Add(int64(len(i.Keys)))
	}
	if m.fail.Load() {
		return errors.New("connection refused")
	}
	return m.Driver.GetBatch(ctx, items)
}

func (m *meter) Code(error) errs.Code { return errs.Unavailable }

// rig returns a store with two materialized views over an Int64 key and a service of both.
func rig(t *testing.T) (*storetest.Rig, *meter) {
	t.Helper()
	m := &meter{Driver: memonline.New()}
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = m })
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "f:Int64", "g:String"},
		[]any{1, noon - 10, 1, "x"}, []any{2, noon - 20, 2, nil}, []any{1 << 53, noon, 3, "y"}, []any{1<<53 + 1, noon, 4, "z"}))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}, feature.Field{Name: "g", Type: value.Scalar(value.String)})
	set.Entities[0].ValueType = value.Scalar(value.Int64)
	other := *set.Views[0]
	other.Name = "w"
	other.Schema = other.Schema[:1]
	set.Views = append(set.Views, &other)
	set.Services = []*feature.Service{{Name: "s", Features: []feature.Projection{{View: "v"}, {View: "w", Alias: "x", JoinKeyMap: map[string]string{"k": "other"}}}}}
	r.Apply(t, set)
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	return r, m
}

func ask(features ...string) *truepoint.OnlineRequest {
	return &truepoint.OnlineRequest{Features: features, AsOf: eventtime.None}
}

func keys(texts ...string) []input.Column { return []input.Column{input.FromTexts("k", texts)} }

// answer returns the cells of a response as text, column by column.
func answer(t *testing.T, r *storetest.Rig, req *truepoint.OnlineRequest) string {
	t.Helper()
	res, err := r.Store.Online(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range res.Columns {
		var cells []string
		for _, cell := range c.Cells {
			text := cell.Status.String()
			switch {
			case cell.Reason != "":
				text += " " + cell.Reason
			case cell.Status == value.Present && cell.Value.Kind() == value.String:
				text = cell.Value.Text()
			case cell.Status == value.Present:
				text = fmt.Sprint(cell.Value.Int())
			}
			cells = append(cells, text)
		}
		out = append(out, c.Name+": "+strings.Join(cells, ", "))
	}
	return strings.Join(out, "; ")
}

func TestReadAsksTheStoreOnceForAllViewsAndEachKeyOnce(t *testing.T) {
	t.Parallel()
	r, m := rig(t)
	req := &truepoint.OnlineRequest{Service: "s", Names: feature.FullNames, AsOf: eventtime.None, Entities: []input.Column{
		input.FromTexts("k", []string{"1", "2", "1"}), input.FromTexts("other", []string{"2", "2", "2"}),
	}}
	if got := answer(t, r, req); got != "v__f: 1, 2, 1; v__g: x, NULL_VALUE, x; x__f: 2, 2, 2" {
		t.Errorf("got %s", got)
	}
	if m.calls.Load() != 1 || m.keys.Load() != 3 {
		t.Errorf("%d calls for %d keys, want 1 for 3", m.calls.Load(), m.keys.Load())
	}
}

func TestAnswersComeInRequestOrderAndDuplicatesAreKept(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	req := ask("v:g", "v:f", "v:g")
	req.Entities = keys("3", "1")
	if got := answer(t, r, req); got != "g: NOT_FOUND, x; f: NOT_FOUND, 1; g: NOT_FOUND, x" {
		t.Errorf("got %s", got)
	}
}

func TestFailingStoreFailsTheRequestOrItsCells(t *testing.T) {
	t.Parallel()
	r, m := rig(t)
	m.fail.Store(true)
	req := ask("v:f")
	req.Entities = keys("1")
	if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.Unavailable || errs.CodeOf(err).HTTP() != 503 {
		t.Errorf("by default: %v", err)
	}
	req.Else = serving.Cells
	if got := answer(t, r, req); got != "f: ERROR store_unavailable" {
		t.Errorf("cells: %s", got)
	}
	req.OnError = serving.Fail
	if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.Unavailable {
		t.Errorf("on_error: fail: %v", err)
	}
}

func TestRegistryOutageLeavesTheLastGoodCopyServing(t *testing.T) {
	t.Parallel()
	broken := &flaky{Driver: memregistry.New()}
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Registry = broken })
	defer r.Store.Close()
	r.Registry = broken
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, []any{"a", noon, 1}))
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}))
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	req := ask("v:f")
	req.Entities = keys("a")
	answer(t, r, req)
	broken.down.Store(true)
	r.Clock.Add(eventtime.Hour)
	if got := answer(t, r, req); got != "f: 1" {
		t.Errorf("got %s", got)
	}
	if rev, age, ok := r.Store.RegistryAge(); !ok || rev != 1 || age != eventtime.Hour {
		t.Errorf("revision %d, age %s", rev, age)
	}
}

type flaky struct {
	registry.Driver
	down atomic.Bool
}

func (f *flaky) Head(ctx context.Context, project string) (registry.Revision, error) {
	if f.down.Load() {
		return 0, errors.New("down")
	}
	return f.Driver.Head(ctx, project)
}

func TestAnotherProcessSeesNewDefinitionsAndGenerationsAfterARefresh(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	second := r.Second(t, nil)
	req := ask("v:f")
	req.Entities = keys("1")
	if _, err := second.Online(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	set, _, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	added := *set.Views[0]
	added.Schema = append(added.Schema[:2:2], feature.Field{Name: "h", Type: value.Scalar(value.Int64)})
	set.Views[0] = &added
	r.Apply(t, set)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- second.Run(ctx) }()
	req = ask("v:h")
	req.Entities = keys("1")
	for {
		if res, err := second.Online(t.Context(), req); err == nil {
			if res.Revision != 2 || res.Columns[0].Cells[0].Status != value.NotFound {
				t.Errorf("got %+v", res)
			}
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRowsWrittenUnderNewerDefinitionsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	second := r.Second(t, nil)
	req := ask("v:f")
	req.Entities = keys("1")
	if _, err := second.Online(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	set, _, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	added := *set.Views[0]
	added.Schema = append(added.Schema[:2:2], feature.Field{Name: "h", Type: value.Scalar(value.Int64)})
	set.Views[0] = &added
	r.Offline.Put("src", storetest.Batch([]string{"k:Int64", "event:UnixTimestamp", "f:Int64", "g:String", "h:Int64"}, []any{1, noon, 5, "x", 6}))
	r.Apply(t, set)
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Interval, Start: storetest.Day, End: noon})
	res, err := second.Online(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if cell := res.Columns[0].Cells[0]; res.Revision != 2 || cell.Status != value.Present || cell.Value.Int() != 5 {
		t.Errorf("revision %d, %+v", res.Revision, cell)
	}
}

func TestBadInput_50_integers_beyond_doubles_are_exact(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	defer datatest.Stores(t, &r.Options)()
	req := ask("v:f")
	req.Entities = []input.Column{input.FromJSON("k", []json.RawMessage{[]byte("9007199254740992"), []byte("9007199254740993"), []byte(`"9007199254740993"`)})}
	if got := answer(t, r, req); got != "f: 3, 4, 4" {
		t.Errorf("got %s", got)
	}
}

func TestBadInput_51_values_that_are_no_Int64_key(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	defer datatest.Stores(t, &r.Options)()
	for token, ok := range map[string]bool{"1": true, `"1"`: true, "1.0": false, "true": false, "null": false, `"x"`: false, "1e0": false, "9223372036854775808": false} {
		req := ask("v:f")
		req.Entities = []input.Column{input.FromJSON("k", []json.RawMessage{[]byte("2"), []byte(token)})}
		_, err := r.Store.Online(t.Context(), req)
		if (err == nil) != ok || err != nil && (errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), "row 2")) {
			t.Errorf("%s: %v", token, err)
		}
	}
}

func TestBadInput_56_ragged_entity_columns(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	defer datatest.Stores(t, &r.Options)()
	req := &truepoint.OnlineRequest{Service: "s", Names: feature.FullNames, AsOf: eventtime.None, Entities: []input.Column{
		input.FromTexts("k", []string{"1", "2", "1"}), input.FromTexts("other", []string{"2", "2"}),
	}}
	_, err := r.Store.Online(t.Context(), req)
	if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), "3") || !strings.Contains(err.Error(), "2") {
		t.Errorf("got %v", err)
	}
}

func TestBadInput_57_no_entities_and_too_many(t *testing.T) {
	t.Parallel()
	r, m := rig(t)
	defer datatest.Stores(t, &r.Options)()
	req := ask("v:f")
	req.Entities = keys()
	if got := answer(t, r, req); got != "f: " {
		t.Errorf("no entities: %s", got)
	}
	req.Entities = keys(make([]string, serving.DefaultEntitiesMax+1)...)
	m.calls.Store(0)
	if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument || m.calls.Load() != 0 {
		t.Errorf("too many: %v", err)
	}
}

func TestBadInput_58_missing_and_unknown_entity_columns(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	defer datatest.Stores(t, &r.Options)()
	req := ask("v:f")
	req.Entities = []input.Column{input.FromTexts("kk", []string{"1"})}
	if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), "kk") {
		t.Errorf("missing: %v", err)
	}
	req.Entities = append(req.Entities, keys("1")...)
	if got := answer(t, r, req); got != "f: 1" {
		t.Errorf("an unknown column is ignored: %s", got)
	}
	req.Strict = true
	if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("strict: %v", err)
	}
}

func TestBadInput_59_unknown_names_fail_the_whole_request(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	defer datatest.Stores(t, &r.Options)()
	for _, req := range []*truepoint.OnlineRequest{ask("v:f", "v:ff"), ask("vv:f"), {Service: "ss", AsOf: eventtime.None}} {
		req.Entities = keys("1")
		if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.NotFound || !strings.Contains(err.Error(), "did you mean") {
			t.Errorf("got %v", err)
		}
	}
}

func TestBadInput_60_features_and_a_service_together(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	defer datatest.Stores(t, &r.Options)()
	req := ask("v:f")
	req.Service, req.Entities = "s", keys("1")
	if _, err := r.Store.Online(t.Context(), req); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("got %v", err)
	}
	if _, err := r.Store.Online(t.Context(), ask()); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("neither: %v", err)
	}
}

func TestBadInput_92_clock_that_goes_back_gives_ages_of_zero(t *testing.T) {
	t.Parallel()
	r, _ := rig(t)
	defer datatest.Stores(t, &r.Options)()
	req := ask("v:f")
	req.Entities = keys("1")
	answer(t, r, req)
	r.Clock.Add(-eventtime.Hour)
	if _, age, ok := r.Store.RegistryAge(); !ok || age != 0 {
		t.Errorf("registry age %s", age)
	}
	fresh, err := r.Store.Freshness(t.Context(), "v")
	if err != nil || fresh[0].ValueAge != 0 || fresh[0].SinceRun != 0 {
		t.Errorf("freshness: %+v, %v", fresh, err)
	}
	if got := answer(t, r, req); got != "f: ERROR future_row" {
		t.Errorf("rows an hour ahead of the clock: %s", got)
	}
}

func TestNothingAppliedIsAFailedPrecondition(t *testing.T) {
	t.Parallel()
	r := storetest.New(t, noon, nil)
	defer r.Store.Close()
	for range 2 {
		if _, err := r.Store.Online(t.Context(), ask("v:f")); errs.CodeOf(err) != errs.FailedPrecondition {
			t.Errorf("got %v", err)
		}
	}
}
