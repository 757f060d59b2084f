package ingest_test

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
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/datatest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/materialize"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/online/memonline"
	"github.com/truepoint/truepoint/pit"
	"github.com/truepoint/truepoint/value"
)

const noon = storetest.Day + eventtime.Instant(12*eventtime.Hour)

// A breaker fails writes while it is open.
type breaker struct {
	online.Driver
	open atomic.Bool
	puts atomic.Int64
}

func (b *breaker) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	b.puts.Add(1)
	if b.open.Load() {
		return online.PutResult{}, errors.New("connection refused")
	}
	return b.Driver.PutBatch(ctx, table, cells)
}

func (b *breaker) Code(error) errs.Code { return errs.Unavailable }

// rig returns a store with the views "v" and "w" behind the push source "p".
func rig(t *testing.T, change func(*feature.Set)) (*storetest.Rig, *breaker) {
	t.Helper()
	b := &breaker{Driver: memonline.New()}
	r := storetest.New(t, noon, func(o *truepoint.Options) { o.Online = b })
	t.Cleanup(func() { r.Store.Close() })
	r.Offline.Put("src", storetest.Batch([]string{"k:String", "event:UnixTimestamp", "created:UnixTimestamp", "f:Int64", "g:Float64"}))
	set := storetest.Set("created", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	set.Views[0].Source = "p"
	other := *set.Views[0]
	other.Name, other.Schema = "w", []feature.Field{{Name: "g", Type: value.Scalar(value.Float64)}}
	set.Views = append(set.Views, &other)
	if change != nil {
		change(set)
	}
	r.Apply(t, set)
	return r, b
}

// rows returns the columns of a push from texts of JSON, one list per column.
func rows(columns map[string]string) []input.Column {
	var out []input.Column
	for _, name := range []string{"k", "event", "event_timestamp", "created", "f", "g", "x"} {
		text, ok := columns[name]
		if !ok {
			continue
		}
		var tokens []json.RawMessage
		if err := json.Unmarshal([]byte(text), &tokens); err != nil {
			panic(err)
		}
		out = append(out, input.FromJSON(name, tokens))
	}
	return out
}

func good() map[string]string {
	return map[string]string{"k": `["a","b"]`, "event": `["2026-03-12T11:00:00Z","2026-03-12T11:00:00Z"]`, "f": `[1,2]`, "g": `[1.5,null]`}
}

func push(t *testing.T, r *storetest.Rig, req *truepoint.PushRequest) *truepoint.PushResult {
	t.Helper()
	res, err := r.Store.Push(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func read(t *testing.T, r *storetest.Rig, ref, key string) string {
	t.Helper()
	res, err := r.Store.Online(t.Context(), &truepoint.OnlineRequest{Features: []string{ref}, AsOf: eventtime.None,
		Entities: []input.Column{input.FromTexts("k", []string{key})}})
	if err != nil {
		t.Fatal(err)
	}
	c := res.Columns[0].Cells[0]
	if c.Status != value.Present {
		return c.Status.String()
	}
	if c.Value.Kind() == value.Float64 {
		return fmt.Sprint(c.Value.Float())
	}
	return fmt.Sprint(c.Value.Int())
}

func TestPushWritesEveryViewOfItsSource(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good())})
	if len(res.Views) != 2 || res.Views[0].Written != 2 || res.Views[1].Written != 2 || res.Offline || res.Arrival != noon || res.Rows != 2 {
		t.Errorf("result: %+v", res)
	}
	if got := read(t, r, "v:f", "b") + " " + read(t, r, "w:g", "a") + " " + read(t, r, "w:g", "b"); got != "2 1.5 NULL_VALUE" {
		t.Errorf("got %s", got)
	}
}

func TestPushedRowsWithoutCreatedTimeGetTheArrivalInBothStores(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.OnlineAndOffline})
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: []input.Column{input.FromTexts("k", []string{"a"})}, At: eventtime.None})
	if err != nil || e.Online.Created != noon || e.Offline.Winner.Created != noon || !e.Agree {
		t.Errorf("explanation: %+v, %v", e, err)
	}
}

func TestPushToASourceWithoutCreatedColumnGetsTheArrivalInBothStores(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, func(set *feature.Set) { set.Sources[0].CreatedTimestampColumn = "" })
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.OnlineAndOffline})
	key := []input.Column{input.FromTexts("k", []string{"a"})}
	e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: key, At: eventtime.None})
	if err != nil || e.Online.Created != noon || e.Offline.Winner.Created != noon || !e.Agree {
		t.Errorf("explanation: %+v, %v", e, err)
	}
	spine := storetest.Batch([]string{"k:String", "event_timestamp:UnixTimestamp"}, []any{"a", noon - 1}, []any{"a", noon})
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine, Features: []string{"v:f"}, Known: pit.KnownAtAsOf})
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Features[0].Status; got[0] != value.NotFound || got[1] != value.Present {
		t.Errorf("known before the push arrived, and at its arrival: %v", got)
	}
	preview, err := r.Store.Preview(t.Context(), "v", 10)
	if err != nil || strings.Contains(strings.Join(preview.Names, " "), "__") {
		t.Errorf("preview: %v, %v", preview, err)
	}
}

func TestFailureInTheMiddleIsRepairedByRepeatingThePush(t *testing.T) {
	t.Parallel()
	r, b := rig(t, nil)
	b.open.Store(true)
	req := &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.OnlineAndOffline, ID: "1"}
	if _, err := r.Store.Push(t.Context(), req); errs.CodeOf(err) != errs.Unavailable || errs.CodeOf(err).HTTP() != 503 {
		t.Fatalf("got %v", err)
	}
	b.open.Store(false)
	r.Clock.Add(eventtime.Minute)
	res := push(t, r, req)
	if res.Arrival != noon || res.Repeated || res.Views[0].Written != 2 {
		t.Errorf("the repetition: %+v", res)
	}
	again := push(t, r, req)
	if !again.Repeated || again.Arrival != noon || again.Views[0].Written != 2 {
		t.Errorf("the second repetition: %+v", again)
	}
	p, err := r.Store.Preview(t.Context(), "v", 10)
	if err != nil || p.Rows != 2 {
		t.Errorf("the history has %d rows, %v", p.Rows, err)
	}
	r.Clock.Add(ingest.IDKept)
	if late := push(t, r, req); late.Repeated {
		t.Error("a push id is kept for a day only")
	}
	if n, err := r.Store.ForgetOldPushes(t.Context()); err != nil || n != 0 {
		t.Errorf("forgot %d, %v", n, err)
	}
	r.Clock.Add(2 * ingest.IDKept)
	if n, err := r.Store.ForgetOldPushes(t.Context()); err != nil || n != 1 {
		t.Errorf("forgot %d, %v", n, err)
	}
}

func TestMaterializationForgetsOldPushIDs(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), ID: "x"})
	r.Clock.Add(2 * ingest.IDKept)
	r.Materialize(t, &truepoint.MaterializeRequest{Mode: materialize.Incremental, End: r.Clock.Now()})
	if n, err := r.Store.ForgetOldPushes(t.Context()); err != nil || n != 0 {
		t.Errorf("%d push ids were left, %v", n, err)
	}
}

func TestOnlineOnlyPushesAreLogged(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good())})
	r.Clock.Add(1)
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), ID: "x"})
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.OnlineAndOffline})
	log, err := r.Store.PushLog(t.Context(), "p")
	if err != nil || len(log) != 2 || log[0].Arrival != noon || log[1].ID != "x" || log[1].Revision != 1 {
		t.Fatalf("log: %+v, %v", log, err)
	}
	schema := &value.Schema{ID: 1, Fields: log[0].Fields}
	cells := make([]value.Value, len(schema.Fields))
	if err := value.DecodeRow(schema, log[0].Rows[1], cells); err != nil || cells[0].Text() != "b" {
		t.Errorf("row: %v, %v", cells, err)
	}
}

func TestOneViewCanBeWrittenOnlineDirectly(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	columns := good()
	delete(columns, "g")
	res := push(t, r, &truepoint.PushRequest{View: "v", Rows: rows(columns)})
	if len(res.Views) != 1 || read(t, r, "v:f", "a") != "1" {
		t.Errorf("result: %+v", res)
	}
	if _, err := r.Store.Push(t.Context(), &truepoint.PushRequest{View: "v", Rows: rows(columns), To: ingest.Offline}); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("to its history: %v", err)
	}
}

func TestFeastsClientNamesTheTimesOfAViewItsOwnWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ declared, created, want string }{
		"another created column": {"known", `["2026-03-12T11:30:00","2026-03-12T11:30:00"]`, "2026-03-12T11:30:00Z"},
		"that is always null":    {"known", `[null,null]`, noon.String()},
		"the same name, null":    {"created", `[null,null]`, noon.String()},
		"none":                   {"", `["2026-03-12T11:30:00","2026-03-12T11:30:00"]`, noon.String()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := rig(t, func(s *feature.Set) { s.Sources[0].CreatedTimestampColumn = c.declared })
			push(t, r, &truepoint.PushRequest{View: "v", Rows: rows(map[string]string{"k": `["a","b"]`, "f": `[1,2]`, "created": c.created,
				"event_timestamp": `["2026-03-12T11:00:00","2026-03-12T11:00:00"]`})})
			if got := read(t, r, "v:f", "b"); got != "2" {
				t.Errorf("read %s", got)
			}
			var created []string
			err := r.Options.Online.Scan(t.Context(), storetest.Project+"/v/1", func(cell online.Cell) bool {
				h, err := value.ReadRow(cell.Row)
				if err != nil {
					t.Error(err)
				}
				created = append(created, h.Version.Created.String())
				return true
			})
			if err != nil || len(created) != 2 || created[0] != c.want || created[1] != c.want {
				t.Errorf("created times %v, %v; want %s", created, err, c.want)
			}
		})
	}
	r, _ := rig(t, nil)
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(map[string]string{"k": `["a"]`, "f": `[1]`, "g": `[1]`, "event_timestamp": `["2026-03-12T11:00:00"]`})})
	if errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("a push source takes the names of its source only, got %v", err)
	}
}

func TestSourcesThatCannotBePushedTo(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	defer datatest.Stores(t, &r.Options)()
	for name, c := range map[string]struct {
		req  truepoint.PushRequest
		code errs.Code
		word string
	}{
		"unknown":      {truepoint.PushRequest{Source: "pp"}, errs.NotFound, "did you mean p?"},
		"batch source": {truepoint.PushRequest{Source: "src"}, errs.FailedPrecondition, "push"},
		"unknown view": {truepoint.PushRequest{View: "vv"}, errs.NotFound, "did you mean v?"},
		"nothing":      {truepoint.PushRequest{}, errs.InvalidArgument, ""},
		"both":         {truepoint.PushRequest{Source: "p", View: "v"}, errs.InvalidArgument, ""},
		"target":       {truepoint.PushRequest{Source: "p", To: "both"}, errs.InvalidArgument, "online_and_offline"},
	} {
		c.req.Rows = rows(good())
		_, err := r.Store.Push(t.Context(), &c.req)
		if errs.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.word) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestBadInput_62_event_times_that_cannot_be(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	unchanged := datatest.Stores(t, &r.Options)
	for name, token := range map[string]string{
		"null": "null", "text": `"yesterday"`, "two seconds and a bit ahead": `"2026-03-12T12:00:02.000001Z"`, "year 2500": `"2500-01-01"`,
		"nanoseconds as seconds": "1773316800000000000", "milliseconds as seconds": "1773316800000", "fraction": "1.5", "leap second": `"2016-12-31T23:59:60Z"`,
	} {
		columns := good()
		columns["event"] = `["2026-03-12T11:00:00Z",` + token + `]`
		_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(columns)})
		if code := errs.CodeOf(err); code.HTTP() != 400 || !strings.Contains(err.Error(), "row 2") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	columns := good()
	delete(columns, "event")
	if _, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(columns)}); errs.CodeOf(err) != errs.InvalidArgument {
		t.Errorf("missing: %v", err)
	}
	unchanged()
	columns["event"] = `["2026-03-12T12:00:02Z", 1773316800]`
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(columns)})
}

func TestNaiveTimesOfAPushAreLocalToTheSourcesZone(t *testing.T) {
	t.Parallel()
	zoned := func(set *feature.Set) { set.Sources[0].Timezone = "Europe/Berlin" }
	for text, want := range map[string]eventtime.Instant{
		"2026-03-12T11:00:00":       noon.Add(-2 * eventtime.Hour),
		"2026-03-12 11:00":          noon.Add(-2 * eventtime.Hour),
		"2026-03-12T11:00:00Z":      noon.Add(-eventtime.Hour),
		"2026-03-12T11:00:00+02:00": noon.Add(-3 * eventtime.Hour),
	} {
		r, _ := rig(t, zoned)
		columns := good()
		columns["event"] = `["` + text + `","` + text + `"]`
		push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(columns), To: ingest.OnlineAndOffline})
		e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: []input.Column{input.FromTexts("k", []string{"a"})}, At: eventtime.None})
		if err != nil || e.Online.Event != want || e.Offline.Winner.Event != want || !e.Agree {
			t.Errorf("%s: got %s, want %s; %v", text, e.Online.Event, want, err)
		}
	}
	r, _ := rig(t, zoned)
	columns := good()
	columns["event"] = `["2025-03-30T02:30:00","2026-03-12T11:00:00"]`
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(columns)})
	if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), "row 1") || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("a time that the clocks skip: %v", err)
	}
}

func TestRowsWhoseKeyCannotBeStoredAreRefusedBeforeTheFirstWrite(t *testing.T) {
	t.Parallel()
	r, b := rig(t, func(set *feature.Set) { set.Entities[0].ValueType = value.Scalar(value.UnixTimestamp) })
	columns := good()
	columns["k"] = `["2026-03-12T11:00:00.5Z","2026-03-12T11:00:00Z"]`
	defer datatest.Stores(t, &r.Options)()
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(columns), To: ingest.OnlineAndOffline})
	if errs.CodeOf(err) != errs.InvalidArgument || !strings.Contains(err.Error(), "row 1") || !strings.Contains(err.Error(), "fraction") {
		t.Errorf("got %v", err)
	}
	spine := storetest.Batch([]string{"k:UnixTimestamp", "event_timestamp:UnixTimestamp"}, []any{storetest.Day, noon})
	res, err := r.Store.Historical(t.Context(), &truepoint.HistoricalRequest{Spine: spine, Features: []string{"v:f"}})
	if err != nil || res.Views[0].Rows != 0 || b.puts.Load() != 0 {
		t.Errorf("after the refusal the history has %+v (%v), and there were %d writes", res, err, b.puts.Load())
	}
}

func TestBadInput_63_columns_and_types(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	defer datatest.Stores(t, &r.Options)()
	check := func(change func(map[string]string), words ...string) {
		t.Helper()
		columns := good()
		change(columns)
		_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(columns)})
		if errs.CodeOf(err) != errs.InvalidArgument {
			t.Errorf("got %v", err)
			return
		}
		for _, w := range words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
	}
	check(func(c map[string]string) { c["x"] = "[1,2]" }, `"x"`)
	check(func(c map[string]string) { delete(c, "g") }, `"g"`, "Float64")
	check(func(c map[string]string) { c["k"] = "[null,null]" }, "row 1", "row 2")
	check(func(c map[string]string) { c["f"] = `[1,"x"]`; c["g"] = "[true,1]" }, `row 2, column "f"`, `row 1, column "g"`)
	check(func(c map[string]string) { c["f"] = "[1]" }, "has 1")
	var wide []string
	for range 600 {
		wide = append(wide, `"x"`)
	}
	many := map[string]string{"k": list(600, `"a"`), "event": list(600, "1"), "f": "[" + strings.Join(wide, ",") + "]", "g": list(600, "1")}
	_, err := r.Store.Push(t.Context(), &truepoint.PushRequest{Source: "p", Rows: rows(many)})
	if err == nil || !strings.Contains(err.Error(), "580 more") || strings.Contains(err.Error(), "row 21,") {
		t.Errorf("at most 20 faults are shown: %v", err)
	}
}

func list(n int, token string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(token+",", n), ",") + "]"
}

func TestBadInput_64_repeated_older_and_equal_rows(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	req := &truepoint.PushRequest{Source: "p", Rows: rows(good())}
	push(t, r, req)
	if res := push(t, r, req); res.Views[0].Written != 0 || res.Views[0].Superseded != 2 {
		t.Errorf("the same rows at the same instant: %+v", res.Views)
	}
	older := good()
	older["event"] = `["2026-03-12T10:00:00Z","2026-03-12T10:00:00Z"]`
	older["f"] = "[8,9]"
	if res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(older)}); res.Views[0].Superseded != 2 || read(t, r, "v:f", "a") != "1" {
		t.Errorf("older rows: %+v", res.Views)
	}
	r.Clock.Add(1)
	equal := good()
	equal["f"] = "[8,9]"
	if res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(equal)}); res.Views[0].Written != 2 || read(t, r, "v:f", "a") != "8" {
		t.Errorf("a correction that arrives later: %+v", res.Views)
	}
}

func TestRowsOfOnePushThatTieAreOrderedAsInTheHistory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tieBreak []string
		f, want  string
	}{
		"by tie_break":                   {[]string{"f"}, "[9,8]", "9"},
		"the last where nothing decides": {nil, "[9,8]", "8"},
		"and not the greatest bytes":     {nil, "[8,9]", "9"},
	} {
		r, _ := rig(t, func(set *feature.Set) { set.Sources[0].TieBreak = c.tieBreak })
		columns := good()
		columns["k"], columns["f"], columns["g"] = `["a","a"]`, c.f, "[1,1]"
		res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(columns), To: ingest.OnlineAndOffline})
		if res.Views[0].Written != 1 || res.Views[0].Superseded != 1 {
			t.Errorf("%s: %+v", name, res.Views)
		}
		e, err := r.Store.Explain(t.Context(), &truepoint.ExplainRequest{Ref: "v:f", Keys: []input.Column{input.FromTexts("k", []string{"a"})}, At: eventtime.None})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(e.Online.Value.Int()); got != c.want || !e.Agree {
			t.Errorf("%s: got %s, want %s; offline %d", name, got, c.want, e.Offline.Value.Int())
		}
	}
}

func TestSeveralRowsOfOneKeyInOnePushKeepTheNewest(t *testing.T) {
	t.Parallel()
	r, _ := rig(t, nil)
	columns := good()
	columns["k"], columns["event"] = `["a","a"]`, `["2026-03-12T11:00:00Z","2026-03-12T10:00:00Z"]`
	res := push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(columns)})
	if res.Views[0].Written != 1 || res.Views[0].Superseded != 1 || read(t, r, "v:f", "a") != "1" {
		t.Errorf("result: %+v", res.Views)
	}
}
