package ingest_test

import (
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/state/memstate"
)

var newFixture = flag.Bool("new-fixture", false, "write testdata/pushlog-1.json anew; only before format 1 was released")

// TestFormat1OfThePushLogIsReadForEver compares what a push leaves in the log with the bytes that the first release of
// this format left, and reads those.
func TestFormat1OfThePushLogIsReadForEver(t *testing.T) {
	t.Parallel()
	const path, prefix = "testdata/pushlog-1.json", "pushlog/" + storetest.Project + "/"
	r, _ := rig(t, nil)
	push(t, r, &truepoint.PushRequest{Source: "p", Rows: rows(good()), ID: "push 1"})
	records, err := r.Options.State.List(t.Context(), prefix)
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	if *newFixture {
		if err := os.WriteFile(path, append(records[0].Value, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(records[0].Value) + "\n"; got != string(golden) {
		t.Errorf("the log has\n%swant\n%s", got, golden)
	}
	want, err := r.Store.PushLog(t.Context(), "p")
	if err != nil || len(want) != 1 {
		t.Fatalf("%+v, %v", want, err)
	}
	old := memstate.New()
	if _, err := old.CompareAndSwap(t.Context(), records[0].Key, 0, golden); err != nil {
		t.Fatal(err)
	}
	s := r.Second(t, func(o *truepoint.Options) { o.State = old })
	if got, err := s.PushLog(t.Context(), "p"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
}
