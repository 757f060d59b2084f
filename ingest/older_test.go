package ingest_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/value"
)

func completeRun(t *testing.T, r *storetest.Rig) {
	t.Helper()
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, Start: eventtime.None, End: noon})
}

// broken returns a store whose view "v" waits for the first complete run of generation 2, after the change of its
// definition; generation 1 answers.
func broken(t *testing.T, change func(*feature.Set)) (*storetest.Rig, *breaker) {
	t.Helper()
	r, b := rig(t, nil)
	completeRun(t, r)
	set, _, err := r.Store.Definitions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next := *set
	next.Views = nil
	for _, v := range set.Views {
		v := *v
		v.Schema = append([]feature.Field{}, v.Schema...)
		next.Views = append(next.Views, &v)
	}
	change(&next)
	r.Apply(t, &next)
	return r, b
}

// older returns what a push did to the older generation of "v".
func older(t *testing.T, res *truepoint.PushResult) ingest.OlderResult {
	t.Helper()
	for _, v := range res.Views {
		if v.View == "w" && v.Older != nil {
			t.Errorf("w has no older generation: %+v", v.Older)
		}
		if v.View == "v" && v.Older != nil {
			return *v.Older
		}
	}
	t.Fatalf("no older generation in %+v", res.Views)
	return ingest.OlderResult{}
}

func TestPushIsServedWhileABreakingChangeWaitsForItsFirstRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*feature.Set)
	}{
		{"ShorterTTL", func(s *feature.Set) { s.Views[0].TTL = 30 * eventtime.Day }},
		{"RetypedField", func(s *feature.Set) { s.Views[0].Schema[0].Type = value.Scalar(value.Float64) }},
		{"AddedFieldBesides", func(s *feature.Set) {
			s.Views[0].TTL = 30 * eventtime.Day
			s.Views[0].Schema = append(s.Views[0].Schema, feature.Field{Name: "x", Type: value.Scalar(value.Int64)})
		}},
		{"AnotherTimezone", func(s *feature.Set) {
			i := slices.IndexFunc(s.Sources, func(s *feature.Source) bool { return s.Name == "src" })
			src := *s.Sources[i]
			src.Timezone = "Europe/Berlin"
			s.Sources = slices.Replace(slices.Clone(s.Sources), i, i+1, &src)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, _ := broken(t, c.change)
			columns := good()
			if c.name == "AddedFieldBesides" {
				columns["x"] = `[7,8]`
			}
			res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(columns)})
			if got := older(t, res); got != (ingest.OlderResult{Generation: 1, Written: 2}) {
				t.Errorf("older %+v", got)
			}
			if got := read(t, r, "v:f", "a"); got != "1" {
				t.Errorf("served before the first run: %s", got)
			}
		})
	}
}

func TestPushThatTheOlderDefinitionCannotReadSaysWhyAndGoesToTheNewest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, why string
		change    func(*feature.Set)
		columns   func(map[string]string)
	}{
		{"RemovedField", `have no column "f"`, func(s *feature.Set) { s.Views[0].Schema[0].Name = "x" },
			func(m map[string]string) { delete(m, "f"); m["x"] = "[1,2]" }},
		{"ValueOfAnotherType", `row 1, column "f": `, func(s *feature.Set) { s.Views[0].Schema[0].Type = value.Scalar(value.Float64) },
			func(m map[string]string) { m["f"] = "[1.5,2]" }},
		{"AnotherSource", `the view did not read "p2" then`, func(s *feature.Set) {
			s.Sources = append(s.Sources, &feature.Source{Name: "p2", Type: feature.PushSource, BatchSource: "src"})
			s.Views[0].Source = "p2"
			s.Views[0].TTL = 30 * eventtime.Day
			s.Views[1].Source = "p2"
		}, func(map[string]string) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, _ := broken(t, c.change)
			columns := good()
			c.columns(columns)
			source := "p"
			if c.name == "AnotherSource" {
				source = "p2"
			}
			res := push(t, r, &truepoint.PushRequest{Source: source, Rows: rows(columns)})
			if got := older(t, res); got.Written != 0 || !strings.Contains(got.Skipped, c.why) {
				t.Errorf("older %+v, want the reason %q", got, c.why)
			}
			if res.Views[0].Written != 2 {
				t.Errorf("the newest generation got %+v", res.Views[0])
			}
		})
	}
}

func TestPushReachesTheNewestGenerationAloneOnceItIsComplete(t *testing.T) {
	t.Parallel()
	r, _ := broken(t, func(s *feature.Set) { s.Views[0].TTL = 30 * eventtime.Day })
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good())})
	completeRun(t, r)
	if got := read(t, r, "v:f", "a"); got != "1" {
		t.Errorf("the newest generation lacks what was pushed before its first run: %s", got)
	}
	res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good())})
	for _, v := range res.Views {
		if v.Older != nil {
			t.Errorf("%s: older %+v", v.View, v.Older)
		}
	}
}

func TestFailedPushIsRepeatedInBothGenerations(t *testing.T) {
	t.Parallel()
	r, b := broken(t, func(s *feature.Set) { s.Views[0].TTL = 30 * eventtime.Day })
	b.open.Store(true)
	req := &truepoint.PushRequest{Source: "p", Rows: rows(good()), ID: "1"}
	if _, err := r.Store.Push(context.Background(), req); errs.CodeOf(err) != errs.Unavailable {
		t.Fatalf("got %v", err)
	}
	b.open.Store(false)
	if got := older(t, push(t, r, req)); got.Written != 2 {
		t.Errorf("older %+v", got)
	}
	if again := push(t, r, req); !again.Repeated || older(t, again).Written != 2 {
		t.Errorf("again %+v", again)
	}
}
