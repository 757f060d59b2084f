package drivers_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/truepoint/truepoint"
	"github.com/truepoint/truepoint/apply"
	"github.com/truepoint/truepoint/drivers"
	"github.com/truepoint/truepoint/errs"
	"github.com/truepoint/truepoint/eventtime"
	"github.com/truepoint/truepoint/feature"
	"github.com/truepoint/truepoint/ingest"
	"github.com/truepoint/truepoint/input"
	"github.com/truepoint/truepoint/internal/storetest"
	"github.com/truepoint/truepoint/online"
	"github.com/truepoint/truepoint/value"
)

var newFixture = flag.Bool("new-fixture", false, "write testdata/push-1 anew; only before format 1 was released")

// fixtureRows are the rows of a push of two keys.
func fixtureRows(f string) []input.Column {
	var out []input.Column
	for _, c := range [][2]string{{"k", `["a","b"]`}, {"event", `["2026-03-12T11:00:00Z","2026-03-12T11:00:00Z"]`}, {"f", f}} {
		var tokens []json.RawMessage
		if err := json.Unmarshal([]byte(c[1]), &tokens); err != nil {
			panic(err)
		}
		out = append(out, input.FromJSON(c[0], tokens))
	}
	return out
}

// The pushes of the fixture: one that was completed, one whose online write failed, one to the online store alone.
func fixturePushes() (done, open, logged *truepoint.PushRequest) {
	return &truepoint.PushRequest{Source: "p", Rows: fixtureRows("[1,null]"), To: ingest.OnlineAndOffline, ID: "done"},
		&truepoint.PushRequest{Source: "p", Rows: fixtureRows("[3,4]"), To: ingest.OnlineAndOffline, ID: "open"},
		&truepoint.PushRequest{Source: "p", Rows: fixtureRows("[5,6]"), ID: "logged"}
}

// A failing online store takes no writes while it is off.
type failing struct {
	online.Driver
	off *bool
}

func (f failing) PutBatch(ctx context.Context, table string, cells []online.Cell) (online.PutResult, error) {
	if *f.off {
		return online.PutResult{}, errors.New("connection refused")
	}
	return f.Driver.PutBatch(ctx, table, cells)
}

func (f failing) Code(error) errs.Code { return errs.Unavailable }

// openFixture opens the store below dir at an instant, with an online store in memory that takes no writes while off.
func openFixture(t *testing.T, dir string, now eventtime.Instant, off *bool) *truepoint.Store {
	t.Helper()
	c := at(dir)
	c.Online.Type = "memory"
	opt, err := drivers.Open(t.Context(), c, func() eventtime.Instant { return now })
	if err != nil {
		t.Fatal(err)
	}
	opt.Online = failing{opt.Online, off}
	s, err := truepoint.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func writeFixture(t *testing.T, dir string) {
	t.Helper()
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	try(os.RemoveAll(dir))
	try(os.MkdirAll(dir, 0o755))
	try(os.WriteFile(filepath.Join(dir, "src.csv"), []byte("k,event,f\na,2026-03-12T10:00:00Z,9\n"), 0o644))
	off := false
	s := openFixture(t, dir, clock(), &off)
	set := storetest.Set("", feature.Field{Name: "f", Type: value.Scalar(value.Int64)})
	set.Project, set.Sources[0].Path, set.Views[0].Source = "p", "src.csv", "p"
	set.Sources = append(set.Sources, &feature.Source{Name: "p", Type: feature.PushSource, BatchSource: "src"})
	p, err := s.Plan(t.Context(), set)
	try(err)
	_, err = s.Apply(t.Context(), p, apply.Options{})
	try(err)
	done, open, logged := fixturePushes()
	for _, req := range []*truepoint.PushRequest{done, logged} {
		_, err = s.Push(t.Context(), req)
		try(err)
	}
	off = true
	if _, err := s.Push(t.Context(), open); errs.CodeOf(err) != errs.Unavailable {
		t.Fatalf("got %v", err)
	}
	try(s.Close())
}

// TestPushesOfFormat1AreTakenUpForEver opens a copy of what the first release left of a few pushes, with its registry and
// state, and repeats them with that release's ids.
func TestPushesOfFormat1AreTakenUpForEver(t *testing.T) {
	t.Parallel()
	const fixture = "testdata/push-1"
	if *newFixture {
		writeFixture(t, fixture)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	off := false
	s := openFixture(t, dir, clock().Add(eventtime.Minute), &off)
	done, open, logged := fixturePushes()
	for _, c := range []struct {
		req  *truepoint.PushRequest
		want string
	}{
		{done, `{"push_id":"done","arrival":"2026-03-12T12:00:00Z","rows":2,"views":[{"view":"v","written":2,"superseded":0}],"offline":true,"repeated":true}`},
		{logged, `{"push_id":"logged","arrival":"2026-03-12T12:00:00Z","rows":2,"views":[{"view":"v","written":1,"superseded":1}],"offline":false,"repeated":true}`},
		{open, `{"push_id":"open","arrival":"2026-03-12T12:00:00Z","rows":2,"views":[{"view":"v","written":2,"superseded":0}],"offline":true}`},
	} {
		res, err := s.Push(t.Context(), c.req)
		if err != nil {
			t.Fatalf("push %s: %v", c.req.ID, err)
		}
		if got, err := json.Marshal(res); err != nil || string(got) != c.want {
			t.Errorf("push %s again: %s, %v; want %s", c.req.ID, got, err, c.want)
		}
	}
	log, err := s.PushLog(t.Context(), "p")
	if err != nil || len(log) != 1 || log[0].ID != "logged" || len(log[0].Rows) != 2 {
		t.Errorf("the log has %+v, %v", log, err)
	}
	if got, want := history(t, s), "a 10:00 9 | a 11:00 1 | b 11:00 null | a 11:00 3 | b 11:00 4"; got != want {
		t.Errorf("the history has\n%s, want\n%s", got, want)
	}
	parts, err := filepath.Glob(filepath.Join(dir, "src.csv.d", "part-*.parquet"))
	if err != nil || len(parts) != 2 {
		t.Errorf("the appended files are %q, %v", parts, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// history returns the rows of the view, each as key, time of day and value.
func history(t *testing.T, s *truepoint.Store) string {
	t.Helper()
	p, err := s.Preview(t.Context(), "v", 100)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]string, p.Rows)
	for i := range rows {
		f := "null"
		if v := p.Column("f").At(i); !v.IsNull() {
			f = fmt.Sprint(v.Int())
		}
		rows[i] = fmt.Sprintf("%s %s %s", p.Column("k").At(i).Text(), p.Column("event").Instant(i).Time().Format("15:04"), f)
	}
	return strings.Join(rows, " | ")
}
