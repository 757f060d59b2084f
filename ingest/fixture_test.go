package ingest_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/state"
	"github.com/truepoint/truepoint/state/memstate"
)

var newFixture = flag.Bool("new-fixture", false, "write the fixtures of testdata anew; only before format 1 was released")

// sameAsFixture compares got with the file of that path, and returns what that holds.
func sameAsFixture(t *testing.T, path, got string) string {
	t.Helper()
	if *newFixture {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(golden) {
		t.Errorf("got\n%swant\n%s", got, golden)
	}
	return string(golden)
}

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
	golden := sameAsFixture(t, path, string(records[0].Value)+"\n")
	want, err := r.Store.PushLog(t.Context(), "p")
	if err != nil || len(want) != 1 {
		t.Fatalf("%+v, %v", want, err)
	}
	old := memstate.New()
	if _, err := old.CompareAndSwap(t.Context(), records[0].Key, 0, []byte(golden)); err != nil {
		t.Fatal(err)
	}
	s := r.Second(t, func(o *truepoint.Options) { o.State = old })
	if got, err := s.PushLog(t.Context(), "p"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
}

// claims returns every claim of a push id, key and value one line each, in order of key.
func claims(t *testing.T, s state.Driver) string {
	t.Helper()
	records, err := s.List(t.Context(), "pushes/")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "%s\n%s\n", r.Key, r.Value)
	}
	return b.String()
}

// claimed returns a state with the claims of a text of claims.
func claimed(t *testing.T, text string) state.Driver {
	t.Helper()
	s := memstate.New()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i += 2 {
		if _, err := s.CompareAndSwap(t.Context(), lines[i], 0, []byte(lines[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// twoPushes pushes "push 1" with success and "push 2" until the online store fails, and returns their requests and the
// result of the first.
func twoPushes(t *testing.T, r *storetest.Rig, b *breaker) (done, open *truepoint.PushRequest, res *truepoint.PushResult) {
	t.Helper()
	done = &truepoint.PushRequest{Source: "p", Rows: rows(good()), To: ingest.OnlineAndOffline, ID: "push 1"}
	res = push(t, r, done)
	second := good()
	second["f"] = "[3,4]"
	open = &truepoint.PushRequest{Source: "p", Rows: rows(second), To: ingest.OnlineAndOffline, ID: "push 2"}
	b.open.Store(true)
	if _, err := r.Store.Push(t.Context(), open); errs.CodeOf(err) != errs.Unavailable {
		t.Fatalf("got %v", err)
	}
	b.open.Store(false)
	return done, open, res
}

// TestFormat1OfTheClaimsIsReadForEver compares the claims of two pushes, one complete, with those that the first release
// of this format left, and repeats the pushes upon those.
func TestFormat1OfTheClaimsIsReadForEver(t *testing.T) {
	t.Parallel()
	r, b := rig(t, nil)
	done, open, want := twoPushes(t, r, b)
	golden := sameAsFixture(t, "testdata/claims-1.txt", claims(t, r.Options.State))
	r.Clock.Add(eventtime.Minute)
	s := r.Second(t, func(o *truepoint.Options) { o.State = claimed(t, golden) })
	want.Repeated = true
	if got, err := s.Push(t.Context(), done); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the complete push again: %+v, %v; want %+v", got, err, want)
	}
	got, err := s.Push(t.Context(), open)
	if err != nil || got.Repeated || got.Arrival != noon || got.Views[0].Written != 2 || read(t, r, "v:f", "b") != "4" {
		t.Errorf("the broken push again: %+v, %v", got, err)
	}
	if p, err := s.Preview(t.Context(), "v", 10); err != nil || p.Rows != 4 {
		t.Errorf("the history has %d rows, want 4; %v", p.Rows, err)
	}
}

func TestClaimsThatCannotBeReadAreToldAndNotTakenForNew(t *testing.T) {
	t.Parallel()
	r, b := rig(t, nil)
	done, _, _ := twoPushes(t, r, b)
	for name, c := range map[string]struct {
		from, to string
		code     errs.Code
		word     string
		old      int // claims that are left after a day
	}{
		"of a newer release": {`"format":1`, `"format":2`, errs.FailedPrecondition, "has format 2, this release knows up to 1", 2},
		"of another shape":   {`"format":1,`, `"format":2,"arrival":[],`, errs.FailedPrecondition, "has format 2", 2},
		"without a format":   {`"format":1,`, ``, errs.DataLoss, "cannot be read", 0},
		"damaged":            {`"digest":`, `"digest"`, errs.DataLoss, "cannot be read", 0},
	} {
		text := strings.ReplaceAll(claims(t, r.Options.State), c.from, c.to)
		left := claimed(t, text)
		s := r.Second(t, func(o *truepoint.Options) { o.State = left })
		_, err := s.Push(t.Context(), done)
		if errs.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.word) || !strings.Contains(err.Error(), "pushes/") {
			t.Errorf("%s: got %v", name, err)
		}
		if got := claims(t, left); got != text {
			t.Errorf("%s: the claims became\n%s", name, got)
		}
		if n, err := s.ForgetOldPushes(t.Context()); err != nil || n != 2-c.old {
			t.Errorf("%s: forgot %d, %v; want %d", name, n, err, 2-c.old)
		}
	}
}
