package ingest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

// refusedWhole pushes and checks that the refusal has the words and that neither store was written to.
func refusedWhole(t *testing.T, r *storetest.Rig, b *breaker, req *truepoint.PushRequest, words ...string) {
	t.Helper()
	_, err := r.Store.Push(t.Context(), req)
	if errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("got %v", err)
	}
	for _, w := range words {
		if !strings.Contains(fmt.Sprint(err), w) {
			t.Errorf("%v does not say %q", err, w)
		}
	}
	p, err := r.Store.Preview(t.Context(), "v", 10)
	if err != nil || p.Rows != 0 || b.puts.Load() != 0 {
		t.Errorf("after the refusal the history has %d rows (%v), and there were %d writes", p.Rows, err, b.puts.Load())
	}
	records, err := r.Options.State.List(t.Context(), "push")
	if err != nil || len(records) != 0 {
		t.Errorf("after the refusal the state has %d records of pushes, %v", len(records), err)
	}
}

func TestARowBeyondTheBoundOfTheOnlineStoreIsRefusedBeforeTheFirstWrite(t *testing.T) {
	t.Parallel()
	r, b := rig(t, func(set *feature.Set) { set.Views[0].Schema[0].Type = value.Scalar(value.String) })
	pushed := func(length int) []input.Column {
		columns := good()
		columns["f"] = `["short","` + strings.Repeat("x", length) + `"]`
		return rows(columns)
	}
	for _, to := range []ingest.Target{ingest.Online, ingest.OnlineAndOffline} {
		refusedWhole(t, r, b, &truepoint.PushRequest{Source: "p", Rows: pushed(online.CellBytesMax), To: to, ID: "1"}, "row 2", `view "v"`, "16777216", "shorten")
	}
	if res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: pushed(online.CellBytesMax), To: ingest.Offline}); !res.Offline {
		t.Errorf("the history has no such bound: %+v", res)
	}
	if res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: pushed(online.CellBytesMax - 1000), To: ingest.OnlineAndOffline, ID: "1"}); res.Repeated || res.Views[0].Written != 2 {
		t.Errorf("rows within the bound: %+v", res)
	}
}

func TestRowsThatTieWithinAPushAreRefusedWhereTheirSourceSaysTiesError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*feature.Source)
		rows   map[string]string
		words  []string // nil: accepted
	}{
		"another value":                    {nil, map[string]string{"f": "[8,9]"}, []string{`row 2, column "f"`, "row 1", `source "src"`, "ties: error", "tie_break"}},
		"null against a value":             {nil, map[string]string{"f": "[1,1]", "g": "[1,null]"}, []string{`row 2, column "g"`, "row 1"}},
		"the same values":                  {nil, map[string]string{"f": "[1,1]"}, nil},
		"other event times":                {nil, map[string]string{"f": "[8,9]", "event": `["2026-03-12T11:00:00Z","2026-03-12T11:00:01Z"]`}, nil},
		"other created times":              {nil, map[string]string{"f": "[8,9]", "created": `["2026-03-12T11:00:00Z","2026-03-12T11:00:01Z"]`}, nil},
		"equal created times":              {nil, map[string]string{"f": "[8,9]", "created": `["2026-03-12T11:00:00Z","2026-03-12T11:00:00Z"]`}, []string{`row 2, column "f"`}},
		"without created column":           {func(s *feature.Source) { s.CreatedTimestampColumn = "" }, map[string]string{"f": "[8,9]"}, []string{`row 2, column "f"`}},
		"other keys":                       {nil, map[string]string{"f": "[8,9]", "k": `["a","b"]`}, nil},
		"tie_break decides":                {func(s *feature.Source) { s.TieBreak = []string{"f"} }, map[string]string{"f": "[8,9]"}, nil},
		"tie_break is equal":               {func(s *feature.Source) { s.TieBreak = []string{"f"} }, map[string]string{"f": "[8,8]", "g": "[1,2]"}, []string{`row 2, column "g"`}},
		"ties: last":                       {func(s *feature.Source) { s.Ties = "last" }, map[string]string{"f": "[8,9]"}, nil},
		"older rows than the newest count": {nil, map[string]string{"k": `["a","a","a"]`, "event": "[1,1,2]", "f": "[8,9,9]", "g": "[1,1,1]"}, []string{`row 2, column "f"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, b := rig(t, func(set *feature.Set) {
				set.Sources[0].Ties = "error"
				if c.change != nil {
					c.change(set.Sources[0])
				}
			})
			columns := good()
			columns["k"], columns["g"] = `["a","a"]`, "[1,1]"
			for column, tokens := range c.rows {
				columns[column] = tokens
			}
			for _, to := range []ingest.Target{ingest.Online, ingest.Offline, ingest.OnlineAndOffline} {
				req := &truepoint.PushRequest{Source: "p", Rows: rows(columns), To: to}
				if c.words == nil {
					push(t, r, req)
					continue
				}
				refusedWhole(t, r, b, req, c.words...)
			}
		})
	}
}

func TestPushesThatTieWithEarlierOnesAreNoFault(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, func(set *feature.Set) { set.Sources[0].Ties = "error" })
	for _, f := range []string{"[1,2]", "[3,4]"} { // the same keys and times: the arrival decides
		columns := good()
		columns["f"] = f
		columns["created"] = `["2026-03-12T11:00:00Z","2026-03-12T11:00:00Z"]`
		push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(columns), To: ingest.OnlineAndOffline})
		r.Clock.Add(1)
	}
	if got := read(t, r, "v:f", "a"); got != "3" {
		t.Errorf("read %s", got)
	}
}

func TestAPushReachesTheViewsThatAreServed(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, func(set *feature.Set) { set.Views[0].Online = false })
	res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.OnlineAndOffline})
	if len(res.Views) != 1 || res.Views[0].View != "w" || !res.Offline {
		t.Errorf("one view is not served online: %+v", res)
	}
	r, b := rig(t, func(set *feature.Set) { set.Views[0].Online, set.Views[1].Online = false, false })
	for _, to := range []ingest.Target{ingest.Online, ingest.OnlineAndOffline} {
		_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: to})
		if errs.CodeOf(err) != errs.FailedPrecondition || !strings.Contains(err.Error(), `"p"`) || !strings.Contains(err.Error(), "online") {
			t.Errorf("no view is served online: %v", err)
		}
	}
	p, err := r.Store.Preview(t.Context(), "v", 10)
	if err != nil || p.Rows != 0 || b.puts.Load() != 0 {
		t.Errorf("after the refusal the history has %d rows, %v", p.Rows, err)
	}
	if res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.Offline}); !res.Offline {
		t.Errorf("to the history alone: %+v", res)
	}
}
