package runs_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/offline"
	"github.com/truepoint/truepoint/runs"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/memstate"
)

var newFixture = flag.Bool("new-fixture", false, "write testdata/records-1.json anew; only before format 1 was released")

const fixture = "testdata/records-1.json"

// fixtureRun and fixtureView have a value in every member, so that none can change its name or meaning unnoticed.
func fixtureRun() *runs.Run {
	return &runs.Run{
		ID: "0198-run", View: "v", Mode: runs.Incremental, Status: runs.Complete,
		Asked: eventtime.Interval{Start: eventtime.None, End: 7_000_000}, Start: -1, End: 6_000_000, Snapshot: 8_000_000,
		Manifest: offline.Manifest{Files: []offline.File{{Path: "data/v.parquet", Size: 99, Modified: 5, Tag: "etag"}}},
		Revision: 3, Generation: 2, Schema: 4, Fingerprint: "abc", Holder: "ann@host:7/boot", Token: 9, Started: 8_000_001, Finished: 8_000_900,
		Checkpoint: 10, Total: 11, Read: 12, Written: 13, Superseded: -1, Rejected: 14, Ambiguous: 15, Resumed: 1, Restarted: 2, Error: "told",
		Select: runs.RunSelection{AvailableBy: 20, CreatedAfter: 21, AvailableAfter: eventtime.None, ReadFrom: 22, ValuesOf: 23},
		Watch:  runs.Watermarks{Before: eventtime.None, After: 30},
	}
}

func fixtureView() *runs.View {
	current := fixtureRun()
	current.Status, current.Finished = runs.Running, 0
	return &runs.View{
		Format: 1, Token: 9, CancelAsked: true, Current: current, Last: fixtureRun(), Unrecorded: []*runs.Run{fixtureRun()},
		Lease: &runs.Lease{Holder: "ann@host:7/boot", Token: 9, Acquired: 40, Expires: 41},
		Generations: []runs.Generation{{
			Number: 2, Complete: true, Watermark: 50, Incremental: 51, AvailableBy: 52, Schema: 4, LastEnd: 53, LastGood: 54, Newest: 55,
		}},
	}
}

// write writes both records through a ledger and returns them by key.
func write(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	d := memstate.New()
	l := runs.NewLedger(d, "p")
	if _, err := l.Update(t.Context(), "v", func(v *runs.View) error { *v = *fixtureView(); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := l.Record(t.Context(), fixtureRun()); err != nil {
		t.Fatal(err)
	}
	records, err := d.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]json.RawMessage{}
	for _, r := range records {
		out[r.Key] = r.Value
	}
	return out
}

func TestRecordsOfFormat1StayReadable(t *testing.T) {
	t.Parallel()
	if *newFixture {
		body, err := json.MarshalIndent(write(t), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.FromSlash(fixture), append(body, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l := runs.NewLedger(filled(t, read(t)), "p")
	v, err := l.View(t.Context(), "v")
	if err != nil || !reflect.DeepEqual(v, fixtureView()) {
		t.Errorf("got %+v, %v", v, err)
	}
	all, err := runs.NewLedger(filled(t, read(t), "views/"), "p").Runs(t.Context(), "v", 0)
	if err != nil || len(all) != 1 || !reflect.DeepEqual(&all[0], fixtureRun()) {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestRecordWithoutItsNewestEventTimeKnowsNone(t *testing.T) {
	t.Parallel()
	records := read(t)
	for key, body := range records {
		records[key] = json.RawMessage(strings.Replace(string(body), `"newest_event"`, `"unknown"`, 1))
	}
	v, err := runs.NewLedger(filled(t, records), "p").View(t.Context(), "v")
	if err != nil || v.Generations[0].Newest != eventtime.None || v.Generations[0].LastGood != 54 {
		t.Errorf("got %+v, %v", v.Generations, err)
	}
}

func TestRecordsOfANewerFormatAndWithoutOneAreRefused(t *testing.T) {
	t.Parallel()
	for old, want := range map[string]errs.Code{`"format": 2`: errs.FailedPrecondition, `"form": 1`: errs.DataLoss} {
		records := map[string]json.RawMessage{}
		for key, body := range read(t) {
			records[key] = json.RawMessage(strings.Replace(string(body), `"format": 1`, old, 1))
		}
		if _, err := runs.NewLedger(filled(t, records), "p").View(t.Context(), "v"); errs.CodeOf(err) != want {
			t.Errorf("view, %s: got %v, want %v", old, err, want)
		}
		if _, err := runs.NewLedger(filled(t, records, "views/"), "p").Runs(t.Context(), "v", 0); errs.CodeOf(err) != want {
			t.Errorf("run, %s: got %v, want %v", old, err, want)
		}
	}
}

func read(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	body, err := os.ReadFile(filepath.FromSlash(fixture))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// filled returns a state that holds records, but for those whose keys begin with a prefix of without.
func filled(t *testing.T, records map[string]json.RawMessage, without ...string) state.Driver {
	t.Helper()
	d := memstate.New()
	for key, body := range records {
		skip := false
		for _, w := range without {
			skip = skip || strings.HasPrefix(key, w)
		}
		if skip {
			continue
		}
		if _, err := d.CompareAndSwap(t.Context(), key, 0, body); err != nil {
			t.Fatal(err)
		}
	}
	return d
}
