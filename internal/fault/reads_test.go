package fault_test

import (
	"fmt"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/fault"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/serving"
	"github.com/truepoint/truepoint/value"
	"github.com/truepoint/truepoint/value/jsonvalue"
)

// answer reads v:f and w:g of two keys and returns every cell as text.
func (r *rig) answer(t *testing.T, on serving.OnError) (string, error) {
	t.Helper()
	res, err := r.Store.Online(t.Context(), &truepoint.OnlineRequest{Features: []string{"v:f", "w:g"}, AsOf: eventtime.None, OnError: on,
		Entities: []input.Column{input.FromTexts("k", []string{"k1", "nobody"})}})
	if err != nil {
		return "", err
	}
	out := ""
	for _, c := range res.Columns {
		for _, cell := range c.Cells {
			out += fmt.Sprintf("%s %s %s;", cell.Status, jsonvalue.Append(nil, cell.Value), cell.Reason)
		}
	}
	return out, nil
}

func TestFault_reads_answer_right_or_say_that_they_cannot(t *testing.T) {
	t.Parallel()
	for _, e := range []fault.Effect{fault.Fail, fault.Lost, fault.Torn, fault.Duplicate, fault.Stale} {
		r := newRig(t)
		if err := materializeAll(t, r); err != nil {
			t.Fatal(err)
		}
		want, err := r.answer(t, serving.Fail)
		if err != nil {
			t.Fatal(err)
		}
		r.in.Set(fault.Rule{Op: "GetBatch", Times: -1, Effect: e})
		harmless := e == fault.Duplicate || e == fault.Stale
		got, err := r.answer(t, serving.Fail)
		if harmless && (err != nil || got != want) || !harmless && errs.CodeOf(err) != errs.Unavailable {
			t.Errorf("effect %d, on_error fail: got %q, %v", e, got, err)
		}
		const lost = "ERROR null store_unavailable;"
		got, err = r.answer(t, serving.Cells)
		if err != nil || harmless && got != want || !harmless && got != lost+lost+lost+lost {
			t.Errorf("effect %d, on_error cells: got %q, %v", e, got, err)
		}
	}
}

// A registry or state store that is gone, or answers what was true earlier, changes no answer: the last good copy
// serves, and its age tells.
func TestFault_reads_go_on_without_registry_and_state(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"Head", "Read", "History", "Get", "List"} {
		for _, e := range []fault.Effect{fault.Fail, fault.Stale} {
			r := newRig(t)
			if err := materializeAll(t, r); err != nil {
				t.Fatal(err)
			}
			want, err := r.answer(t, serving.Fail)
			if err != nil {
				t.Fatal(err)
			}
			set, _, err := r.Store.Definitions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			nothing, err := r.Store.Plan(t.Context(), set)
			if err != nil {
				t.Fatal(err)
			}
			nth := 1
			if op == "Head" {
				nth = 2 // the first is that of apply itself
			}
			r.in.Set(fault.Rule{Op: op, Nth: nth, Times: -1, Effect: e})
			r.Clock.Add(eventtime.Minute)
			_, _ = r.Store.Apply(t.Context(), nothing, apply.Options{}) // makes the server look for new definitions
			if got, err := r.answer(t, serving.Fail); err != nil || got != want {
				t.Errorf("%s, effect %d: got %q, %v; want %q", op, e, got, err, want)
			}
			if _, age, ok := r.Store.RegistryAge(); op == "Head" && e == fault.Fail && (!ok || age < eventtime.Minute) {
				t.Errorf("the age of the definitions is %v, %t, want a minute", age, ok)
			}
		}
	}
}

func TestFault_apply_is_whole_or_nothing_whichever_call_goes_wrong(t *testing.T) {
	t.Parallel()
	wanted := func(r *rig) *feature.Set {
		set, _, err := r.Store.Definitions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		v, _ := set.View("v")
		v.Schema = append(v.Schema, feature.Field{Name: "h", Type: value.Scalar(value.String)})
		return set
	}
	for _, e := range []fault.Effect{fault.Fail, fault.Lost, fault.Torn, fault.Duplicate} {
		r := newRig(t)
		set := wanted(r)
		p, err := r.Store.Plan(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		r.in.Set(fault.Rule{Op: "Commit", Effect: e})
		_, err = r.Store.Apply(t.Context(), p, apply.Options{})
		if c := errs.CodeOf(err); c != errs.Unavailable && c != errs.Aborted {
			t.Errorf("effect %d: got %v", e, err)
		}
		committed := e == fault.Lost || e == fault.Duplicate
		again, err := r.Store.Plan(t.Context(), set)
		if err != nil || again.Empty() != committed {
			t.Errorf("effect %d: the plan after it is empty: %t, %v", e, again.Empty(), err)
		}
		if _, err := r.Store.Apply(t.Context(), again, apply.Options{}); err != nil {
			t.Errorf("effect %d, again: %v", e, err)
		}
		if head, err := r.clean.Registry.Head(t.Context(), "test"); head != registry.Revision(2) || err != nil {
			t.Errorf("effect %d: revision %d, %v; want 2", e, head, err)
		}
	}
}
