package apply_test

import (
	"slices"
	"testing"

	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/registry"
	"github.com/truepoint/truepoint/value"
)

func schemaIDs(v *feature.View) []uint32 {
	var out []uint32
	for _, s := range v.Schemas {
		out = append(out, s.ID)
	}
	return out
}

func (w *world) wantNumbers(generation uint32, ids ...uint32) {
	w.Helper()
	v := w.view("user_transactions")
	if v.Generation != generation || !slices.Equal(schemaIDs(v), ids) {
		w.Fatalf("generation %d with schemas %v, want %d with %v", v.Generation, schemaIDs(v), generation, ids)
	}
	if last := v.Schemas[len(v.Schemas)-1]; len(last.Fields) != len(v.Schema) {
		w.Fatalf("newest schema %v does not fit the view's %v", last, v.Schema)
	}
}

func withField(name string) *feature.Set {
	s := fraud()
	s.Views[1].Schema = append(s.Views[1].Schema, field(name, value.Int64))
	return s
}

func withTTL(days eventtime.Duration) *feature.Set {
	s := fraud()
	s.Views[1].TTL = days * eventtime.Day
	return s
}

// without returns the set without user_transactions and what reads it.
func without() *feature.Set {
	s := fraud()
	s.Views, s.Services = s.Views[:1], nil
	return s
}

func TestGenerationsAndSchemaIDsNeverRepeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	w.wantNumbers(1, 1)
	w.apply(withField("a"))
	w.wantNumbers(1, 1, 2)
	w.apply(fraud()) // removes a field: a new generation
	w.wantNumbers(2, 3)
	w.apply(withTTL(1)) // the same fields keep their schema
	w.wantNumbers(3, 3)
	w.apply(without())
	w.apply(fraud())
	w.wantNumbers(4, 4)
	w.apply(without())
	w.apply(without()) // nothing to do
	w.apply(withField("a"))
	w.wantNumbers(5, 5)
}

func TestViewCreatedAgainComesIntoBeingInItsOwnGeneration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	since := func(want uint32) {
		t.Helper()
		if got := w.view("user_transactions").Since; got != want {
			t.Errorf("since generation %d, want %d", got, want)
		}
	}
	w.apply(fraud())
	since(1)
	w.apply(withTTL(1)) // breaking: the same view in generation 2
	since(1)
	w.apply(without())
	w.apply(fraud())
	since(3)
	w.apply(withField("a"))
	since(3)
	w.apply(withTTL(1))
	since(3)
}

func TestFormerGenerationsAreRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	w.apply(withField("a"))
	w.apply(withTTL(1))
	former, err := registry.DecodeGenerations(w.state())
	if err != nil || len(former) != 1 {
		t.Fatal(former, err)
	}
	if v := former[0]; v.Name != "user_transactions" || v.Generation != 1 || v.TTL != 7*eventtime.Day || !slices.Equal(schemaIDs(v), []uint32{1, 2}) {
		t.Errorf("remembered %+v", v)
	}
}

func TestRollback(t *testing.T) {
	t.Parallel()
	rollback := func(w *world, to registry.Revision) *apply.Plan {
		w.Helper()
		p, err := apply.MakeRollback(w.Context(), w.reg, project, to)
		if err != nil {
			w.Fatal(err)
		}
		w.commit(p)
		again, err := apply.MakeRollback(w.Context(), w.reg, project, to)
		if err != nil || !again.Empty() {
			w.Fatalf("the rollback after the rollback has changes: %+v, %v", again, err)
		}
		return p
	}
	t.Run("SaysAgainWhatTheRevisionSaid", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())
		changed := fraud()
		changed.Views[0].Description = "new"
		changed.Sources = append(changed.Sources, source("unused"))
		changed.Services = changed.Services[:1]
		w.apply(changed)
		p := rollback(w, 1)
		if w.state().Revision != 3 || !w.plan(fraud()).Empty() {
			t.Errorf("revision %d, rest %+v", w.state().Revision, w.plan(fraud()).Changes)
		}
		if p.Message != "rollback to revision 1" {
			t.Errorf("message %q", p.Message)
		}
	})
	t.Run("OverABreakingChangeServesTheFormerGeneration", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())
		w.apply(withTTL(1))
		w.wantNumbers(2, 1)
		p := rollback(w, 1)
		w.wantNumbers(1, 1)
		if len(p.Work) != 1 || p.Work[0].Kind != apply.WorkCatchUp || p.Work[0].Generation != 1 {
			t.Errorf("work %+v", p.Work)
		}
		rollback(w, 2)
		w.wantNumbers(2, 1)
		w.apply(withTTL(3)) // longer than 1
		w.wantNumbers(2, 1)
		w.apply(withTTL(2)) // a new breaking change takes a new number
		w.wantNumbers(3, 1)
	})
	t.Run("KeepsSchemasThatRowsWereWrittenWith", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())        // 1
		w.apply(withField("a")) // 2: rows of schema 2 enter generation 1
		w.apply(withTTL(1))     // 3: generation 2
		w.wantNumbers(2, 3)
		rollback(w, 1)
		w.wantNumbers(1, 1, 2, 4)
	})
	t.Run("OfAnAddedFieldStaysInTheGeneration", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())
		w.apply(withField("a"))
		p := rollback(w, 1)
		if p.Class() != apply.Breaking {
			t.Errorf("class %s", p.Class())
		}
		w.wantNumbers(1, 1, 2, 3)
	})
	t.Run("OfADeletionServesTheFormerGeneration", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())
		w.apply(without())
		p := rollback(w, 1)
		w.wantNumbers(1, 1)
		if former, err := registry.DecodeGenerations(w.state()); err != nil || len(former) != 0 {
			t.Errorf("still remembered as former: %+v, %v", former, err)
		}
		if !slices.ContainsFunc(p.Work, func(k apply.Work) bool { return k.Kind == apply.WorkCatchUp && k.Generation == 1 }) {
			t.Errorf("work %+v", p.Work)
		}
	})
	t.Run("OverADeletionAndANewCreationServesTheFormerGeneration", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())
		w.apply(without())
		w.apply(withTTL(1))
		w.wantNumbers(2, 2)
		rollback(w, 1)
		w.wantNumbers(1, 1)
		if since := w.view("user_transactions").Since; since != 1 {
			t.Errorf("since generation %d, want 1", since)
		}
	})
	t.Run("NeedsConsentLikeAnyPlan", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())
		w.apply(withTTL(0))
		_, err := apply.Rollback(t.Context(), w.reg, apply.Target{Project: project, Revision: 1}, apply.Options{Now: now})
		w.wantCode(err, errs.FailedPrecondition, "--allow-breaking")
	})
	t.Run("ToAnUnknownRevisionIsNotFound", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.apply(fraud())
		_, err := apply.MakeRollback(t.Context(), w.reg, project, 2)
		w.wantCode(err, errs.NotFound, "revision 2")
	})
}

func TestDiffTellsTheWayBetweenRevisions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	w.apply(withTTL(9))
	forward, err := apply.Diff(t.Context(), w.reg, project, 1, 2)
	if err != nil || len(forward) != 1 {
		t.Fatal(forward, err)
	}
	if c := forward[0]; c.Class != apply.Additive || !slices.Equal(c.Lines, []apply.Line{{Path: "ttl", Old: "7d", New: "9d"}}) {
		t.Errorf("forward %+v", c)
	}
	back, err := apply.Diff(t.Context(), w.reg, project, 2, 1)
	if err != nil || len(back) != 1 || back[0].Class != apply.Breaking {
		t.Errorf("back %+v, %v", back, err)
	}
	all, err := apply.Diff(t.Context(), w.reg, project, 0, registry.Newest)
	if err != nil || len(all) != 8 {
		t.Errorf("from nothing: %d changes, %v", len(all), err)
	}
	same, err := apply.Diff(t.Context(), w.reg, project, 2, 2)
	if err != nil || len(same) != 0 {
		t.Errorf("same: %+v, %v", same, err)
	}
}

func TestDeleteOfOneDefinition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.apply(fraud())
	for _, c := range []struct {
		kind, name string
		by         []string
	}{
		{feature.KindView, "merchant_risk", []string{"FeatureService fraud_v2"}},
		{feature.KindView, "user_transactions", []string{"FeatureService fraud_v1", "FeatureService fraud_v2"}},
		{feature.KindSource, "merchants", []string{"FeatureView merchant_risk"}},
		{feature.KindEntity, "user_id", []string{"FeatureView user_transactions"}},
	} {
		_, err := apply.MakeDelete(w.state(), c.kind, c.name)
		w.wantCode(err, errs.FailedPrecondition, c.by...)
	}
	_, err := apply.MakeDelete(w.state(), feature.KindView, "merchant_rsk")
	w.wantCode(err, errs.NotFound, "did you mean merchant_risk?")
	for _, d := range [][2]string{{feature.KindService, "fraud_v2"}, {feature.KindView, "merchant_risk"}, {feature.KindSource, "merchants"}, {feature.KindEntity, "merchant_id"}} {
		p, err := apply.MakeDelete(w.state(), d[0], d[1])
		if err != nil || len(p.Changes) != 1 || p.Changes[0].Action != apply.Delete {
			t.Fatal(p, err)
		}
		w.commit(p)
	}
	if s := w.set(); len(s.Views) != 1 || len(s.Services) != 1 || len(s.Sources) != 1 || len(s.Entities) != 1 || w.view("user_transactions").Generation != 1 {
		t.Errorf("left over: %+v", s)
	}
}
