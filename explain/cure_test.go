package explain_test

import (
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

// rows returns a history of f for the key "a".
func rows(list ...[]any) *value.Batch {
	return storetest.Batch([]string{"k:String", "event:UnixTimestamp", "f:Int64"}, list...)
}

func incremental() *truepoint.MaterializeRequest {
	return &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: noon}
}

// pushed returns a store whose view "v" reads the push source "p", with a history of one row; change may be nil.
func pushed(t *testing.T, change func(*feature.Set)) *storetest.Rig {
	t.Helper()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", rows([]any{"a", noon - 50, 1}))
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	if change != nil {
		change(set)
	}
	r.Apply(t, set)
	return r
}

func explained(t *testing.T, r *storetest.Rig, at eventtime.Instant) *truepoint.Explanation {
	t.Helper()
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: keys("a"), At: at})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// follow does what a cure says, if it is a run.
func follow(t *testing.T, r *storetest.Rig, cure string) {
	t.Helper()
	req := &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None}
	words := strings.Fields(cure)[1:]
	at := func(text string) eventtime.Instant {
		i, err := eventtime.Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	req.End = at(words[1])
	if words[0] == "materialize" {
		req.Mode, req.Start, req.End = materialize.Interval, at(words[1]), at(words[2])
	}
	if got := words[len(words)-2:]; got[0] != "-v" || got[1] != "v" {
		t.Fatalf("%q names no view", cure)
	}
	r.Materialize(t, req)
}

func TestCureIsARunThatMakesOfflineAndOnlineAgree(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*feature.Set)
		breaks func(*storetest.Rig)
		want   string
	}{
		{"NeverMaterialized", nil, nil, "truepoint materialize-incremental 2026-03-12T12:00:00Z -v v"},
		{"LateRow", nil, func(r *storetest.Rig) {
			r.Materialize(t, incremental())
			r.Offline.Put("src", rows([]any{"a", noon - 40, 2}, []any{"a", noon - 50, 1}))
		}, "truepoint materialize 2026-03-12T11:59:59.999960Z 2026-03-12T11:59:59.999960Z -v v"},
		{"ChangedRow", nil, func(r *storetest.Rig) {
			r.Materialize(t, incremental())
			r.Clock.Add(eventtime.Minute)
			r.Offline.Put("src", rows([]any{"a", noon - 50, 7}))
		}, "truepoint materialize 2026-03-12T11:59:59.999950Z 2026-03-12T11:59:59.999950Z -v v"},
		{"DelayedRow", func(s *feature.Set) {
			s.Views[0].Source = "src"
			s.Sources = s.Sources[:1]
			s.Sources[0].Availability = eventtime.Availability{Rule: eventtime.ByDelay, Delay: eventtime.Minute}
		}, func(r *storetest.Rig) {
			r.Materialize(t, incremental())
			r.Clock.Add(eventtime.Minute)
		}, "truepoint materialize 2026-03-12T11:59:59.999950Z 2026-03-12T12:00:59.999950Z -v v"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := pushed(t, c.change)
			if c.breaks != nil {
				c.breaks(r)
			}
			e := explained(t, r, eventtime.None)
			if e.Agree || e.Cure != c.want {
				t.Fatalf("agree %v, cure %q, want %q", e.Agree, e.Cure, c.want)
			}
			follow(t, r, e.Cure)
			if e = explained(t, r, eventtime.None); !e.Agree || e.Cure != "" {
				t.Errorf("after the cure: %+v", e)
			}
		})
	}
}

func TestDifferencesThatNoRunCuresSayWhatDoes(t *testing.T) {
	t.Parallel()
	online := func(r *storetest.Rig, t *testing.T) {
		t.Helper()
		_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: []input.Column{input.FromTexts("k", []string{"a"}),
			input.FromTexts("event", []string{"2026-03-12T12:00:00Z"}), input.FromTexts("f", []string{"5"})}})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("PushedOnlineOnly", func(t *testing.T) {
		t.Parallel()
		r := pushed(t, nil)
		online(r, t)
		if e := explained(t, r, eventtime.None); e.Agree || !strings.Contains(e.Cure, "truepoint push p --from FILE --to offline") {
			t.Errorf("agree %v, cure %q", e.Agree, e.Cure)
		}
	})
	t.Run("MomentThatIsNotKept", func(t *testing.T) {
		t.Parallel()
		r := pushed(t, nil)
		online(r, t)
		if e := explained(t, r, noon-20); e.Agree || !strings.Contains(e.Cure, "leave out --at") {
			t.Errorf("agree %v, cure %q", e.Agree, e.Cure)
		}
	})
	t.Run("NotServedOnline", func(t *testing.T) {
		t.Parallel()
		r := pushed(t, func(s *feature.Set) { s.Views[0].Online = false })
		if e := explained(t, r, eventtime.None); e.Agree || !strings.Contains(e.Cure, "online: true") {
			t.Errorf("agree %v, cure %q", e.Agree, e.Cure)
		}
	})
}

func TestOlderFormThatDiffersIsCuredByTheRunOfTheNewestGeneration(t *testing.T) {
	t.Parallel()
	r := storetest.New(t, noon, nil)
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", rows([]any{"a", noon - 50, 1}))
	r.Offline.Put("src@v/1", rows([]any{"a", noon - 40, 2})) // in memory a source's name is its place
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)}))
	r.Materialize(t, incremental())
	r.Apply(t, storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Float64)}))
	e := explained(t, r, eventtime.None)
	if e.Agree || e.Older == nil || e.Older.Generation != 1 || e.Older.Revision != 1 ||
		!strings.HasSuffix(e.Cure, "generation 2, which no run but its own can do: truepoint materialize-incremental 2026-03-12T12:00:00Z -v v") {
		t.Errorf("older %+v, cure %q", e.Older, e.Cure)
	}
}
